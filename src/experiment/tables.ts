import type { OmniConfig } from "../config/index.js";
import { smoothed, type TransferTable } from "../schedule/index.js";
import type { TaskEvaluation } from "../telemetry/index.js";
import { type ChosenOrder, mostTasksForAll } from "./choose-orders.js";
import { stageId } from "./node.js";
import { baseId, experimentOf, methodId, seedsOf, taskIds, temperatureId } from "./plan-nodes.js";
import type { NodeResult } from "./read-nodes.js";
import { overReplicates, type ReplicateMean, rankCorrelation } from "./statistics.js";
import {
  type Accuracy,
  measuredScore,
  missingCell,
  type Prediction,
  permutations,
  predict,
  rankedOrders,
  transferOf,
} from "./transfer.js";
import { formatTaskId, referenceTaskId } from "./variant-tasks.js";

/** Results by node id. */
export type Nodes = Readonly<Record<string, NodeResult>>;

/** A row of accuracies: one cell a task, undefined where nothing was measured, and their mean over tasks. */
export interface MethodRow {
  readonly name: string;
  readonly kind: "base" | "single" | "sft" | "merge" | "joint" | "curriculum";
  readonly tasks: Readonly<Record<string, ReplicateMean | null>>;
  readonly mean: ReplicateMean | null;
}

/** The mean of the primary component of a task at a node's point. */
export function accuracyOf(nodes: Nodes, id: string, point: string, task: string): Accuracy | undefined {
  return primaryOf(nodes[id]?.evaluations[point]?.[task]);
}

function primaryOf(evaluation: TaskEvaluation | undefined): Accuracy | undefined {
  const found = evaluation?.intervals[evaluation.primary];
  return found === undefined || found.n === 0 ? undefined : { mean: found.mean, n: found.n };
}

/** Transfer of one seed's probes. */
export function seedTransfer(config: OmniConfig, nodes: Nodes, seed: number, point: string): TransferTable {
  return transferFrom(config, nodes, [seed], point);
}

/** Transfer from accuracies averaged over seeds, items of all seeds counted together. */
export function pooledTransfer(config: OmniConfig, nodes: Nodes, point: string): TransferTable {
  return transferFrom(config, nodes, seedsOf(config), point);
}

function transferFrom(config: OmniConfig, nodes: Nodes, seeds: readonly number[], point: string): TransferTable {
  const tasks = taskIds(config);
  const base = entriesOf(tasks, (task) => accuracyOf(nodes, baseId, point, task));
  const after = tasks.map((trained) => {
    const row = entriesOf(tasks, (task) =>
      pooled(seeds.flatMap((seed) => accuracyOf(nodes, stageId(seed, [trained]), point, task) ?? [])),
    );
    return [trained, Object.fromEntries(row)] as const;
  });
  return transferOf(tasks, { base: Object.fromEntries(base), after: Object.fromEntries(after) });
}

function entriesOf(tasks: readonly string[], of: (task: string) => Accuracy | undefined): [string, Accuracy][] {
  return tasks.flatMap((task): [string, Accuracy][] => {
    const found = of(task);
    return found === undefined ? [] : [[task, found]];
  });
}

