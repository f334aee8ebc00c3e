import { readdirSync, readFileSync } from "node:fs";

/** Watches what this process and all its descendants hold resident; containers belong to the Docker daemon and are not seen. */
export interface MemoryWatch {
  /** Highest sum of resident memory seen so far, bytes; undefined where /proc does not tell (not Linux). */
  peakBytes(): number | undefined;
  close(): void;
}

/** Looks once at once, then every `everyMs`. Shared pages count once a process, so the sum is an upper bound. */
export function watchMemory(everyMs = 1_000): MemoryWatch {
  let peak: number | undefined;
  const look = () => {
    const now = residentBytes(process.pid);
    if (now !== undefined) peak = Math.max(peak ?? 0, now);
  };
  look();
  const timer = setInterval(look, everyMs);
  timer.unref();
  return {
    peakBytes: () => {
      look();
      return peak;
    },
    close: () => clearInterval(timer),
  };
}

/** Resident memory of a process and its descendants, bytes; undefined where /proc does not tell. */
function residentBytes(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const own = 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    return childrenOf(pid).reduce((sum, child) => sum + (residentBytes(child) ?? 0), own);
  } catch {
    return undefined;
  }
}

/** A child belongs to the thread that started it. */
function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    try {
      const children = readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8");
      return children.split(" ").filter(Boolean).map(Number);
    } catch {
      return []; // the thread has ended
    }
  });
}
