import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveConfig } from "../../../src/config/index.js";
import type { Engine } from "../../../src/engine/engine.js";
import { defineReward } from "../../../src/rewards/index.js";
import type { RunStore } from "../../../src/store/index.js";
import { defineTask, type Task } from "../../../src/tasks/index.js";
import type { RunEvent } from "../../../src/telemetry/index.js";
import { type RunContext, train } from "../../../src/train/index.js";
import { startNanoEngine } from "../../support/nano-engine.js";
import { freshStore, trainContext } from "../../support/train-context.js";

let nano: Awaited<ReturnType<typeof startNanoEngine>>;
beforeAll(async () => {
  nano = await startNanoEngine();
});
afterAll(() => nano?.close());

const lengthReward = defineReward("short", ({ response }) => Math.max(0, 1 - response.length / 64));
const items = Array.from({ length: 12 }, (_, n) => ({
  question: `say ${n}`,
  demonstration: `<think>x</think><answer>${n}</answer>`,
}));
const plain = () => defineTask({ id: "plain", items, reward: lengthReward });

const config = resolveConfig({
  version: 1,
  model: { base: "nano" },
  warmup: { demonstrationsPerTask: 4, batchSize: 2, steps: 2, lr: 1e-3 },
  train: {
    groupSize: 3,
    promptsPerUpdate: 2,
    updatesPerRound: 2,
    maxUpdates: 4,
    lr: 1e-3,
    maxTokens: 12,
    checkpointEvery: 2,
  },
  eval: { itemsPerTask: 1, maxTokens: 8 },
});

const context = (tasks: readonly Task[], store: RunStore, more: Partial<RunContext> = {}) =>
  trainContext(nano.engine, config, tasks, store, more);

/** The engine, but every generate call is an error: what a replay must not need. */
const mute = (engine: Engine): Engine => ({
  ...engine,
  sampler: {
    ...engine.sampler,
    tokenize: engine.sampler.tokenize.bind(engine.sampler),
    syncWeights: engine.sampler.syncWeights.bind(engine.sampler),
    generate: () => {
      throw new Error("generated during a replay");
    },
  },
});

describe("the loop", () => {
  it("trains, evaluates at base, warm-up and final, and ends at a checkpoint", async () => {
    const store = freshStore();
    const { run, events } = await context([plain()], store);
    const outcome = await train(run);
    expect(outcome).toMatchObject({ status: "finished", steps: 6 });
    expect(store.evaluations().map((entry) => entry.point)).toEqual(["base", "warm-up", "final"]);
    const steps = events.flatMap((event) => (event.kind === "step_committed" ? [event.metrics] : []));
    expect(steps.map((step) => step.phase)).toEqual(["warm-up", "warm-up", "grpo", "grpo", "grpo", "grpo"]);
    expect(steps.at(-1)?.tasks.plain?.rollouts).toBe(6);
    expect(store.checkpoints().map((entry) => entry.position)).toEqual([6]);
    const firstOfRound = steps[2]?.trainer.plain;
    if (firstOfRound !== undefined) expect(firstOfRound.ratioMax).toBeCloseTo(1, 4);
    store.close();
  });

  it("stopped between steps and resumed ends with the weights of a run never stopped, generating nothing twice", async () => {
    const whole = freshStore();
    const reference = await train((await context([plain()], whole)).run);
    whole.close();

    const cut = freshStore();
    const stop = new AbortController();
    const { run } = await context([plain()], cut, { stop: stop.signal });
    const stopping = {
      ...run,
      emit: (event: RunEvent) =>
        event.kind === "step_committed" && event.metrics.position === 3 ? stop.abort() : undefined,
    };
    expect(await train(stopping)).toMatchObject({ status: "stopped", steps: 4 });
    const resumed = await train((await context([plain()], cut)).run);
    expect(resumed.weightsHash).toBe(reference.weightsHash);
    cut.close();
  });

  it("makes up on resume for the evaluation that a stop cut short", async () => {
    const evaluating = { ...config, eval: { ...config.eval, every: 2 } };
    const cut = freshStore();
    const stop = new AbortController();
    const { run } = await context([plain()], cut, { stop: stop.signal, config: evaluating });
    const stopping = {
      ...run,
      emit: (event: RunEvent) =>
        event.kind === "step_committed" && event.metrics.position === 3 ? stop.abort() : undefined,
    };
    await train(stopping);
    expect(cut.evaluations().map((entry) => entry.point)).toEqual(["base", "warm-up"]);
    await train((await context([plain()], cut, { config: evaluating })).run);
    expect(cut.evaluations().map((entry) => entry.point)).toEqual(["base", "warm-up", "step-2", "final"]);
    cut.close();
  });

  it("replays journaled steps without generating", async () => {
    const store = freshStore();
    const first = await train((await context([plain()], store)).run);
    for (const { name } of store.checkpoints()) store.removeCheckpoint(name);
    const { run, events } = await context([plain()], store);
    const replayed = await train({ ...run, engine: mute(run.engine) });
    expect(replayed.weightsHash).toBe(first.weightsHash);
    expect(events.some((event) => event.kind === "notice" && event.level === "warn")).toBe(false);
    store.close();
  });

  it("plays several turns through a task's own rollout, continuing from exact tokens", async () => {
    const talk = defineTask({
      id: "talk",
      items: items.map(({ question }) => ({ question, demonstration: "<think>x</think><answer>y</answer>" })),
      reward: lengthReward,
      rollout: async (item, { generate }) => {
        await generate(item.messages);
        await generate([{ role: "user", content: "again" }]);
      },
    });
    const store = freshStore();
    const { run } = await context([talk], store);
    await train({ ...run, config: { ...config, train: { ...config.train, maxUpdates: 1 } } });
    const page = store.journal("step-000002");
    const [rollout] = page.rollouts.values();
    expect(rollout?.segments.map((segment) => segment.source)).toEqual(["prompt", "policy", "environment", "policy"]);
    const tail = rollout?.segments[2]?.tokens;
    expect(tail?.length).toBeGreaterThan(5);
    page.close();
    store.close();
  });

  it("masks rollouts whose primary reward is undefined and scores the rest", async () => {
    const flaky = defineTask({
      id: "flaky",
      items,
      reward: defineReward("flaky", ({ seed }) => (seed % 2 === 0 ? null : (seed % 5) / 5)),
    });
    const store = freshStore();
    const { run, events } = await context([flaky], store);
    await train(run);
    const steps = events.flatMap((event) =>
      event.kind === "step_committed" && event.metrics.phase === "grpo" ? [event.metrics] : [],
    );
    const scored = steps.reduce((sum, step) => sum + (step.tasks.flaky?.scored ?? 0), 0);
    const all = steps.reduce((sum, step) => sum + (step.tasks.flaky?.rollouts ?? 0), 0);
    expect(scored).toBeGreaterThan(0);
    expect(scored).toBeLessThan(all);
    store.close();
  });
});
