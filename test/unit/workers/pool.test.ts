import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { isAlive } from "../../support/processes.js";
import { opened, probe } from "./opened.js";

test("no process is started before the first job", async () => {
  const workers = await opened();
  expect(workers.pids()).toEqual([]);
  expect(await probe(workers, "double", 21)).toEqual({ kind: "value", value: 42 });
  expect(workers.pids().length).toBeGreaterThan(0);
});

test("thousands of jobs at once are each answered with their own answer", async () => {
  const workers = await opened({ local: 2 });
  const answers = await Promise.all(Array.from({ length: 3000 }, (_, index) => probe(workers, "double", index)));
  expect(answers).toEqual(answers.map((_, index) => ({ kind: "value", value: 2 * index })));
  expect(workers.stats()).toMatchObject({ queued: 0, running: 0, deaths: 0, outcomes: { value: 3000 }, dropped: {} });
});

test.each(["hang", "doze"])(
  "a job that does nothing but %s runs alone in the end, is timed out, and costs the others nothing",
  async (what) => {
    const workers = await opened();
    const [first] = await Promise.all([probe(workers, "pid")]);
    const answers = await Promise.all([
      probe(workers, what, null, { deadlineMs: 300 }),
      ...Array.from({ length: 20 }, (_, index) => probe(workers, "double", index)),
    ]);
    expect(answers.map(({ kind }) => kind)).toEqual(["timed_out", ...Array(20).fill("value")]);
    const after = await probe(workers, "pid");
    expect(after.kind).toBe("value");
    expect(after).not.toEqual(first);
    expect(workers.stats()).toMatchObject({ killed: 2, deaths: 0, quarantined: 1, outcomes: { masked: 0 } });
  },
);

test.each(["leak-heap", "leak-buffers"])(
  "a job that takes all memory (%s) is told from one that is slow",
  async (what) => {
    const workers = await opened({ memoryMb: 200, deadlineMs: 60_000 });
    expect(await probe(workers, what)).toMatchObject({ kind: "out_of_memory" });
    expect(await probe(workers, "double", 2)).toEqual({ kind: "value", value: 4 });
  },
);

test("a handler that throws is a failed job, not a lost worker", async () => {
  const workers = await opened();
  const before = await probe(workers, "pid");
  expect(await probe(workers, "throw")).toEqual({ kind: "failed", reason: "RangeError: too deep" });
  expect(await probe(workers, "giant")).toMatchObject({
    kind: "failed",
    reason: expect.stringContaining("larger than"),
  });
  expect(await probe(workers, "pid")).toEqual(before);
});

test.each(["crash", "exit"])(
  "a job whose workers %s runs alone in the end, is masked, and takes no other with it",
  async (what) => {
    const workers = await opened({ local: 2 });
    const answers = await Promise.all([
      ...Array.from({ length: 40 }, (_, index) => probe(workers, "double", index)),
      probe(workers, what),
      ...Array.from({ length: 40 }, (_, index) => probe(workers, "double", index)),
    ]);
    expect(answers.map(({ kind }) => kind)).toEqual([...Array(40).fill("value"), "masked", ...Array(40).fill("value")]);
    const { deaths, outcomes } = workers.stats();
    expect(deaths).toBeGreaterThanOrEqual(3);
    expect(outcomes).toMatchObject({ masked: 1, value: 80 });
  },
);

test("an answer that its reader refuses is asked for again and masked in the end", async () => {
  const workers = await opened();
  const read = () => {
    throw new TypeError("no number");
  };
  expect(await workers.run({ kind: "probe", input: { do: "pid" }, read })).toMatchObject({ kind: "masked" });
  expect(workers.stats().dropped).toEqual({ unreadable: 3 });
});

test("an input larger than a frame fails at once and stops nothing", async () => {
  const workers = await opened();
  expect(await probe(workers, "double", "x".repeat(2 << 20))).toMatchObject({ kind: "failed" });
  expect(await probe(workers, "double", 1)).toEqual({ kind: "value", value: 2 });
});

test("a cancelled job rejects, the next one is answered", async () => {
  const workers = await opened();
  const cancelling = new AbortController();
  const cancelled = probe(workers, "doze", null, { signal: cancelling.signal, deadlineMs: 500 });
  cancelling.abort();
  await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
  expect(await probe(workers, "double", 3)).toEqual({ kind: "value", value: 6 });
});

test("closing cancels what is under way and leaves no process", async () => {
  const workers = await opened({ local: 2 });
  await probe(workers, "double", 1);
  const pids = workers.pids();
  const hanging = probe(workers, "hang");
  const closed = workers.close();
  await expect(hanging).rejects.toMatchObject({ code: "cancelled" });
  await closed;
  expect(pids.filter(isAlive)).toEqual([]);
  await expect(probe(workers, "double", 1)).rejects.toMatchObject({ code: "cancelled" });
});

test("a module that cannot be loaded is an outcome with the reason, and nothing hangs", async () => {
  const workers = await opened({ kinds: { probe: { runtime: "node", module: "file:///nowhere/handler.mjs" } } });
  expect(await probe(workers, "double", 1)).toMatchObject({
    kind: "infrastructure",
    reason: expect.stringMatching(/no worker for probe starts: .*exit code 1/),
  });
});

test("workers see nothing of the environment", async () => {
  const workers = await opened();
  expect(await probe(workers, "environment")).toEqual({ kind: "value", value: expect.not.arrayContaining(["HOME"]) });
});

test("a kind that nobody registered is a mistake of the caller", async () => {
  const workers = await opened();
  await expect(workers.run({ kind: "other", input: null, read: String })).rejects.toMatchObject({ code: "bad_config" });
});

test("several jobs under suspicion run alone side by side, and cost the others nothing", async () => {
  const workers = await opened({ local: 2 });
  const hanging = [1, 2].map(() => probe(workers, "hang", null, { deadlineMs: 2000 }));
  const others = Array.from({ length: 20 }, (_, index) => probe(workers, "double", index));
  await vi.waitFor(() => expect(workers.stats()).toMatchObject({ quarantined: 2, outcomes: { timed_out: 0 } }), {
    timeout: 10_000,
    interval: 5,
  });
  expect((await Promise.all(hanging)).map(({ kind }) => kind)).toEqual(["timed_out", "timed_out"]);
  expect((await Promise.all(others)).map(({ kind }) => kind)).toEqual(Array(20).fill("value"));
  expect(workers.stats()).toMatchObject({ killed: 4, quarantined: 2, queued: 0, running: 0 });
});

test("a job that only its first worker was too slow for is answered", async () => {
  const workers = await opened();
  const slowOnce = join(mkdtempSync(join(tmpdir(), "omni-once-")), "ran");
  onTestFinished(() => rmSync(dirname(slowOnce), { recursive: true }));
  expect(await probe(workers, "hang-once", slowOnce, { deadlineMs: 400 })).toEqual({ kind: "value", value: "second" });
  expect(workers.stats()).toMatchObject({ killed: 1, quarantined: 1, outcomes: { value: 1, timed_out: 0 } });
});

test("a control plane that is busy for longer than a deadline takes nobody for late", async () => {
  const workers = await opened();
  await probe(workers, "double", 1);
  const running = probe(workers, "spin", 50, { deadlineMs: 300 });
  // Timers are looked at before sockets after this.
  await new Promise((resolve) => setImmediate(resolve));
  for (const until = performance.now() + 600; performance.now() < until; );
  expect(await running).toEqual({ kind: "value", value: 50 });
  expect(workers.stats()).toMatchObject({ killed: 0, retried: 0 });
});