function pooled(found: readonly Accuracy[]): Accuracy | undefined {
  if (found.length === 0) return undefined;
  const n = found.reduce((sum, one) => sum + one.n, 0);
  return { mean: found.reduce((sum, one) => sum + one.mean, 0) / found.length, n };
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

/** One order: what it was predicted to come to and what it came to. */
export interface PredictedAndMeasured {
  readonly order: readonly string[];
  readonly why: string;
  readonly predicted: Readonly<Record<string, number>>;
  readonly measured: Readonly<Record<string, ReplicateMean | null>>;
  /** Measured − predicted by the same seed's probes, over seeds. */
  readonly error: Readonly<Record<string, ReplicateMean | null>>;
  readonly predictedScore: number;
  readonly measuredScore: ReplicateMean | null;
}

/** Table 3 for every order that was run, with the rank correlation of scores. */
export interface PredictionTable {
  readonly rows: readonly PredictedAndMeasured[];
  /** Spearman's, of pooled predictions and measured means over seeds. */
  readonly correlation: number | null;
  /** The same for each seed by its own probes. */
  readonly bySeed: ReplicateMean | null;
  /** Mean of |measured − predicted| over orders, tasks and seeds. */
  readonly meanError: number | null;
}

/** @param point `test` (reported) or `validation` (what orders were chosen on) */
export function predictionTable(
  config: OmniConfig,
  nodes: Nodes,
  orders: readonly ChosenOrder[],
  point: string,
): PredictionTable {
  const tasks = taskIds(config);
  const seeds = seedsOf(config).filter((seed) =>
    orders.some(({ order }) => measuredAt(config, nodes, seed, order, point)),
  );
  const pooledMatrix = pooledTransfer(config, nodes, point);
  const runs = orders.map(({ order, why }) => ({
    order,
    why,
    seeds: seeds.flatMap((seed) => {
      const measured = measuredAt(config, nodes, seed, order, point);
      if (measured === undefined) return [];
      const { predicted, score } = predict(seedTransfer(config, nodes, seed, point), order);
      return [{ seed, measured, predicted, score, measuredScore: measuredScore(pooledMatrix, measured) }];
    }),
  }));
  const rows = runs.map(({ order, why, seeds: replicates }): PredictedAndMeasured => {
    const pooledPrediction = predict(pooledMatrix, order);
    const over = (of: (replicate: (typeof replicates)[number], task: string) => number) =>
      Object.fromEntries(tasks.map((task) => [task, overReplicates(replicates.map((one) => of(one, task)))]));
    return {
      order,
      why,
      predicted: pooledPrediction.predicted,
      measured: over(({ measured }, task) => measured[task] ?? 0),
      error: over(({ measured, predicted }, task) => (measured[task] ?? 0) - (predicted[task] ?? 0)),
      predictedScore: pooledPrediction.score,
      measuredScore: overReplicates(replicates.map((one) => one.measuredScore)),
    };
  });
  const complete = rows.filter((row) => row.measuredScore !== null);
  const perSeed = seeds.flatMap((seed) => {
    const mine = runs.flatMap((run) => run.seeds.filter((one) => one.seed === seed));
    return (
      rankCorrelation(
        mine.map((one) => one.score),
        mine.map((one) => one.measuredScore),
      ) ?? []
    );
  });
  const errors = runs.flatMap((run) =>
    run.seeds.flatMap(({ measured, predicted }) =>
      tasks.map((task) => Math.abs((measured[task] ?? 0) - (predicted[task] ?? 0))),
    ),
  );
  return {
    rows,
    correlation: rankCorrelation(
      complete.map((row) => row.predictedScore),
      complete.map((row) => row.measuredScore?.mean ?? 0),
    ),
    bySeed: overReplicates(perSeed),
    meanError: overReplicates(errors)?.mean ?? null,
  };
}

/** Accuracies at an order's end, zeros smoothed like those of probes; undefined when not all tasks were evaluated. */
function measuredAt(config: OmniConfig, nodes: Nodes, seed: number, order: readonly string[], point: string) {
  const found = taskIds(config).map((task) => [task, accuracyOf(nodes, stageId(seed, order), point, task)] as const);
  if (found.some(([, accuracy]) => accuracy === undefined)) return undefined;
  return Object.fromEntries(found.map(([task, accuracy]) => [task, smoothed(accuracy?.mean ?? 0, accuracy?.n ?? 0)]));
}

/** Table 4, a block: every order by its predicted score, best first; none for more than six tasks or unfinished probes. */
export function allOrders(config: OmniConfig, nodes: Nodes, point: string): readonly Prediction[] {
  const transfer = pooledTransfer(config, nodes, point);
  const count = taskIds(config).length;
  if (count > mostTasksForAll || missingCell(transfer) !== undefined) return [];
  return rankedOrders(transfer, permutations(taskIds(config)).length);
}

/** H[trained][evaluated]: relative change of sampled entropy (eq. 12), over seeds. */
export function entropyChange(config: OmniConfig, nodes: Nodes, point: string): Record<string, Record<string, number>> {
  const tasks = taskIds(config);
  const entropy = (id: string, task: string) => nodes[id]?.evaluations[point]?.[task]?.entropy;
  return Object.fromEntries(
    tasks.map((trained) => {
      const row = tasks.map((task) => {
        const before = entropy(baseId, task) ?? 0;
        const changes = seedsOf(config).flatMap((seed) => {
          const after = entropy(stageId(seed, [trained]), task);
          return after === undefined || before === 0 ? [] : [after / before - 1];
        });
        return [task, overReplicates(changes)?.mean ?? Number.NaN] as const;
      });
      return [trained, Object.fromEntries(row)] as const;
    }),
  );
}

/** exp(B) − 1 with rows trained and columns evaluated, as pictures show it (method §4). */
export function transferChange({ tasks, transfer }: TransferTable): Record<string, Record<string, number>> {
  const log = (trained: string, task: string) => transfer[tasks.indexOf(task)]?.[tasks.indexOf(trained)] ?? Number.NaN;
  const cell = (trained: string, task: string) => Math.exp(log(trained, task)) - 1;
  return Object.fromEntries(
    tasks.map((trained) => [trained, Object.fromEntries(tasks.map((task) => [task, cell(trained, task)]))]),
  );
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
