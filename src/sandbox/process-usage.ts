import { readFileSync } from "node:fs";

/** Processor time of a process so far. */
export interface ProcessUsage {
  /** Processor time of all its threads, s. */
  readonly cpuS: number;
  /** How long its main thread was ready to run and had no processor, s. Others come and go. */
  readonly waitedS: number;
}

/** Clock ticks of /proc a second, the same on every Linux that Node runs on. */
const ticksPerS = 100;

/** Processor time of a process, as /proc tells; zeros where it does not (another system, a process that is gone). */
export function processUsage(pid: number | undefined): ProcessUsage {
  if (pid === undefined) return { cpuS: 0, waitedS: 0 };
  try {
    // Behind the name in brackets, which may hold blanks: fields 14 and 15, user and system time.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    const [, delay = "0"] = readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ");
    return { cpuS: (Number(fields[11]) + Number(fields[12])) / ticksPerS, waitedS: Number(delay) / 1e9 };
  } catch {
    return { cpuS: 0, waitedS: 0 };
  }
}
