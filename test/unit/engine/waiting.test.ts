import { describe, expect, it } from "vitest";
import { CancelledError, EngineError } from "../../../src/core/index.js";
import { DEADLINES } from "../../../src/engine/deadlines.js";
import { connected } from "./connected.js";
import { collect, datum, generateCall, loss, settings } from "./examples.js";

describe("nothing hangs", () => {
  it("a call without an answer ends at its deadline", async () => {
    const { fake, engine } = await connected({}, { deadlines: { optimStepMs: 100 } });
    fake.fail("Trainer.OptimStep", { kind: "hang" });
    const call = engine.trainer.step("s/1").optimStep(settings);
    await expect(call).rejects.toMatchObject({ code: "deadline_exceeded" });
  });

  it("a stream that falls silent ends after the idle bound, with what had come", async () => {
    const { fake, engine } = await connected({}, { deadlines: { generateIdleMs: 1_000 } });
    fake.fail("Sampler.Generate", { kind: "stall", after: 1 });
    const members: number[] = [];
    const call = (async () => {
      for await (const { member } of engine.sampler.generate(generateCall(["0"], 2))) members.push(member);
    })();
    await expect(call).rejects.toMatchObject({ code: "deadline_exceeded" });
    expect(members).toEqual([0]);
  });

  it("a server killed while streaming is noticed at once", async () => {
    const { fake, engine } = await connected();
    fake.fail("Sampler.Generate", { kind: "stall", after: 1 });
    const begun = Date.now();
    const call = (async () => {
      for await (const _ of engine.sampler.generate(generateCall(["0"], 2))) fake.kill();
    })();
    await expect(call).rejects.toMatchObject({ code: "engine_unavailable" });
    expect(Date.now() - begun).toBeLessThan(5_000);
  });

  it("every kind of call has a deadline of at most a working day", () => {
    for (const ms of Object.values(DEADLINES)) expect(ms).toBeLessThanOrEqual(8 * 3_600_000);
  });
});

describe("an AbortSignal", () => {
  it("cancels a running call, here and on the server", async () => {
    const { fake, engine } = await connected();
    const aborting = new AbortController();
    for (const method of ["Trainer.OptimStep", "Trainer.ForwardBackward"]) fake.fail(method, { kind: "hang" });
    const calls = {
      "Trainer.OptimStep": engine.trainer.step("s/1").optimStep(settings, { signal: aborting.signal }),
      "Trainer.ForwardBackward": engine.trainer
        .step("s/2")
        .forwardBackward([datum("a")], loss, { signal: aborting.signal }),
    };
    const arrivals = await Promise.all(Object.keys(calls).map((method) => fake.arrived(method)));
    aborting.abort();
    for (const call of Object.values(calls)) await expect(call).rejects.toBeInstanceOf(CancelledError);
    for (const { cancelled } of arrivals) await aborted(cancelled);
  });

  it("cancels a stream", async () => {
    const { fake, engine } = await connected();
    fake.fail("Sampler.Generate", { kind: "stall", after: 0 });
    const aborting = new AbortController();
    const call = collect(engine.sampler.generate(generateCall(["0"], 2), { signal: aborting.signal }));
    const { cancelled } = await fake.arrived("Sampler.Generate");
    aborting.abort();
    await expect(call).rejects.toBeInstanceOf(CancelledError);
    await aborted(cancelled);
  });

  it("that has fired already sends nothing", async () => {
    const { fake, engine } = await connected();
    const call = engine.sampler.tokenize([{ kind: "text", text: "a" }], { signal: AbortSignal.abort() });
    await expect(call).rejects.toBeInstanceOf(CancelledError);
    expect(fake.calls.some(({ method }) => method === "Sampler.Tokenize")).toBe(false);
  });

  it("ends the wait between two attempts", async () => {
    const aborting = new AbortController();
    const { fake, engine } = await connected(
      {},
      { retry: { maxAttempts: 3, firstDelayMs: 60_000, maxDelayMs: 60_000 } },
    );
    fake.fail("Sampler.Tokenize", { kind: "unavailable" }, 3);
    const call = engine.sampler.tokenize([{ kind: "text", text: "a" }], { signal: aborting.signal });
    await fake.arrived("Sampler.Tokenize");
    aborting.abort();
    await expect(call).rejects.toBeInstanceOf(CancelledError);
  });
});

describe("breaking out of generate", () => {
  it("cancels the call on the server", async () => {
    const { fake, engine } = await connected();
    fake.fail("Sampler.Generate", { kind: "stall", after: 1 });
    for await (const { member } of engine.sampler.generate(generateCall(["0"], 4))) {
      expect(member).toBe(0);
      break;
    }
    await aborted((await fake.arrived("Sampler.Generate")).cancelled);
  });
});

describe("a lost engine", () => {
  it("fails pending calls with the reason, without retries", async () => {
    const losing = new AbortController();
    const { fake, engine } = await connected({}, { lost: losing.signal });
    fake.fail("Trainer.OptimStep", { kind: "hang" });
    fake.fail("Sampler.Generate", { kind: "stall", after: 0 });
    const calls = [
      engine.trainer.step("s/1").optimStep(settings),
      collect(engine.sampler.generate(generateCall(["0"], 1))),
    ];
    await Promise.all([fake.arrived("Trainer.OptimStep"), fake.arrived("Sampler.Generate")]);
    losing.abort(new EngineError("the engine ended by signal SIGKILL; see engine.log", { code: "engine_lost" }));
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: "engine_lost" });
  });
});

/** Resolves when the signal has fired. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
