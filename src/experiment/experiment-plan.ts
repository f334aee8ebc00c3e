import type { OmniConfig } from "../config/index.js";
import type { ExperimentNode } from "./node.js";
import { ablationNodes, baselineNodes, experimentOf, orderNodes, probeNodes, seedsOf, taskIds } from "./plan-nodes.js";
import { promptBound, type RolloutBound, sumOf } from "./rollout-limits.js";
import { permutations } from "./transfer.js";
import { ownTaskId } from "./variant-tasks.js";

/** What an experiment comes to before it runs. */
export interface ExperimentPlan {
  readonly runs: number;
  readonly orders: number;
  /** Probes, stages and ablations. */
  readonly stageRuns: number;
  readonly updates: number;
  readonly rollouts: number;
  /** Drawn for rejection sampling. */
  readonly samples: number;
  /** At most: a greedy evaluation needs one an item. */
  readonly evaluationRollouts: number;
  /** At most, every completion of training and evaluations at its token limit; samples for SFT aside. */
  readonly maxGeneratedTokens: number;
  /** False: which orders are run, and so how much they share, shows when transfer is known; then these are bounds. */
  readonly exact: boolean;
}

/**
 * Counts runs, updates and rollouts.
 * @param tasks training items a task, in the config's order
 * @param evaluated what one evaluation of all tasks costs
 */
export function experimentPlan(config: OmniConfig, tasks: Tasks, evaluated: RolloutBound): ExperimentPlan {
  const { orders, sft } = experimentOf(config);
  const exact = orders.all || (!orders.best && !orders.worst && orders.random === 0);
  const chosen = orders.all ? permutations(taskIds(config)) : boundingOrders(config);
  const nodes = [
    ...probeNodes(config),
    ...orderNodes(config, chosen),
    ...baselineNodes(config),
    ...ablationNodes(config),
  ];
  const rl = nodes.filter(({ kind }) => kind === "stage" || kind === "joint");
  const trained = sumOf(rl.map((node) => trainingBound(config, tasks, node)));
  const evaluations = sum(nodes.map((node) => 1 + node.evaluations.length));
  return {
    runs: nodes.length,
    orders: chosen.length,
    stageRuns: nodes.filter(({ kind }) => kind === "stage").length,
    updates: sum(rl.map((node) => updatesOf(config, tasks, node))),
    rollouts: trained.rollouts,
    samples: sft === undefined ? 0 : sft.samples * seedsOf(config).length * sum(tasks.map(({ items }) => items.length)),
    evaluationRollouts: evaluated.rollouts * evaluations,
    maxGeneratedTokens: trained.tokens + evaluated.tokens * evaluations,
    exact,
  };
}

/** As many different orders as are asked for; those that transfer will choose are stood in for by others. */
function boundingOrders(config: OmniConfig): readonly (readonly string[])[] {
  const { best, worst, random, list } = experimentOf(config).orders;
  const wanted = list.length + Number(best) + Number(worst) + random;
  const named = new Set(list.map((order) => order.join("\n")));
  const tasks = taskIds(config);
  const others = tasks.length > 6 ? [tasks] : permutations(tasks).filter((order) => !named.has(order.join("\n")));
  // Taken from all over the list, neighbours in it share most.
  const step = Math.max(1, Math.floor(others.length / Math.max(1, wanted - list.length)));
  return [...list, ...others.filter((_, at) => at % step === 0)].slice(0, wanted);
}

type Tasks = readonly { readonly id: string; readonly items: readonly unknown[] }[];

/** Training items of a task; a variant has as many as the task itself. */
function itemsOf(config: OmniConfig, tasks: Tasks, id: string): number {
  return tasks.find((task) => task.id === ownTaskId(config, id))?.items.length ?? 0;
}

/** Epochs and updates of a node: a stage's own where the config gives it some. */
function lengthOf(config: OmniConfig, { kind, trains, updates }: ExperimentNode) {
  const { train, schedule } = config;
  const only = kind === "stage" && trains.length === 1 ? ownTaskId(config, trains[0] ?? "") : "";
  const own = schedule.kind === "curriculum" ? schedule.stages?.[only] : undefined;
  const most = Math.min(updates ?? Infinity, own?.maxUpdates ?? Infinity);
  return { epochs: own?.epochs ?? train.epochs, most };
}

/** An epoch's last batch may be short. */
function updatesOf(config: OmniConfig, tasks: Tasks, node: ExperimentNode): number {
  const { epochs, most } = lengthOf(config, node);
  const items = sum(node.trains.map((id) => itemsOf(config, tasks, id)));
  return Math.min(epochs * Math.ceil(items / config.train.promptsPerUpdate), most);
}

/** Prompts cut short by a bound of updates are taken from all tasks of a joint run alike. */
function trainingBound(config: OmniConfig, tasks: Tasks, node: ExperimentNode): RolloutBound {
  const { epochs, most } = lengthOf(config, node);
  const items = sum(node.trains.map((id) => itemsOf(config, tasks, id)));
  const prompts = Math.min(epochs * items, most * config.train.promptsPerUpdate);
  const bounds = node.trains.map((id) => {
    const ours = (prompts * itemsOf(config, tasks, id)) / Math.max(items, 1);
    const own = ownTaskId(config, id);
    const one = promptBound(config, node.kind === "stage" ? own : "", own);
    return { rollouts: ours * one.rollouts, tokens: ours * one.tokens };
  });
  const { rollouts, tokens } = sumOf(bounds);
  return { rollouts: Math.ceil(rollouts), tokens: Math.ceil(tokens) };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
