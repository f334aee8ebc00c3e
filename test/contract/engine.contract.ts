import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Datum, Engine, Generated } from "../../src/engine/index.js";
import { collect, generateCall, loss, settings } from "../unit/engine/examples.js";

/** An engine under test: connections to as many models as asked for. */
export interface EngineUnderTest {
  open(modelId: string): Promise<Engine>;
  close(): Promise<void>;
}

/** What every engine promises, whatever stands behind it. `start` may skip the suite by returning undefined. */
export function engineContract(name: string, start: () => Promise<EngineUnderTest>): void {
  describe(name, () => {
    let server: EngineUnderTest;
    const open: Engine[] = [];

    beforeAll(async () => {
      server = await start();
    });
    afterAll(async () => {
      await Promise.all(open.map((engine) => engine.close()));
      await server?.close();
    });

    /** A connection to a model of this name, freshly loaded. */
    const loaded = async (modelId: string, seed = 1): Promise<Engine> => {
      const engine = await server.open(modelId);
      open.push(engine);
      await engine.trainer.loadModel({ base: "nano", seed, replace: true });
      return engine;
    };

    generationClaims(loaded);
    trainingClaims(loaded);
    checkpointClaims(loaded);
  });
}

type Load = (modelId: string, seed?: number) => Promise<Engine>;

const keyOf = ({ promptId, member }: Generated) => `${promptId}#${member}`;
const byKey = (rollouts: readonly Generated[]) => [...rollouts].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
const hashOf = async (engine: Engine) => (await engine.checkpoints.save("hash", { optimizer: false })).weightsHash;

function generationClaims(load: Load): void {
  describe("generation", () => {
    it("gives every member once, with a log-prob a token", async () => {
      const engine = await load("g1");
      const rollouts = byKey(await collect(engine.sampler.generate(generateCall(["0", "1"], 3))));
      expect(rollouts.map(keyOf)).toEqual(["0#0", "0#1", "0#2", "1#0", "1#1", "1#2"]);
      for (const { tokens, logprobs, meanLogprob, meanEntropy, weightsVersion } of rollouts) {
        expect(tokens.length).toBeGreaterThan(0);
        expect(logprobs).toHaveLength(tokens.length);
        expect(meanLogprob).toBeCloseTo(logprobs.reduce((sum, value) => sum + value, 0) / tokens.length, 4);
        expect(meanEntropy).toBeGreaterThanOrEqual(0);
        expect(weightsVersion).toBe(0);
      }
    });

    it("is a function of the request: again, or only in part, it gives the same bits", async () => {
      const engine = await load("g2");
      const call = generateCall(["0", "1"], 3);
      const whole = byKey(await collect(engine.sampler.generate(call)));
      expect(byKey(await collect(engine.sampler.generate(call)))).toEqual(whole);
      const prompts = call.prompts.map((prompt) => ({ ...prompt, wanted: prompt.promptId === "0" ? [2] : [] }));
      const part = await collect(engine.sampler.generate({ ...call, prompts }));
      expect(part).toEqual(whole.filter((rollout) => keyOf(rollout) === "0#2"));
    });

    it("says when it was cut at the length limit", async () => {
      const engine = await load("g3");
      const { prompts, sampling } = generateCall(["0", "1"], 4);
      const rollouts = await collect(engine.sampler.generate({ prompts, sampling: { ...sampling, maxTokens: 3 } }));
      for (const { tokens, finishReason } of rollouts) {
        expect(tokens.length).toBeLessThanOrEqual(3);
        if (tokens.length < 3) expect(finishReason).toBe("stop");
      }
      expect(rollouts.some(({ finishReason }) => finishReason === "length")).toBe(true);
    });

    it("shows prompts as tokenize does, and continues from exact tokens", async () => {
      const engine = await load("g4");
      const call = generateCall(["0"], 1);
      const content = call.prompts[0]?.content ?? { kind: "text", text: "" };
      const [tokens] = await engine.sampler.tokenize([content]);
      const [first] = await collect(engine.sampler.generate(call));
      expect(first?.promptTokens).toEqual(tokens);
      const continued = [...(tokens ?? []), ...(first?.tokens.slice(0, 2) ?? [])];
      const next = {
        promptId: "c",
        content: { kind: "tokens", tokens: Int32Array.from(continued) },
        seeds: [5],
      } as const;
      const [second] = await collect(engine.sampler.generate({ ...call, prompts: [next] }));
      expect([...(second?.promptTokens ?? [])]).toEqual(continued);
    });

    it("agrees with score about log-probs", async () => {
      const engine = await load("g5");
      const rollouts = await collect(engine.sampler.generate(generateCall(["0", "1"], 2)));
      const sequences = rollouts.map(({ promptTokens, tokens }) => ({
        tokens: Int32Array.from([...promptTokens, ...tokens]),
        promptLength: promptTokens.length,
      }));
      const scores = await engine.sampler.score(sequences, { temperature: 1 });
      for (const [at, { logprobs }] of rollouts.entries()) {
        expect(scores[at]?.entropies).toHaveLength(logprobs.length);
        for (const [token, value] of logprobs.entries()) expect(scores[at]?.logprobs[token]).toBeCloseTo(value, 3);
      }
    });

    it("refuses another weights version, a missing seed and a model not loaded, each by its code", async () => {
      const engine = await load("g6");
      const call = generateCall(["0"], 2);
      const other = collect(engine.sampler.generate({ ...call, expectedVersion: 7 }));
      await expect(other).rejects.toMatchObject({ code: "version_mismatch" });
      await expect(engine.sampler.syncWeights(7)).rejects.toMatchObject({ code: "version_mismatch" });
      const prompts = call.prompts.map((prompt) => ({ ...prompt, seeds: [1] }));
      await expect(collect(engine.sampler.generate({ ...call, prompts }))).rejects.toMatchObject({
        code: "bad_request",
      });
      const unloaded = await load("g7");
      await expect(unloaded.checkpoints.load("nothing/here")).rejects.toMatchObject({ code: "not_found" });
    });

    it("cancelled, leaves the engine free for the next call", async () => {
      const engine = await load("g8");
      for await (const rollout of engine.sampler.generate(generateCall(["0", "1"], 4))) {
        expect(rollout.tokens.length).toBeGreaterThan(0);
        break;
      }
      expect(await collect(engine.sampler.generate(generateCall(["0"], 1)))).toHaveLength(1);
    });
  });
}

