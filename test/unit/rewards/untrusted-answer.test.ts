import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { mathComponent } from "../../../src/rewards/math/math.js";
import { type OpenedWorkers, openZmqWorkers } from "../../../src/workers/index.js";
import { isAlive } from "../../support/processes.js";
import { scored, tagged } from "./scored.js";

const module = new URL("../../fixtures/workers/bombs.mjs", import.meta.url).href;
const open = (kind = module) =>
  openZmqWorkers({ kinds: { math: { runtime: "node", module: kind } }, local: 2, memoryMb: 192, deadlineMs: 1000 });
const bombs = ["spin", "leak", "abort", "kill", "exit", "throw"].map((how) => `f(${how})`);

describe("an answer that no worker survives", () => {
  let workers: OpenedWorkers;
  beforeAll(async () => {
    workers = await open();
    expect(await score("g(2)", "g(2)+1")).toMatchObject({ value: 0 });
  });
  afterAll(() => workers.close());

  const score = async (answer: string, gold: string, pool = workers) => {
    const began = performance.now();
    const done = await mathComponent({ verify: pool }).score(
      scored({ kind: "math", answer: gold }, tagged(answer)),
      {},
    );
    return { ...done, ms: performance.now() - began };
  };

  const timed = { timeout: 30_000 };
  it.each(bombs)("%s is wrong, not unmeasured, in time: the gold alone is verified", timed, async (bomb) => {
    const { value, reason, ms } = await score(bomb, "g(1)");
    expect(value).toBe(0);
    expect(reason).toMatch(
      /^the answer cannot be verified \((timed_out|out_of_memory|masked|failed): .*\); its gold alone can$/,
    );
    expect(ms).toBeLessThan(2500);
  });

  it.each(bombs)(
    "with the gold %s it is the gold that is to blame, whatever the answer",
    { timeout: 30_000 },
    async (bomb) => {
      for (const answer of ["g(1)", bomb === "f(spin)" ? "f(leak)" : "f(spin)"]) {
        const { value, reason } = await score(answer, bomb);
        expect(value).toBeNull();
        expect(reason).toMatch(/^the gold answer itself cannot be verified \(/);
      }
    },
  );

  it("asks for a gold once, however many answers to it explode", { timeout: 30_000 }, async () => {
    const component = mathComponent({ verify: workers });
    const jobs = () => Object.values(workers.stats().outcomes).reduce((sum, count) => sum + count, 0);
    const before = jobs();
    for (const answer of ["f(throw)", "f(kill)", "f(exit)"]) {
      const { value } = await component.score(scored({ kind: "math", answer: "g(1)" }, tagged(answer)), {});
      expect(value).toBe(0);
    }
    expect(jobs() - before).toBe(4);
  });

  it("costs its neighbours nothing, and leaves the pool whole", { timeout: 60_000 }, async () => {
    const answers = bombs.flatMap((bomb) => [bomb, "g(1)", "g(3)"]);
    const scores = await Promise.all(answers.map((answer) => score(answer, "g(1) + 0")));
    expect(scores.map(({ value }) => value)).toEqual(answers.map(() => 0));
    await vi.waitFor(() => expect(workers.stats()).toMatchObject({ queued: 0, running: 0, workers: 2 }), 10_000);
    expect(workers.stats().outcomes.infrastructure).toBe(0);
    expect(workers.pids().every(isAlive)).toBe(true);
  });

  it("stays unmeasured where no worker is to be had", { timeout: 30_000 }, async () => {
    const broken = await open("file:///nowhere/verifier.mjs");
    const { value, reason } = await score("f(spin)", "g(1)", broken);
    await broken.close();
    expect([value, reason]).toEqual([null, expect.stringMatching(/^infrastructure: no worker for math starts: /)]);
  });
});
