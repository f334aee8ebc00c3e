import { describe, expect, it } from "vitest";
import { processUsage } from "../../../src/sandbox/process-usage.js";

describe("process usage", () => {
  it("grows by the processor time that Node itself counts", () => {
    const before = { ours: processUsage(process.pid), node: process.cpuUsage() };
    for (const began = process.cpuUsage(); process.cpuUsage(began).user < 500_000; );
    const node = process.cpuUsage(before.node);
    const grown = processUsage(process.pid).cpuS - before.ours.cpuS;
    // The kernel tells it in hundredths.
    expect(Math.abs(grown - (node.user + node.system) / 1e6)).toBeLessThan(0.05);
  });

  it("of no process is nothing", () => {
    expect(processUsage(undefined)).toEqual({ cpuS: 0, waitedS: 0 });
    expect(processUsage(999_999_999)).toEqual({ cpuS: 0, waitedS: 0 });
  });
});
