import {
  bestOrderings,
  exactOrdering,
  pairWeights,
  predictOrder,
  smoothed,
  type TransferTable,
} from "../schedule/index.js";

/** An accuracy with the number of items it is over. */
export interface Accuracy {
  readonly mean: number;
  readonly n: number;
}

/** Accuracies of θ0 and after each single-task run, by task. */
export interface ProbeAccuracies {
  readonly base: Readonly<Record<string, Accuracy>>;
  /** after[trained][evaluated] */
  readonly after: Readonly<Record<string, Readonly<Record<string, Accuracy>>>>;
}

/** What an order is expected to come to. */
export interface Prediction {
  readonly order: readonly string[];
  readonly predicted: Readonly<Record<string, number>>;
  /** Mean over tasks of log(a / base) (eq. 14). */
  readonly score: number;
}

/** The transfer table of accuracies, tasks weighted alike; what was not measured is NaN. */
export function transferOf(tasks: readonly string[], { base, after }: ProbeAccuracies): TransferTable {
  const of = (accuracy: Accuracy | undefined) =>
    accuracy === undefined ? Number.NaN : smoothed(accuracy.mean, accuracy.n);
  const ratio = (evaluated: string, trained: string) =>
    Math.log(of(after[trained]?.[evaluated])) - Math.log(of(base[evaluated]));
  return {
    tasks,
    base: tasks.map((task) => of(base[task])),
    single: tasks.map((task) => of(after[task]?.[task])),
    transfer: tasks.map((evaluated) => tasks.map((trained) => ratio(evaluated, trained))),
    weights: tasks.map(() => 1 / tasks.length),
  };
}

/** Algorithm 1 for an order of task ids. */
export function predict(table: TransferTable, order: readonly string[]): Prediction {
  const { predicted, score } = predictOrder(
    table,
    order.map((task) => table.tasks.indexOf(task)),
  );
  return { order, predicted: Object.fromEntries(table.tasks.map((task, i) => [task, predicted[i] ?? 0])), score };
}

/** Mean over tasks of log(accuracy / base) (eq. 14 as a plain number) of accuracies that were measured. */
export function measuredScore(
  { tasks, base, weights }: TransferTable,
  accuracy: Readonly<Record<string, number>>,
): number {
  return tasks.reduce((sum, task, i) => sum + (weights[i] ?? 0) * Math.log((accuracy[task] ?? 0) / (base[i] ?? 0)), 0);
}

/** A task and the task trained before it that nothing was measured of; undefined where the table is whole. */
export function missingCell({ tasks, transfer }: TransferTable): { evaluated: string; trained: string } | undefined {
  const pairs = tasks.flatMap((evaluated, i) => tasks.map((trained, j) => ({ evaluated, trained, i, j })));
  return pairs.find(({ i, j }) => Number.isNaN(transfer[i]?.[j] ?? Number.NaN));
}

/** The `count` orders of highest predicted score, best first; ties go to the order first in `tasks`. At most 24 tasks. */
export function rankedOrders(table: TransferTable, count: number): readonly Prediction[] {
  return bestOrderings(pairWeights(table), count).map((order) => predict(table, namesOf(table, order)));
}

/** The order of the lowest predicted score; ties go to the order last in `tasks`, so that it is another than the best. */
export function worstOrder(table: TransferTable): readonly string[] {
  const negated = pairWeights(table).map((row) => row.map((value) => -value));
  const mirrored = negated.reverse().map((row) => [...row].reverse());
  const last = table.tasks.length - 1;
  return namesOf(
    table,
    exactOrdering(mirrored).map((at) => last - at),
  );
}

const namesOf = ({ tasks }: TransferTable, order: readonly number[]) => order.map((at) => tasks[at] ?? "");

/** All orders, in lexicographic order of the list's own positions. */
export function permutations(list: readonly string[]): readonly (readonly string[])[] {
  if (list.length <= 1) return [list];
  return list.flatMap((first) => permutations(list.filter((other) => other !== first)).map((rest) => [first, ...rest]));
}
