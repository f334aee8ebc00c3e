import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveConfig } from "../../../src/config/index.js";
import type { Group } from "../../../src/grpo/index.js";
import { defineReward } from "../../../src/rewards/index.js";
import { defineTask, type Task } from "../../../src/tasks/index.js";
import { collectGroups } from "../../../src/train/collect.js";
import type { RunContext } from "../../../src/train/index.js";
import { train } from "../../../src/train/index.js";
import { updateOnGroups } from "../../../src/train/update.js";
import { startNanoEngine } from "../../support/nano-engine.js";
import { freshStore, trainContext } from "../../support/train-context.js";

let nano: Awaited<ReturnType<typeof startNanoEngine>>;
beforeAll(async () => {
  nano = await startNanoEngine();
});
afterAll(() => nano?.close());

const task = (id: string, settings: Partial<Task["settings"]> = {}) =>
  defineTask({
    id,
    items: {
      train: Array.from({ length: 8 }, (_, n) => ({ question: `${id} ${n}` })),
      validation: [{ question: `${id} held out` }],
      test: [],
    },
    reward: defineReward("spread", ({ seed }) => (seed % 7) / 7),
    settings,
  });
const base = {
  version: 1,
  model: { base: "nano" },
  train: { groupSize: 3, promptsPerUpdate: 4, lr: 1e-3, maxTokens: 6, checkpointEvery: 0 },
  eval: { itemsPerTask: 1, maxTokens: 4 },
};
const configOf = (schedule: object) => resolveConfig({ ...base, schedule }, { customTasks: ["a", "b"] });

describe("a stage's own settings", () => {
  it("hold in that stage alone: group size, lr, epochs, updates, temperature", async () => {
    const stages = { b: { groupSize: 2, lr: 1e-4, epochs: 2, maxUpdates: 3, temperature: 0.5 } };
    const config = configOf({ kind: "curriculum", order: ["a", "b"], stages });
    const { run, events } = await trainContext(nano.engine, config, [task("a"), task("b")], freshStore());
    const asked: number[] = [];
    const sampler = {
      ...run.engine.sampler,
      tokenize: run.engine.sampler.tokenize.bind(run.engine.sampler),
      syncWeights: run.engine.sampler.syncWeights.bind(run.engine.sampler),
      generate: (...[call, options]: Parameters<typeof run.engine.sampler.generate>) => {
        asked.push(call.sampling.temperature);
        return run.engine.sampler.generate(call, options);
      },
    };
    await train({ ...run, engine: { ...run.engine, sampler } });
    const steps = events.flatMap((event) => (event.kind === "step_committed" ? [event.metrics] : []));
    const shown = steps.map(({ stage, lr, epoch, tasks }) => [stage, lr, epoch, tasks[stage]?.rollouts]);
    // 8 training items, 4 an update: two updates an epoch.
    expect(shown).toEqual([
      ["a", 1e-3, 0, 12],
      ["a", 1e-3, 0, 12],
      ["b", 1e-4, 0, 8],
      ["b", 1e-4, 0, 8],
      ["b", 1e-4, 1, 8],
    ]);
    expect([1, 0.5].map((temperature) => asked.filter((one) => one === temperature).length)).toEqual([2, 3]);
    run.store.close();
  });
});

describe("each stage", () => {
  /** Steps whose optimizer begins anew, in a run stopped behind `stopAt` steps and gone on with. */
  const begunAnew = async (stopAt: number) => {
    const config = configOf({ kind: "curriculum", order: ["a", "b"], stages: { b: { maxUpdates: 3, epochs: 2 } } });
    const store = freshStore();
    const anew: string[] = [];
    const part = async (stop: AbortController) => {
      const { run } = await trainContext(nano.engine, config, [task("a"), task("b")], store, { stop: stop.signal });
      const trainer = { ...run.engine.trainer };
      trainer.step = (stepId) => {
        const step = run.engine.trainer.step(stepId);
        const optimStep: typeof step.optimStep = (settings, options) => {
          if (settings.freshOptimizer === true) anew.push(stepId);
          return step.optimStep(settings, options);
        };
        return { ...step, optimStep };
      };
      let steps = 0;
      const emit: RunContext["emit"] = (event) => {
        if (event.kind === "step_committed" && ++steps === stopAt) stop.abort();
      };
      return train({ ...run, emit, engine: { ...run.engine, trainer } });
    };
    const { status } = await part(new AbortController());
    const { weightsHash } = await part(new AbortController());
    store.close();
    return { status, anew, weightsHash };
  };

  it("begins with a fresh optimizer, and a run that goes on in its middle does not", async () => {
    const whole = await begunAnew(0);
    expect(whole).toMatchObject({ status: "finished", anew: ["step-0", "step-2"] });
    expect(await begunAnew(3)).toEqual({ ...whole, status: "stopped" });
  });
});

