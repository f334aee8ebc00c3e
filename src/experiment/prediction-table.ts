import type { OmniConfig } from "../config/index.js";
import { smoothed } from "../schedule/index.js";
import { accuracyOf, type Nodes, pooledTransfer, seedTransfer } from "./accuracies.js";
import { type ChosenOrder, mostTasksForAll } from "./choose-orders.js";
import { stageId } from "./node.js";
import { seedsOf, taskIds } from "./plan-nodes.js";
import { overReplicates, type ReplicateMean, rankCorrelation } from "./statistics.js";
import { measuredScore, missingCell, type Prediction, permutations, predict, rankedOrders } from "./transfer.js";

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
  readonly correlations: readonly number[];
  readonly bySeed: ReplicateMean | null;
  /** Mean of |measured − predicted| over orders and tasks, by each seed's own probes. */
  readonly meanError: ReplicateMean | null;
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
  const errors = seeds.map((seed) => {
    const mine = runs.flatMap((run) => run.seeds.filter((one) => one.seed === seed));
    const misses = mine.flatMap(({ measured, predicted }) =>
      tasks.map((task) => Math.abs((measured[task] ?? 0) - (predicted[task] ?? 0))),
    );
    return misses.reduce((sum, miss) => sum + miss, 0) / misses.length;
  });
  return {
    rows,
    correlation: rankCorrelation(
      complete.map((row) => row.predictedScore),
      complete.map((row) => row.measuredScore?.mean ?? 0),
    ),
    correlations: perSeed,
    bySeed: overReplicates(perSeed),
    meanError: overReplicates(errors),
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
