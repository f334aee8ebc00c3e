import { Metadata, status } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { EngineError } from "../../../src/core/index.js";
import { connected } from "./connected.js";
import { collect, datum, generateCall, loss, settings } from "./examples.js";

const keysOf = (rollouts: readonly { promptId: string; member: number }[]) =>
  rollouts.map(({ promptId, member }) => `${promptId}#${member}`).sort();

describe("a mutating call", () => {
  it("whose answer is lost is sent again and trains once", async () => {
    const { fake, engine } = await connected();
    fake.fail("Trainer.ForwardBackward", { kind: "answer_lost" }, 2);
    fake.fail("Trainer.OptimStep", { kind: "answer_lost" });
    const step = engine.trainer.step("s/1");
    const metrics = await step.forwardBackward([datum("a"), datum("b")], loss);
    const optim = await step.optimStep(settings);
    expect(fake.calls.filter(({ method }) => method === "Trainer.ForwardBackward")).toHaveLength(3);
    expect(fake.trained).toEqual(["a", "b"]);
    expect(metrics.tokens).toBe(6);
    expect(optim.weightsVersion).toBe(1);
  });

  it("is numbered and sent in the order it was made, however it was awaited", async () => {
    const { fake, engine } = await connected();
    fake.fail("Trainer.ForwardBackward", { kind: "unavailable" });
    const step = engine.trainer.step("s/1");
    await Promise.all([
      step.forwardBackward([datum("a")], loss),
      step.forwardBackward([datum("b")], loss),
      step.optimStep(settings),
    ]);
    expect(fake.trained).toEqual(["a", "b"]);
  });

  it("repeated by a caller with the same content is answered from memory; with other content it is refused", async () => {
    const { fake, engine } = await connected();
    const first = await engine.trainer.step("s/1").forwardBackward([datum("a")], loss);
    expect(await engine.trainer.step("s/1").forwardBackward([datum("a")], loss)).toEqual(first);
    const other = engine.trainer.step("s/1").forwardBackward([datum("b")], loss);
    await expect(other).rejects.toMatchObject({ code: "digest_mismatch", retryable: false });
    expect(fake.trained).toEqual(["a"]);
  });

  it("after a failed one is not sent, so no gradient is skipped over; discard makes a clean start", async () => {
    const { fake, engine } = await connected();
    fake.fail("Trainer.ForwardBackward", { kind: "unavailable" }, 4);
    const step = engine.trainer.step("s/1");
    const [failed, next] = [step.forwardBackward([datum("a")], loss), step.forwardBackward([datum("b")], loss)];
    await expect(failed).rejects.toMatchObject({ code: "engine_unavailable" });
    await expect(next).rejects.toMatchObject({ code: "step_broken" });
    await expect(step.optimStep(settings)).rejects.toMatchObject({ code: "step_broken" });
    await step.discard();
    await step.forwardBackward([datum("c")], loss);
    expect(await step.optimStep(settings)).toMatchObject({ weightsVersion: 1 });
    expect(fake.trained).toEqual(["c"]);
  });

  it("without datums moves the version and leaves the weights", async () => {
    const { engine } = await connected();
    const before = await engine.checkpoints.save("before");
    await engine.trainer.step("s/1").optimStep(settings);
    const after = await engine.checkpoints.save("after");
    expect(after.weightsVersion).toBe(before.weightsVersion + 1);
    expect(after.weightsHash).toBe(before.weightsHash);
  });
});

describe("Generate", () => {
  it("after a cut stream asks only for members not yet received, of every prompt, and yields each once", async () => {
    const { fake, engine } = await connected();
    fake.fail("Sampler.Generate", { kind: "cut", after: 3 });
    const rollouts = await collect(engine.sampler.generate(generateCall(["0", "1"], 2)));
    expect(keysOf(rollouts)).toEqual(["0#0", "0#1", "1#0", "1#1"]);
    const [first, second] = fake.calls.filter(({ method }) => method === "Sampler.Generate");
    expect(first?.request).toMatchObject({ prompts: [{ promptId: "0" }, { promptId: "1" }] });
    expect(second?.request).toMatchObject({
      prompts: [
        { promptId: "0", wanted: [0] },
        { promptId: "1", wanted: [1] },
      ],
    });
  });

  it("keeps going through many cuts as long as each attempt brings something", async () => {
    const { fake, engine } = await connected();
    for (const after of [1, 2, 3, 4, 5]) fake.fail("Sampler.Generate", { kind: "cut", after });
    const rollouts = await collect(engine.sampler.generate(generateCall(["0", "1", "2", "3", "4", "5"], 1)));
    expect(keysOf(rollouts)).toHaveLength(6);
  });

  it("gives what was wanted and nothing else", async () => {
    const { engine } = await connected();
    const { prompts, sampling } = generateCall(["0", "1"], 3);
    const [first, second] = prompts;
    if (first === undefined || second === undefined) throw new Error("two prompts");
    const call = {
      sampling,
      prompts: [
        { ...first, wanted: [2] },
        { ...second, wanted: [] },
      ],
    };
    expect(keysOf(await collect(engine.sampler.generate(call)))).toEqual(["0#2"]);
  });

  it("that ends well but short is an error, not a smaller batch", async () => {
    const { fake, engine } = await connected();
    fake.fail("Sampler.Generate", { kind: "short", after: 1 });
    const call = collect(engine.sampler.generate(generateCall(["0"], 2)));
    await expect(call).rejects.toMatchObject({ code: "incomplete" });
  });
});

describe("retries", () => {
  it("are bounded", async () => {
    const { fake, engine } = await connected();
    fake.fail("Sampler.Tokenize", { kind: "unavailable" }, 50);
    const call = engine.sampler.tokenize([{ kind: "text", text: "a" }]);
    await expect(call).rejects.toMatchObject({ code: "engine_unavailable", retryable: true });
    expect(fake.calls.filter(({ method }) => method === "Sampler.Tokenize")).toHaveLength(4);
  });

  it("are not made for an answer of the engine", async () => {
    const { fake, engine } = await connected();
    const metadata = new Metadata();
    metadata.set("omni-code", "out_of_memory");
    const error = { code: status.RESOURCE_EXHAUSTED, details: "lower --batch-tokens", metadata };
    fake.fail("Trainer.OptimStep", { kind: "status", error });
    const failure = engine.trainer.step("s/1").optimStep(settings);
    await expect(failure).rejects.toBeInstanceOf(EngineError);
    await expect(failure).rejects.toMatchObject({ code: "out_of_memory", retryable: false });
    await expect(failure).rejects.toThrow(/Trainer\.OptimStep on engine 127\.0\.0\.1:\d+: lower --batch-tokens/);
    expect(fake.calls.filter(({ method }) => method === "Trainer.OptimStep")).toHaveLength(1);
  });
});
