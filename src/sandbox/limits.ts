import { defaultLimits, type SandboxLimits } from "./sandbox.js";

const ranges: { readonly [K in keyof Required<SandboxLimits>]: readonly [least: number, most: number] } = {
  cpuS: [0.05, 3600],
  wallS: [0.05, 3600],
  memoryMb: [16, 65_536],
  pids: [1, 4096],
  diskMb: [1, 16_384],
  outputMb: [0.001, 64],
};

/** The wall-clock backstop where only processor time is given, as a multiple of it. */
const wallPerCpu = defaultLimits.wallS / defaultLimits.cpuS;

/**
 * The limits in force: those of the last argument that gives one, else the defaults. Where the same argument gives `wallS` alone,
 * `cpuS` is that too; where it gives `cpuS` alone, `wallS` is three times that.
 */
export function resolveLimits(...given: readonly (Partial<SandboxLimits> | undefined)[]): SandboxLimits {
  return Object.assign({}, defaultLimits, ...given.map(withBothTimes));
}

function withBothTimes(limits: Partial<SandboxLimits> = {}): Partial<SandboxLimits> {
  const { wallS, cpuS } = limits;
  if (wallS !== undefined && cpuS === undefined) return { ...limits, cpuS: wallS };
  if (cpuS !== undefined && wallS === undefined) return { ...limits, wallS: wallPerCpu * cpuS };
  return limits;
}

/** All that is wrong with these limits, in one line and by the names that they have in files; undefined when nothing is. */
export function limitsProblem(limits: SandboxLimits): string | undefined {
  const problems = Object.entries(ranges).flatMap(([name, [least, most]]) => {
    const value: unknown = Reflect.get(limits, name);
    if (typeof value === "number" && value >= least && value <= most) return [];
    const told = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return `limit ${told} is ${JSON.stringify(value) ?? String(value)}; give a number from ${least} to ${most}`;
  });
  return problems.length === 0 ? undefined : problems.join("; ");
}
