import { defaultLimits, type SandboxLimits } from "./sandbox.js";

const ranges: { readonly [K in keyof Required<SandboxLimits>]: readonly [least: number, most: number] } = {
  wallS: [0.05, 3600],
  cpuS: [1, 3600],
  memoryMb: [16, 65_536],
  pids: [1, 4096],
  diskMb: [1, 16_384],
  outputMb: [0.001, 64],
};

/** The limits in force: the submission's own, else the sandbox's, else the contract's defaults. */
export function resolveLimits(...given: readonly (Partial<SandboxLimits> | undefined)[]): SandboxLimits {
  return Object.assign({}, defaultLimits, ...given);
}

/** All that is wrong with these limits, in one line and by the names that they have in files; undefined when nothing is. */
export function limitsProblem(limits: SandboxLimits): string | undefined {
  const problems = Object.entries(ranges).flatMap(([name, [least, most]]) => {
    const value: unknown = Reflect.get(limits, name);
    if (value === undefined && name === "cpuS") return [];
    if (typeof value === "number" && value >= least && value <= most) return [];
    const told = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return `limit ${told} is ${JSON.stringify(value) ?? String(value)}; give a number from ${least} to ${most}`;
  });
  return problems.length === 0 ? undefined : problems.join("; ");
}