/** Datums as the loop would make them of real rollouts. */
async function datumsOf(engine: Engine, promptIds: readonly string[]): Promise<Datum[]> {
  const rollouts = byKey(await collect(engine.sampler.generate(generateCall(promptIds, 2))));
  return rollouts.map((rollout, at) => ({
    datumId: keyOf(rollout),
    tokens: Int32Array.from([...rollout.promptTokens, ...rollout.tokens]),
    mask: Uint8Array.from([...rollout.promptTokens.map(() => 0), ...rollout.tokens.map(() => 1)]),
    oldLogprobs: rollout.logprobs,
    advantages: Float32Array.of(at % 2 === 0 ? 1 : -1),
    weight: 0.5,
    prefixGroup: rollout.promptId,
  }));
}

function trainingClaims(load: Load): void {
  describe("training", () => {
    it("starts equal for equal seeds and moves weights and version by a step", async () => {
      const [one, same, other] = [await load("t1"), await load("t2"), await load("t3", 2)];
      const start = await hashOf(one);
      expect(await hashOf(same)).toBe(start);
      expect(await hashOf(other)).not.toBe(start);
      const step = one.trainer.step("s/0");
      const metrics = await step.forwardBackward(await datumsOf(one, ["0"]), loss, { bucket: "sums" });
      expect(metrics).toMatchObject({ weightSum: 1 });
      expect(metrics.ratioMean).toBeCloseTo(1, 3);
      expect(await step.optimStep(settings)).toMatchObject({ weightsVersion: 1 });
      expect(await hashOf(one)).not.toBe(start);
      await one.sampler.syncWeights(1);
      const [rollout] = await collect(one.sampler.generate({ ...generateCall(["0"], 1), expectedVersion: 1 }));
      expect(rollout?.weightsVersion).toBe(1);
    });

    it("answers a call sent twice from memory and trains once", async () => {
      const [once, twice] = [await load("t4"), await load("t5")];
      const datums = await datumsOf(once, ["0"]);
      const plain = once.trainer.step("s/0");
      await plain.forwardBackward(datums, loss);
      const expected = await plain.optimStep(settings);
      const first = await twice.trainer.step("s/0").forwardBackward(datums, loss);
      const again = twice.trainer.step("s/0");
      expect(await again.forwardBackward(datums, loss)).toEqual(first);
      expect((await again.optimStep(settings)).weightsVersion).toBe(expected.weightsVersion);
      expect((await again.optimStep(settings)).weightsVersion).toBe(expected.weightsVersion);
      expect(await hashOf(twice)).toBe(await hashOf(once));
    });

    it("refuses other content in a known place, and a second step beside an open one", async () => {
      const engine = await load("t6");
      const [first, second] = [await datumsOf(engine, ["0"]), await datumsOf(engine, ["1"])];
      const step = engine.trainer.step("s/0");
      await step.forwardBackward(first, loss);
      const changed = engine.trainer.step("s/0").forwardBackward(second, loss);
      await expect(changed).rejects.toMatchObject({ code: "digest_mismatch" });
      const beside = engine.trainer.step("s/1");
      await expect(beside.forwardBackward(second, loss)).rejects.toMatchObject({ code: "sequence_gap" });
      await step.discard();
      await beside.discard();
      await beside.forwardBackward(second, loss);
      expect(await beside.optimStep(settings)).toMatchObject({ weightsVersion: 1 });
    });

    it("says that summed gradients were lost with their session", async () => {
      const engine = await load("t7");
      const datums = await datumsOf(engine, ["0"]);
      const step = engine.trainer.step("s/0");
      await step.forwardBackward(datums, loss);
      await engine.trainer.loadModel({ base: "nano", seed: 1, replace: true });
      await expect(step.forwardBackward(datums, loss)).rejects.toMatchObject({ code: "session_lost" });
    });

    it("without datums moves the version and leaves the weights", async () => {
      const engine = await load("t8");
      const before = await hashOf(engine);
      expect(await engine.trainer.step("s/0").optimStep(settings)).toMatchObject({ weightsVersion: 1 });
      expect(await hashOf(engine)).toBe(before);
    });

    it("tells how the gradients of kept buckets lie to one another, and only of an open step", async () => {
      const engine = await load("t10");
      const [first, second] = [await datumsOf(engine, ["0"]), await datumsOf(engine, ["1"])];
      const step = engine.trainer.step("s/0");
      await step.forwardBackward(first, loss, { bucket: "a", keepBucket: true });
      await step.forwardBackward(second, loss, { bucket: "b", keepBucket: true });
      const { buckets, norms, cosines } = await step.gradientNorms();
      expect(buckets).toEqual(["a", "b"]);
      for (const norm of norms) expect(norm).toBeGreaterThan(0);
      expect(cosines.map((row) => row.length)).toEqual([2, 2]);
      expect(cosines[0]?.[0]).toBeCloseTo(1, 9);
      expect(cosines[0]?.[1]).toBe(cosines[1]?.[0]);
      expect(Math.abs(cosines[0]?.[1] ?? 2)).toBeLessThanOrEqual(1);
      await step.optimStep(settings);
      await expect(step.gradientNorms()).rejects.toMatchObject({ code: "sequence_gap" });
      const plain = engine.trainer.step("s/1");
      await plain.forwardBackward(first, loss, { bucket: "a" });
      expect(await plain.gradientNorms()).toEqual({ buckets: [], norms: [], cosines: [] });
    });

    it("learns from demonstrations by cross-entropy", async () => {
      const engine = await load("t9");
      const datums = (await datumsOf(engine, ["0"])).map((datum) => ({
        ...datum,
        oldLogprobs: new Float32Array(),
        advantages: new Float32Array(),
      }));
      const step = engine.trainer.step("sft/0");
      await step.forwardBackward(datums, { ...loss, kind: "cross_entropy" });
      expect(await step.optimStep(settings)).toMatchObject({ weightsVersion: 1 });
    });
  });
}

