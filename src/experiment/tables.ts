import type { OmniConfig } from "../config/index.js";
import { accuracyOf, type Nodes } from "./accuracies.js";
import type { ChosenOrder } from "./choose-orders.js";
import { stageId } from "./node.js";
import { baseId, experimentOf, methodId, seedsOf, taskIds, temperatureId } from "./plan-nodes.js";
import { overReplicates, type ReplicateMean } from "./statistics.js";
import { formatTaskId, referenceTaskId } from "./variant-tasks.js";

/** A row of accuracies: one cell a task, undefined where nothing was measured, and their mean over tasks. */
export interface MethodRow {
  readonly name: string;
  readonly kind: "base" | "single" | "sft" | "merge" | "joint" | "curriculum";
  readonly tasks: Readonly<Record<string, ReplicateMean | null>>;
  readonly mean: ReplicateMean | null;
}

/** Fig. 1 and Table 1: every method by task on the test split, each cell over seeds. */
export function methodRows(
  config: OmniConfig,
  nodes: Nodes,
  orders: readonly ChosenOrder[],
  point = "test",
): MethodRow[] {
  const tasks = taskIds(config);
  const seeds = seedsOf(config);
  const row = (name: string, kind: MethodRow["kind"], ids: readonly string[]): MethodRow => {
    const bySeed = ids.map((id) => tasks.map((task) => accuracyOf(nodes, id, point, task)?.mean));
    const means = bySeed.flatMap((values) => (values.every((v) => v !== undefined) ? [meanOf(values)] : []));
    const cells = tasks.map(
      (task, at) => [task, overReplicates(bySeed.flatMap((values) => values[at] ?? []))] as const,
    );
    return { name, kind, tasks: Object.fromEntries(cells), mean: overReplicates(means) };
  };
  const each = (id: (seed: number) => string) => seeds.map(id);
  const rows = [
    row("base", "base", [baseId]),
    ...tasks.map((task) =>
      row(
        `only ${task}`,
        "single",
        each((seed) => stageId(seed, [task])),
      ),
    ),
    row(
      "SFT (rejection sampling)",
      "sft",
      each((seed) => methodId(seed, "sft")),
    ),
    row(
      "merged (TIES)",
      "merge",
      each((seed) => methodId(seed, "merge")),
    ),
    row(
      "joint",
      "joint",
      each((seed) => methodId(seed, "joint")),
    ),
    ...orders.map(({ order, why }) => {
      const note = why === "random" || why === "all" ? "" : ` (${why})`;
      return row(
        `${shownOrder(order)}${note}`,
        "curriculum",
        each((seed) => stageId(seed, order)),
      );
    }),
  ];
  return rows.filter(({ tasks: cells }) => Object.values(cells).some((cell) => cell !== null));
}

const meanOf = (values: readonly (number | undefined)[]) =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / Math.max(values.length, 1);

export const shownOrder = (order: readonly string[]): string => order.join(" → ");

/** Headline: how much the mean over tasks of the order chosen on validation is above another method's, relatively. */
export interface Headline {
  readonly over: string;
  /** 0.062 = 6.2 %. One value a seed where both were run. */
  readonly gain: ReplicateMean | null;
}

/** The relative gains of the best order over joint training and merging (paper: 6.2 % and 12.4 %). */
export function headlines(config: OmniConfig, nodes: Nodes, orders: readonly ChosenOrder[]): Headline[] {
  const best = orders.find(({ why }) => why === "best") ?? orders[0];
  if (best === undefined) return [];
  const meanAt = (id: string) => {
    const values = taskIds(config).map((task) => accuracyOf(nodes, id, "test", task)?.mean);
    return values.some((value) => value === undefined) ? undefined : meanOf(values);
  };
  return (["joint", "merge", "sft"] as const).flatMap((method) => {
    const gains = seedsOf(config).flatMap((seed) => {
      const [ours, theirs] = [meanAt(stageId(seed, best.order)), meanAt(methodId(seed, method))];
      return ours === undefined || theirs === undefined || theirs === 0 ? [] : [ours / theirs - 1];
    });
    return gains.length === 0 ? [] : [{ over: method, gain: overReplicates(gains) }];
  });
}

/** A table of accuracies with names for rows and columns. */
export interface NamedTable {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly cells: readonly (ReplicateMean | null)[] }[];
}

/** Table 2: single-task runs at other rollout temperatures, evaluated greedily. */
export function temperatureTable(config: OmniConfig, nodes: Nodes): NamedTable {
  const columns = taskIds(config);
  const rows = experimentOf(config).temperatures.flatMap(({ task, values }) =>
    values.map((value) => ({
      name: `${task} trained at T ${value}`,
      cells: cellsOver(config, nodes, columns, (seed) => temperatureId(seed, task, value), "greedy"),
    })),
  );
  return { columns, rows };
}

/** Fig. 3: answer formats trained (rows) and asked (columns). */
export function formatTable(config: OmniConfig, nodes: Nodes): NamedTable {
  const { formats } = experimentOf(config);
  const styles = formats?.styles ?? [];
  const id = (style: string) => formatTaskId(formats?.task ?? "", style);
  return {
    columns: styles.map((style) => `asked ${style}`),
    rows: styles.map((style) => ({
      name: `trained ${style}`,
      cells: cellsOver(config, nodes, styles.map(id), (seed) => `seed${seed}.${id(style)}`, "formats"),
    })),
  };
}

/** Tables 6–7: every method's writing judged against each reference. */
export function referenceTable(config: OmniConfig, nodes: Nodes, orders: readonly ChosenOrder[]): NamedTable {
  const { references } = experimentOf(config);
  const names = Object.keys(references?.fields ?? {});
  const columns = names.map((name) => referenceTaskId(references?.task ?? "", name));
  const row = (name: string, id: (seed: number) => string) => ({
    name,
    cells: cellsOver(config, nodes, columns, id, "references"),
  });
  const rows = [
    row("base", () => baseId),
    ...taskIds(config).map((task) => row(`only ${task}`, (seed) => stageId(seed, [task]))),
    ...(["sft", "merge", "joint"] as const).map((method) => row(method, (seed) => methodId(seed, method))),
    ...orders.map(({ order }) => row(shownOrder(order), (seed) => stageId(seed, order))),
  ];
  return { columns: names, rows: names.length === 0 ? [] : rows.filter(({ cells }) => cells.some((c) => c !== null)) };
}

function cellsOver(
  config: OmniConfig,
  nodes: Nodes,
  tasks: readonly string[],
  id: (seed: number) => string,
  point: string,
): readonly (ReplicateMean | null)[] {
  return tasks.map((task) =>
    overReplicates(seedsOf(config).flatMap((seed) => accuracyOf(nodes, id(seed), point, task)?.mean ?? [])),
  );
}
