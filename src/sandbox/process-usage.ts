import { readdirSync, readFileSync } from "node:fs";

/** What a process has used so far, all its threads together. */
export interface ProcessUsage {
  /** Processor time, s. */
  readonly cpuS: number;
  /** How long its threads were ready to run and had no processor, s. */
  readonly waitedS: number;
}

/** Clock ticks of /proc a second, the same on every Linux that Node runs on. */
const ticksPerS = 100;

/** What a process has used, as /proc tells; zeros where it does not (another system, a process that is gone). */
export function processUsage(pid: number | undefined): ProcessUsage {
  if (pid === undefined) return { cpuS: 0, waitedS: 0 };
  try {
    // Behind the name in brackets, which may hold blanks: fields 14 and 15, user and system time.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return { cpuS: (Number(fields[11]) + Number(fields[12])) / ticksPerS, waitedS: waited(pid) };
  } catch {
    return { cpuS: 0, waitedS: 0 };
  }
}

function waited(pid: number): number {
  let nanos = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const [, delay = "0"] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ");
    nanos += Number(delay);
  }
  return nanos / 1e9;
}
