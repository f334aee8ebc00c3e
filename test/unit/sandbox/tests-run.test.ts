import { afterEach, describe, expect, it, vi } from "vitest";
import { resolveLimits } from "../../../src/sandbox/limits.js";
import { LiveRun } from "../../../src/sandbox/live-run.js";
import type { SlotEnd } from "../../../src/sandbox/slot.js";
import { runTests } from "../../../src/sandbox/tests-run.js";

afterEach(() => void vi.useRealTimers());

/** A slot whose supervisor hears and says nothing, and which ends when it is killed. */
function deaf(exit: number | undefined) {
  const jobs: { runs: { wall_s: number }[] }[] = [];
  let end: (how: SlotEnd) => void = () => {};
  const ended = new Promise<SlotEnd>((resolve) => {
    end = resolve;
  });
  let hear: (kind: string, payload: Buffer) => void = () => {};
  const line = {
    write: async (data: Buffer) => {
      if (data[4] === "{".charCodeAt(0)) jobs.push(JSON.parse(data.toString("utf8", 4, 4 + data.readUInt32BE(0))));
    },
    listen: (listener: typeof hear) => {
      hear = listener;
    },
    ended,
    kill: async () => end({ exit }),
  };
  const slot = { alive: true, line, run: async () => [], close: async () => {} };
  return { slot, jobs, say: (kind: string) => hear(kind, Buffer.from("{}")) };
}

const limits = resolveLimits({ wallS: 60 });
const job = { kind: "asserts", mode: "same_file", code: "", tests: "", setup: "" } as const;

describe("tests apart from a program", () => {
  it("whose supervisor does not hear that it is to end are no loss: it is killed, and was too slow", async () => {
    vi.useFakeTimers();
    const [runner, judge] = [deaf(137), deaf(137)];
    const judging = { slot: judge.slot, used: false, limits: resolveLimits() };
    const outcome = runTests(runner.slot, judging, job, limits, new AbortController().signal);
    runner.say("S");
    await vi.advanceTimersByTimeAsync(70_000);
    expect(await outcome).toMatchObject({ ending: "deadline", runner: { deadline: true } });
  });

  it("are given longer by both supervisors than by the clocks of the program, the tests and the messages together", async () => {
    vi.useFakeTimers();
    const [runner, judge] = [deaf(137), deaf(137)];
    const judging = { slot: judge.slot, used: false, limits: resolveLimits({ wallS: 1 }) };
    const outcome = runTests(runner.slot, judging, job, limits, new AbortController().signal);
    await vi.advanceTimersByTimeAsync(70_000);
    await outcome;
    for (const { jobs } of [runner, judge]) expect(jobs[0]?.runs[0]?.wall_s).toBeGreaterThan(3 * limits.wallS);
  });
});

describe("a run of a program of ours", () => {
  it("is lost where it was told to end and nobody knows how its container did", async () => {
    vi.useFakeTimers();
    const { slot } = deaf(undefined);
    const run = new LiveRun(slot, { modules: { main: "" }, limits, wallS: 1 }, () => {});
    run.stop();
    const lost = expect(run.outcome).rejects.toMatchObject({ code: "container_lost", retryable: true });
    await vi.advanceTimersByTimeAsync(5_000);
    await lost;
  });
});
