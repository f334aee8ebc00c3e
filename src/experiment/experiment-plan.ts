import type { OmniConfig } from "../config/index.js";
import type { ExperimentNode } from "./node.js";
import { ablationNodes, baselineNodes, experimentOf, orderNodes, probeNodes, seedsOf, taskIds } from "./plan-nodes.js";
import { permutations } from "./transfer.js";

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
  readonly evaluationRollouts: number;
  /** False: which orders are run, and so how much they share, shows when transfer is known; then these are bounds. */
  readonly exact: boolean;
}

/**
 * Counts runs, updates and rollouts.
 * @param tasks training items a task, in the config's order
 * @param evaluated rollouts of one evaluation of all tasks
 */
export function experimentPlan(config: OmniConfig, tasks: Tasks, evaluated: number): ExperimentPlan {
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
  const prompts = sum(rl.map((node) => promptsOf(config, tasks, node)));
  return {
    runs: nodes.length,
    orders: chosen.length,
    stageRuns: nodes.filter(({ kind }) => kind === "stage").length,
    updates: sum(rl.map((node) => updatesOf(config, tasks, node))),
    rollouts: prompts * config.train.groupSize,
    samples: sft === undefined ? 0 : sft.samples * seedsOf(config).length * sum(tasks.map(({ items }) => items.length)),
    evaluationRollouts: evaluated * sum(nodes.map((node) => 1 + node.evaluations.length)),
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

/** Training items of a node; a variant of a task has as many as the task. */
function itemsOf(tasks: Tasks, { trains }: ExperimentNode): number {
  return sum(trains.map((id) => tasks.find((task) => task.id === id.split("--")[0])?.items.length ?? 0));
}

/** An epoch's last batch may be short. */
function updatesOf({ train }: OmniConfig, tasks: Tasks, node: ExperimentNode): number {
  const whole = train.epochs * Math.ceil(itemsOf(tasks, node) / train.promptsPerUpdate);
  return Math.min(whole, node.updates ?? whole);
}

function promptsOf({ train }: OmniConfig, tasks: Tasks, node: ExperimentNode): number {
  const whole = train.epochs * itemsOf(tasks, node);
  return Math.min(whole, (node.updates ?? whole) * train.promptsPerUpdate);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
