import { describe, expect, it } from "vitest";
import type { SandboxLimits } from "../../../src/sandbox/index.js";
import { limitsProblem, resolveLimits } from "../../../src/sandbox/limits.js";

describe("limits", () => {
  const times: readonly (readonly [
    given: readonly (Partial<SandboxLimits> | undefined)[],
    cpuS: number,
    wallS: number,
  ])[] = [
    [[], 10, 30],
    [[{ cpuS: 2 }], 2, 6],
    [[{ wallS: 60 }], 60, 60],
    [[{ cpuS: 2, wallS: 3 }], 2, 3],
    [[{ wallS: 60 }, { cpuS: 1 }], 1, 3],
    [[{ cpuS: 1 }, { wallS: 5 }], 5, 5],
    [[{ cpuS: 1, wallS: 2 }, { memoryMb: 64 }], 1, 2],
    [[undefined, { memoryMb: 64 }], 10, 30],
  ];
  for (const [given, cpuS, wallS] of times) {
    it(`${JSON.stringify(given)} allow ${cpuS} s of processor and ${wallS} s by the clock`, () => {
      const limits = resolveLimits(...given);
      expect(limits).toMatchObject({ cpuS, wallS });
      expect(limitsProblem(limits)).toBeUndefined();
    });
  }

  it("out of range are named as files have them", () => {
    expect(limitsProblem(resolveLimits({ cpuS: 0 }))).toMatch(/limit cpu_s is 0; give a number from 0.05 to 3600/);
    expect(limitsProblem(resolveLimits({ wallS: 7200 }))).toMatch(/cpu_s is 7200.*wall_s is 7200/);
  });
});
