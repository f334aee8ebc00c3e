import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** When a process started, in clock ticks since boot; empty where /proc does not tell, undefined when there is no such process. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Fields after the command name, which may hold anything up to the last parenthesis; the start is the 22nd of all.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    try {
      process.kill(pid, 0);
      return "";
    } catch (error) {
      return error instanceof Error && "code" in error && error.code === "EPERM" ? "" : undefined;
    }
  }
}

/** Names this process so that another one can later tell whether it still lives: host, pid and start time. */
export function thisOwner(): string {
  return `${hostname()}/${process.pid}/${startOf(process.pid) ?? ""}`;
}

/** Whether the named owner is surely gone: a process of this host that no longer runs, or whose pid is another's now. */
export function ownerGone(owner: string): boolean {
  const [host, pid, start] = owner.split("/");
  if (host !== hostname() || !/^\d+$/.test(pid ?? "")) return false;
  return startOf(Number(pid)) !== start;
}
