import type { OmniConfig, ScheduleConfig, StageConfig } from "../config/index.js";
import { EngineError } from "../core/index.js";
import type { RunStore } from "../store/index.js";
import {
  type EvaluationResult,
  type RunContext,
  type RunOutcome,
  type StartPoint,
  timeSplit,
  train,
  trainOnOwnSamples,
} from "../train/index.js";
import { evaluateNode } from "./evaluate-node.js";
import { type Lab, openNodeStore } from "./lab.js";
import { mergeModels } from "./merge-node.js";
import type { ExperimentNode } from "./node.js";
import { ownTaskId } from "./variant-tasks.js";

/** Where a finished node ended, for those that start from it. */
export type NodeEnd = StartPoint;

/**
 * Brings a node to its end: trains it from its parent's end, or goes on where it was, then evaluates what is asked of it.
 * A finished node costs nothing. Undefined when it was stopped; what it did is kept.
 */
export async function runNode(
  lab: Lab,
  node: ExperimentNode,
  parents: readonly NodeEnd[],
): Promise<NodeEnd | undefined> {
  const store = openNodeStore(lab, node.id);
  try {
    const done = finished(store, node);
    if (done !== undefined) return done;
    const run = contextOf(lab, node, store, parents[0]);
    const outcome = await trained(lab, node, run, parents);
    if (outcome.status === "stopped") return undefined;
    for (const evaluation of node.evaluations) {
      if (lab.stop.aborted) return undefined;
      await evaluateNode(lab, run, evaluation, outcome.steps);
    }
    store.setFact("status", "finished");
    store.setFact("evaluated", "yes");
    return endOf(store);
  } finally {
    store.close();
  }
}

function finished(store: RunStore, node: ExperimentNode): NodeEnd | undefined {
  const missing = node.evaluations.some(({ point }) => store.evaluation(point) === undefined);
  return store.fact("evaluated") === "yes" && !missing ? endOf(store) : undefined;
}

function endOf(store: RunStore): NodeEnd {
  const newest = store.checkpoints().at(-1);
  if (newest === undefined) throw new EngineError(`${store.folder.dir}: finished without a checkpoint`); // train saves one
  return { checkpoint: newest.name, weightsHash: newest.weightsHash, position: newest.position };
}

function trained(lab: Lab, node: ExperimentNode, run: RunContext, parents: readonly NodeEnd[]): Promise<RunOutcome> {
  const { sft, merge } = lab.config.experiment ?? {};
  if (node.kind === "sft" && sft !== undefined) return trainOnOwnSamples(run, sft);
  if (node.kind === "merge" && merge !== undefined) return mergeModels(run, parents, merge);
  return train(run);
}

function contextOf(lab: Lab, node: ExperimentNode, store: RunStore, start: NodeEnd | undefined): RunContext {
  const { config } = lab;
  const mine = [...new Set([...config.tasks.map((task) => task.id), ...node.trains])];
  const tasks = lab.tasks.filter(({ task }) => mine.includes(task.id));
  const { warmup, ...rest } = config;
  const schedule: ScheduleConfig =
    node.kind === "stage"
      ? { kind: "curriculum", order: node.trains, stages: stagesOf(config, node) }
      : { kind: "joint" };
  const nodeConfig = {
    ...rest,
    ...(warmup === undefined || start !== undefined ? {} : { warmup }),
    seed: node.seed,
    schedule,
    train: { ...config.train, maxUpdates: node.updates, checkpointEvery: 0 },
    eval: { ...config.eval, every: 0, stages: false, split: "validation" as const },
  };
  return {
    config: nodeConfig,
    tasks: tasks.map(({ task, splits }) => {
      const settings =
        node.temperature === undefined ? task.settings : { ...task.settings, temperature: node.temperature };
      return { task: { ...task, settings }, splits };
    }),
    engine: lab.engine,
    model: lab.model,
    store,
    checkpointPrefix: `${lab.checkpointPrefix}${node.id}/`,
    ...(start === undefined ? {} : { start }),
    heldOutSeed: config.seed,
    usage: lab.usage,
    time: timeSplit(),
    emit: lab.emit,
    stop: lab.stop,
    signal: lab.signal,
  };
}

/** The config's settings of the node's stages, a variant's those of its own task; a temperature that the node is made to try wins over a stage's. */
function stagesOf(config: OmniConfig, node: ExperimentNode): Readonly<Record<string, StageConfig>> {
  const { schedule } = config;
  const all = schedule.kind === "curriculum" ? (schedule.stages ?? {}) : {};
  const settings = node.trains.map((id) => {
    const { temperature, ...stage } = all[ownTaskId(config, id)] ?? {};
    const kept = node.temperature === undefined && temperature !== undefined ? { temperature } : {};
    return [id, { ...stage, ...kept }] as const;
  });
  return Object.fromEntries(settings);
}

/** What a node's evaluations found, by point; `validation` stands for the loop's own at the end. */
export function evaluationsOf(store: RunStore): Readonly<Record<string, EvaluationResult["tasks"]>> {
  const all = store.evaluations().map(({ point, result }) => [point, (result as unknown as EvaluationResult).tasks]);
  return Object.fromEntries(all) as Record<string, EvaluationResult["tasks"]>;
}
