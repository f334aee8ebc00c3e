import type { OmniConfig } from "../config/index.js";
import type { TaskEvaluation } from "../telemetry/index.js";
import type { Nodes } from "./accuracies.js";
import type { ChosenOrder } from "./choose-orders.js";
import { stageId } from "./node.js";
import { baseId, methodId, seedsOf, taskIds } from "./plan-nodes.js";
import { overReplicates } from "./statistics.js";
import { type NamedTable, shownOrder } from "./tables.js";

/** A method with the node that it ended at, seed by seed. */
interface Method {
  readonly name: string;
  readonly id: (seed: number) => string;
}

/** Base, single-task runs, baselines, and the first order, which is the best where that was asked for. */
function methodsOf(config: OmniConfig, nodes: Nodes, orders: readonly ChosenOrder[]): readonly Method[] {
  const all: Method[] = [
    { name: "base", id: () => baseId },
    ...taskIds(config).map((task) => ({ name: `only ${task}`, id: (seed: number) => stageId(seed, [task]) })),
    ...(["sft", "merge", "joint"] as const).map((method) => ({
      name: method,
      id: (seed: number) => methodId(seed, method),
    })),
    ...orders.slice(0, 1).map(({ order }) => ({ name: shownOrder(order), id: (seed: number) => stageId(seed, order) })),
  ];
  return all.filter(({ id }) => seedsOf(config).some((seed) => nodes[id(seed)] !== undefined));
}

/**
 * Test accuracy by category of every task that has categories, its whole accuracy behind them (Table 8; Table 1's rows):
 * one row a category, one column a method. Empty where no task has categories.
 */
export function categoryTable(config: OmniConfig, nodes: Nodes, orders: readonly ChosenOrder[]): NamedTable {
  const methods = methodsOf(config, nodes, orders);
  const cells = (task: string, of: (evaluation: TaskEvaluation) => number | undefined) =>
    methods.map(({ id }) => overSeeds(config, nodes, id, task, of));
  const rows = taskIds(config).flatMap((task) => {
    const names = Object.keys(nodes[baseId]?.evaluations.test?.[task]?.categories ?? {});
    if (names.length === 0) return [];
    return [
      ...names.map((name) => ({
        name: `${task}: ${name}`,
        cells: cells(task, ({ categories }) => categories?.[name]?.mean),
      })),
      { name: `${task}, all items`, cells: cells(task, ({ intervals, primary }) => intervals[primary]?.mean) },
    ];
  });
  return { columns: methods.map(({ name }) => name), rows };
}

/** Format apart from correctness, and the share of near-empty think blocks (A.7): small models learn the tags alone. */
export function thinkingTable(config: OmniConfig, nodes: Nodes, orders: readonly ChosenOrder[]): NamedTable {
  const tasks = taskIds(config);
  const measures: readonly ((evaluation: TaskEvaluation) => number | undefined)[] = [
    ({ intervals, primary }) => intervals[primary]?.mean,
    ({ components }) => components.format ?? undefined,
    ({ watch }) => watch?.emptyThinking ?? undefined,
  ];
  return {
    columns: tasks.flatMap((task) => [`${task} correct`, "format", "near-empty"]),
    rows: methodsOf(config, nodes, orders).map(({ name, id }) => ({
      name,
      cells: tasks.flatMap((task) => measures.map((of) => overSeeds(config, nodes, id, task, of))),
    })),
  };
}

function overSeeds(
  config: OmniConfig,
  nodes: Nodes,
  id: (seed: number) => string,
  task: string,
  of: (evaluation: TaskEvaluation) => number | undefined,
) {
  const ids = [...new Set(seedsOf(config).map(id))];
  const found = ids.flatMap((node) => nodes[node]?.evaluations.test?.[task] ?? []);
  return overReplicates(found.flatMap((evaluation) => of(evaluation) ?? []));
}
