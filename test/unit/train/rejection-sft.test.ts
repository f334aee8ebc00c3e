import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveConfig } from "../../../src/config/index.js";
import type { Datum, Engine } from "../../../src/engine/engine.js";
import { defineReward } from "../../../src/rewards/index.js";
import type { RunStore } from "../../../src/store/index.js";
import { defineTask } from "../../../src/tasks/index.js";
import type { StepMetrics } from "../../../src/telemetry/index.js";
import { evaluateAt, type RunContext, trainOnOwnSamples } from "../../../src/train/index.js";
import { startNanoEngine } from "../../support/nano-engine.js";
import { freshStore, trainContext } from "../../support/train-context.js";

let nano: Awaited<ReturnType<typeof startNanoEngine>>;
beforeAll(async () => {
  nano = await startNanoEngine();
}, 120_000);
afterAll(() => nano?.close());

const items = Array.from({ length: 40 }, (_, n) => ({ question: `say ${n}` }));
/** What an untrained model does about half of the time and can learn to do always. */
const isRight = (text: string) => (text.codePointAt(0) ?? 1) % 2 === 0;
const task = (right: (text: string) => boolean = isRight) =>
  defineTask({ id: "even", items, reward: defineReward("even", ({ response }) => (right(response) ? 1 : 0)) });
const config = resolveConfig({
  version: 1,
  model: { base: "nano" },
  train: { maxTokens: 3 },
  eval: { itemsPerTask: 4, samples: 32, temperature: 1, maxTokens: 3 },
});
const settings = { samples: 8, keepPerPrompt: 2, batchSize: 16, steps: 40, lr: 5e-3 };

/** The engine, telling what it is trained on. */
function watched(engine: Engine, datums: Datum[]): Engine {
  const step: Engine["trainer"]["step"] = (stepId) => {
    const own = engine.trainer.step(stepId);
    const forwardBackward: typeof own.forwardBackward = (given, ...rest) => {
      datums.push(...given);
      return own.forwardBackward(given, ...rest);
    };
    return { ...own, forwardBackward, optimStep: own.optimStep.bind(own) };
  };
  const { trainer } = engine;
  return { ...engine, trainer: { ...trainer, step, loadModel: trainer.loadModel.bind(trainer) } };
}

function drawn(store: RunStore) {
  const page = store.journal("samples-00000");
  page.close();
  return page;
}

const context = (store: RunStore, more: Partial<RunContext> = {}) =>
  trainContext(nano.engine, config, [task()], store, more);

describe("SFT by rejection sampling", { timeout: 120_000 }, () => {
  let hash: string;

  it("draws N samples of every prompt from the starting weights and trains on right ones alone, so that more are right", async () => {
    const store = freshStore();
    const datums: Datum[] = [];
    const { run } = await context(store, { engine: watched(nano.engine, datums) });
    const before = await evaluateAt(run, "before", 0);
    const outcome = await trainOnOwnSamples(run, settings);
    hash = outcome.weightsHash;
    const after = await evaluateAt(run, "after", outcome.steps);

    const { rollouts } = drawn(store);
    const trainItems = run.tasks[0]?.splits.train.length ?? 0;
    expect(rollouts.size).toBe(trainItems * settings.samples);
    const versions = [...rollouts.values()].flatMap(({ segments }) => segments.map((one) => one.weightsVersion));
    expect(new Set(versions)).toEqual(new Set([0]));

    const right = [...rollouts.values()].filter(({ text }) => isRight(text));
    expect(right.length).toBeLessThan(rollouts.size);
    const used = new Map(datums.map((datum) => [datum.datumId, datum]));
    for (const { datumId, tokens } of used.values()) {
      const rollout = right.find(({ id }) => id === datumId);
      expect(rollout, `${datumId} is right`).toBeDefined();
      expect([...tokens]).toEqual(rollout?.segments.flatMap((segment) => [...segment.tokens]));
    }
    const prompts = [...used.values()].map(({ prefixGroup }) => prefixGroup);
    const counts = prompts.map((prompt) => prompts.filter((other) => other === prompt).length);
    expect(Math.max(...counts)).toBe(settings.keepPerPrompt);
    expect(outcome).toMatchObject({ status: "finished", steps: settings.steps });

    const accuracy = ({ tasks }: typeof before) => tasks.even?.components.even ?? 0;
    expect(accuracy(before)).toBeLessThan(0.8);
    expect(accuracy(after)).toBeGreaterThan(accuracy(before) + 0.15);
    store.close();
  });

  it("lets the learning rate fall as a cosine from its peak to 0", async () => {
    const store = freshStore();
    await trainOnOwnSamples((await context(store)).run, settings);
    const rates = store.steps().map(({ metrics }) => (metrics as unknown as StepMetrics).lr);
    const cosine = rates.map((_, at) => (settings.lr * (1 + Math.cos((Math.PI * at) / settings.steps))) / 2);
    expect(rates).toHaveLength(settings.steps);
    for (const [at, rate] of rates.entries()) expect(rate).toBeCloseTo(cosine[at] ?? 0, 12);
    store.close();
  });

  it("stopped in the middle and resumed ends at the same weights, drawing no sample anew", async () => {
    const store = freshStore();
    const stop = new AbortController();
    const { run } = await context(store, { stop: stop.signal });
    const stopping: RunContext = {
      ...run,
      emit: (event) => (event.kind === "step_committed" && event.metrics.position === 5 ? stop.abort() : undefined),
    };
    expect(await trainOnOwnSamples(stopping, settings)).toMatchObject({ status: "stopped", steps: 6 });
    const samples = [...drawn(store).rollouts.keys()];
    const resumed = await trainOnOwnSamples((await context(store)).run, settings);
    expect(resumed.weightsHash).toBe(hash);
    expect([...drawn(store).rollouts.keys()]).toEqual(samples);
    store.close();
  });

  it("says that there is nothing to learn where no response is right", async () => {
    const store = freshStore();
    const { run } = await trainContext(nano.engine, config, [task(() => false)], store);
    await expect(trainOnOwnSamples(run, { ...settings, samples: 2 })).rejects.toThrow(
      /no response of \d+ prompts × 2 samples is right/,
    );
    store.close();
  });
});
