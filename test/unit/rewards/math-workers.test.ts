import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { mathComponent } from "../../../src/rewards/math/math.js";
import { type OpenedWorkers, openZmqWorkers } from "../../../src/workers/index.js";
import { isAlive } from "../../support/processes.js";
import { transpile } from "../../support/transpiled.js";
import { hostileAnswers } from "./hostile-answers.js";
import { scored, tagged } from "./scored.js";

const MEMORY_MB = 512;
/** That of the default config: an answer may run twice so long, and then its gold is tried. */
const DEADLINE_MS = 1000;
const ANSWERED_MS = 2500;

describe("mathematics in verify workers", () => {
  let workers: OpenedWorkers;
  let remove = () => {};

  beforeAll(async () => {
    const built = transpile(["rewards"]);
    remove = built.remove;
    const module = pathToFileURL(join(built.folder, "rewards/math/worker.js")).href;
    workers = await openZmqWorkers({
      kinds: { math: { runtime: "node", module } },
      local: 1,
      memoryMb: MEMORY_MB,
      deadlineMs: DEADLINE_MS,
    });
    expect(await value("\\sqrt{8}", "2\\sqrt{2}")).toBe(1);
  }, 60_000);

  afterAll(async () => {
    await workers.close();
    remove();
  });

  const component = () => mathComponent({ verify: workers });
  const value = async (answer: string, gold: string) =>
    (await component().score(scored({ kind: "math", answer: gold }, tagged(answer)), {})).value;

  it("what text and exact numbers cannot decide is decided there", async () => {
    expect(await value("(x-1)(x+1)", "x^2-1")).toBe(1);
    expect(await value("(x-1)(x+2)", "x^2-1")).toBe(0);
    expect(await value("\\{2, 1\\}", "\\{1, 2\\}")).toBe(1);
  });

  it("what they can decide reaches no worker", async () => {
    const before = workers.stats().outcomes.value;
    expect(await value("0.5", "\\frac12")).toBe(1);
    expect(await value("0.6", "\\frac12")).toBe(0);
    expect(workers.stats().outcomes.value).toBe(before);
  });

  it("hostile answers by the dozen are each wrong in time, within memory, and the pool is whole after them", async () => {
    const hostile = Object.entries(hostileAnswers);
    expect(hostile.length).toBeGreaterThanOrEqual(60);
    const slow: string[] = [];
    for (const gold of ["\\sqrt{2}", "x^2+1", "(1, 2]"]) {
      for (const [name, answer] of hostile) {
        const waited = workers.stats().waitMs.total;
        const began = performance.now();
        const score = await component().score(scored({ kind: "math", answer: gold }, tagged(answer)), {});
        const dispatchedMs = performance.now() - began - (workers.stats().waitMs.total - waited);
        if (dispatchedMs > ANSWERED_MS) slow.push(name);
        expect([name, score.value], score.reason).toEqual([name, 0]);
        for (const pid of workers.pids()) expect([name, peakMb(pid) <= MEMORY_MB]).toEqual([name, true]);
      }
    }
    expect(slow).toEqual([]);
    await vi.waitFor(() => {
      const settled = { queued: 0, running: 0, workers: 1, deaths: 0, outcomes: { masked: 0, infrastructure: 0 } };
      expect(workers.stats()).toMatchObject(settled);
      // The worker and its spare.
      expect(workers.pids().filter(isAlive).length).toBe(2);
    }, 10_000);
    expect(await value("\\frac{1}{\\sqrt2}", "\\frac{\\sqrt2}{2}")).toBe(1);
  }, 240_000);
});

/** The most resident memory that a process ever had; 0 where the system does not tell. */
function peakMb(pid: number): number {
  if (process.platform !== "linux") return 0;
  if (!isAlive(pid)) return 0;
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
}