function checkpointClaims(load: Load): void {
  describe("checkpoints", () => {
    it("bring back weights, optimizer and version, so that training goes on as if nothing had been", async () => {
      const engine = await load("c1");
      const datums = await datumsOf(engine, ["0"]);
      const train = async (stepId: string) => {
        const step = engine.trainer.step(stepId);
        await step.forwardBackward(datums, loss);
        await step.optimStep(settings);
      };
      await train("s/0");
      const saved = await engine.checkpoints.save("c1/after-0");
      expect(saved).toMatchObject({ name: "c1/after-0", weightsVersion: 1, optimizer: true, base: "nano" });
      await train("s/1");
      const went = await hashOf(engine);
      const back = await engine.checkpoints.load("c1/after-0");
      expect(back).toMatchObject({ weightsVersion: 1, weightsHash: saved.weightsHash });
      await train("s/1");
      expect(await hashOf(engine)).toBe(went);
    });

    it("without their optimizer let AdamW begin anew, as a step does that asks for it", async () => {
      const engine = await load("c5");
      const datums = await datumsOf(engine, ["0"]);
      const train = async (stepId: string, freshOptimizer = false) => {
        const step = engine.trainer.step(stepId);
        await step.forwardBackward(datums, loss);
        await step.optimStep({ ...settings, freshOptimizer });
        return hashOf(engine);
      };
      await train("s/0");
      const bare = await engine.checkpoints.save("c5/bare", { optimizer: false });
      expect(bare.optimizer).toBe(false);
      await engine.checkpoints.save("c5/whole");
      await engine.checkpoints.load("c5/bare");
      const anew = await train("s/1");
      await engine.checkpoints.load("c5/whole");
      expect(await train("s/1", true)).toBe(anew);
      await engine.checkpoints.load("c5/whole");
      expect(await train("s/1")).not.toBe(anew);
    });

    it("merge into a new one, a function of what is merged and how", async () => {
      const engine = await load("c4");
      const datums = await datumsOf(engine, ["0"]);
      for (const at of [0, 1]) {
        const step = engine.trainer.step(`s/${at}`);
        await step.forwardBackward(datums, loss);
        await step.optimStep(settings);
        await engine.checkpoints.save(`c4/${at}`);
      }
      const held = await hashOf(engine);
      const both = { checkpoints: ["c4/0", "c4/1"], density: 0.5, lambda: 1 };
      const merged = await engine.trainer.merge({ ...both, name: "c4/merged" });
      expect(merged).toMatchObject({ name: "c4/merged", weightsVersion: 0, optimizer: false, base: "nano" });
      expect(await hashOf(engine)).toBe(held);
      const again = await engine.trainer.merge({ ...both, name: "c4/again" });
      expect(again.weightsHash).toBe(merged.weightsHash);
      const weighted = await engine.trainer.merge({ ...both, weights: [1, 3], name: "c4/weighted" });
      expect(weighted.weightsHash).not.toBe(merged.weightsHash);
      const from = await engine.trainer.merge({ ...both, baseCheckpoint: "c4/0", name: "c4/from" });
      expect(from.weightsHash).not.toBe(merged.weightsHash);
      expect(await engine.checkpoints.load("c4/merged")).toMatchObject({ weightsHash: merged.weightsHash });
      const missing = engine.trainer.merge({ ...both, checkpoints: ["c4/none"], name: "c4/x" });
      await expect(missing).rejects.toMatchObject({ code: "not_found" });
      const dense = engine.trainer.merge({ ...both, density: 1.5, name: "c4/x" });
      await expect(dense).rejects.toMatchObject({ code: "bad_request" });
    });

    it("are listed by prefix and deleted by name", async () => {
      const engine = await load("c2");
      await engine.checkpoints.save("c2/a");
      await engine.checkpoints.save("c2/b");
      const names = async () => (await engine.checkpoints.list("c2/")).map(({ name }) => name).sort();
      expect(await names()).toEqual(["c2/a", "c2/b"]);
      await engine.checkpoints.delete("c2/a");
      await engine.checkpoints.delete("c2/a");
      expect(await names()).toEqual(["c2/b"]);
      await expect(engine.checkpoints.load("c2/a")).rejects.toMatchObject({ code: "not_found" });
    });

    it("export the loaded model as a folder for other programs", async () => {
      const engine = await load("c3");
      const { files, bytes, folder } = await engine.checkpoints.export("c3/exported");
      expect(files).toContain("config.json");
      expect(files.some((file) => file.endsWith(".safetensors"))).toBe(true);
      expect(bytes).toBeGreaterThan(0);
      expect(folder).toMatch(/^\//);
    });
  });
}