describe("without stages", () => {
  const prompts = async (schedule: object, tasks: readonly Task[]) => {
    const { run, events } = await trainContext(nano.engine, configOf(schedule), tasks, freshStore());
    expect((await train(run)).status).toBe("finished");
    expect(run.store.evaluations().map(({ point }) => point)).toEqual(["base", "final"]);
    expect(run.store.checkpoints()).toHaveLength(1);
    run.store.close();
    const steps = events.flatMap((event) => (event.kind === "step_committed" ? [event.metrics] : []));
    return steps.map(({ stage, tasks: of }) => [stage, of.a?.rollouts ?? 0, of.b?.rollouts ?? 0]);
  };

  it("mixed training gives each task its share of every batch, each with its own group size", async () => {
    const shown = await prompts({ kind: "mixed", ratios: { a: 3, b: 1 } }, [task("a"), task("b", { groupSize: 2 })]);
    // Three prompts of a with 3 rollouts, one of b with 2; as many batches as joint training has.
    expect(shown).toEqual(Array(4).fill(["mixed", 9, 2]));
  });

  it("mixed training leaves a task of share 0 out, and evaluates it all the same", async () => {
    const shown = await prompts({ kind: "mixed", ratios: { a: 0, b: 1 } }, [task("a"), task("b")]);
    expect(shown).toEqual(Array(2).fill(["mixed", 0, 12]));
  });

  it("a step keeps the divisor that it was taken with, task weights in it", async () => {
    const tasks = [task("a", { weight: 0.5 }), task("b")];
    const { run } = await trainContext(
      nano.engine,
      configOf({ kind: "mixed", ratios: { a: 3, b: 1 } }),
      tasks,
      freshStore(),
    );
    await train({ ...run, config: { ...run.config, train: { ...run.config.train, maxUpdates: 1 } } });
    expect(run.store.steps().map(({ metrics }) => metrics.divisor)).toEqual([3 * 0.5 + 1]);
    run.store.close();
  });

  it("joint training takes every item once", async () => {
    const shown = await prompts({ kind: "joint" }, [task("a"), task("b")]);
    expect(shown.map(([stage]) => stage)).toEqual(Array(4).fill("joint"));
    const sum = (at: number) => shown.reduce((total, row) => total + Number(row[at]), 0);
    expect([sum(1), sum(2)]).toEqual([8 * 3, 8 * 3]);
  });
});

describe("a stage's end", () => {
  const config = configOf({ kind: "curriculum", order: ["a", "b"] });
  const tasks = () => [task("a"), task("b")];
  const points = (run: RunContext) => run.store.evaluations().map(({ point }) => point);
  const names = (run: RunContext) => run.store.checkpoints().map(({ name }) => name.split("/").at(-1));

  it("is saved under its name, kept, and evaluated on all tasks; the last one is the run's own end", async () => {
    const often = { ...config, train: { ...config.train, checkpointEvery: 1 } };
    const { run } = await trainContext(nano.engine, often, tasks(), freshStore());
    await train(run);
    expect(names(run)).toEqual(["stage-a", "step-000004"]);
    expect(points(run)).toEqual(["base", "stage-a", "final"]);
    expect(Object.keys(run.store.evaluation("stage-a")?.result.tasks ?? {})).toEqual(["a", "b"]);
    const [stage, end] = run.store.checkpoints();
    const model = await run.engine.checkpoints.load(stage?.name ?? "", { signal: run.signal });
    expect(model.weightsHash).toBe(stage?.weightsHash);
    expect(model.weightsHash).not.toBe(end?.weightsHash);
    run.store.close();
  });

  it("stopped there and resumed is evaluated once all the same, and ends at the same weights", async () => {
    const whole = await trainContext(nano.engine, config, tasks(), freshStore());
    const { weightsHash } = await train(whole.run);
    whole.run.store.close();
    const store = freshStore();
    const stop = new AbortController();
    const { run } = await trainContext(nano.engine, config, tasks(), store, { stop: stop.signal });
    const emit: RunContext["emit"] = (event) => {
      if (event.kind === "checkpoint_saved" && event.name.endsWith("stage-a")) stop.abort();
    };
    expect(await train({ ...run, emit })).toMatchObject({ status: "stopped", steps: 2 });
    expect(points(run)).toEqual(["base"]);
    expect(names(run)).toEqual(["stage-a"]);
    const resumed = await trainContext(nano.engine, config, tasks(), store);
    expect((await train(resumed.run)).weightsHash).toBe(weightsHash);
    expect(points(resumed.run)).toEqual(["base", "stage-a", "final"]);
    store.close();
  });

  it("costs no evaluation where eval.stages is off", async () => {
    const off = { ...config, eval: { ...config.eval, stages: false } };
    const { run } = await trainContext(nano.engine, off, tasks(), freshStore());
    await train(run);
    expect(points(run)).toEqual(["base", "final"]);
    run.store.close();
  });
});

describe("a task's weight", () => {
  const groupsOf = async (run: RunContext): Promise<Group[]> => {
    const items = run.tasks.flatMap(({ splits }) => splits.train.slice(0, 1));
    const page = run.store.journal("step");
    const sampling = { n: 3, temperature: 1, topP: 1, topK: 0, maxTokens: 6 };
    const settings = { weightsVersion: 0, sampling: () => sampling };
    const [groups = []] = await collectGroups(run, [{ name: "step", page, items }], settings);
    page.close();
    return [...groups];
  };
  const stepWith = async (weights: { a: number; b: number }, change: (groups: Group[]) => Group[]) => {
    const tasks = [task("a", { weight: weights.a, klBeta: 0.1 }), task("b", { weight: weights.b })];
    const { run } = await trainContext(nano.engine, configOf({ kind: "joint" }), tasks, freshStore());
    const groups = change(await groupsOf(run));
    const result = await updateOnGroups(run, { stepId: "step", stage: "joint", freshOptimizer: true }, groups);
    run.store.close();
    const loss = Object.values(result.buckets).reduce((sum, { lossSum }) => sum + lossSum, 0) / result.plan.divisor;
    return { gradNorm: result.optim.gradNorm, loss, divisor: result.plan.divisor };
  };
  const twice = ([x, y]: Group[]): Group[] => {
    if (x === undefined || y === undefined) throw new Error("two groups expected");
    const members = x.members.map((member) => ({
      ...member,
      rollout: { ...member.rollout, id: `again-${member.rollout.id}`, itemId: `again-${member.rollout.itemId}` },
    }));
    return [x, { ...x, itemId: `again-${x.itemId}`, members }, y];
  };

  it("of 2 gives the gradient and loss of the same item twice", async () => {
    const weighted = await stepWith({ a: 2, b: 1 }, (groups) => groups);
    const doubled = await stepWith({ a: 1, b: 1 }, twice);
    const plain = await stepWith({ a: 1, b: 1 }, (groups) => groups);
    expect([weighted.divisor, doubled.divisor, plain.divisor]).toEqual([3, 3, 2]);
    expect(weighted.gradNorm).toBeCloseTo(doubled.gradNorm, 6);
    expect(weighted.loss).toBeCloseTo(doubled.loss, 6);
    expect(Math.abs(plain.gradNorm - weighted.gradNorm)).toBeGreaterThan(1e-3);
  });

  it("below 1 for all changes nothing: the divisor carries it", async () => {
    const plain = await stepWith({ a: 1, b: 1 }, (groups) => groups);
    const light = await stepWith({ a: 0.25, b: 0.25 }, (groups) => groups);
    expect(light.divisor).toBe(0.5);
    expect(light.gradNorm).toBeCloseTo(plain.gradNorm, 6);
    expect(light.loss).toBeCloseTo(plain.loss, 6);
  });
});
