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

/** Backward transfer (eq. 6): `log[evaluated][trained]`, natural log-ratios; the diagonal is what training a task gives it. */
export interface Transfer {
  readonly tasks: readonly string[];
  readonly log: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly base: Readonly<Record<string, number>>;
  readonly single: Readonly<Record<string, number>>;
}

/** What an order is expected to come to. */
export interface Prediction {
  readonly order: readonly string[];
  readonly predicted: Readonly<Record<string, number>>;
  /** Mean over tasks of log(a / base) (eq. 14). */
  readonly score: number;
}

/** A zero is smoothed to (0 + ½)/(n + 1), only then (method §4). @throws RangeError for a zero over no items */
export function smoothed({ mean, n }: Accuracy): number {
  if (mean > 0) return mean;
  if (n <= 0) throw new RangeError("an accuracy of 0 over no items has no logarithm");
  return 0.5 / (n + 1);
}

/** Transfer from accuracies, in the order of `tasks`; what was not measured is NaN. */
export function transferOf(tasks: readonly string[], { base, after }: ProbeAccuracies): Transfer {
  const of = (accuracy: Accuracy | undefined) => (accuracy === undefined ? Number.NaN : smoothed(accuracy));
  const log = tasks.map((evaluated) => {
    const row = tasks.map((trained) => {
      return [trained, Math.log(of(after[trained]?.[evaluated])) - Math.log(of(base[evaluated]))] as const;
    });
    return [evaluated, Object.fromEntries(row)] as const;
  });
  return {
    tasks,
    log: Object.fromEntries(log),
    base: Object.fromEntries(tasks.map((task) => [task, of(base[task])])),
    single: Object.fromEntries(tasks.map((task) => [task, of(after[task]?.[task])])),
  };
}

/** Algorithm 1: only what is trained after a task changes what it ends at. */
export function predict({ tasks, log, base, single }: Transfer, order: readonly string[]): Prediction {
  const predicted = Object.fromEntries(
    tasks.map((task) => {
      const later = order.slice(order.indexOf(task) + 1);
      const change = later.reduce((sum, trained) => sum + (log[task]?.[trained] ?? 0), 0);
      return [task, (single[task] ?? 0) * Math.exp(change)];
    }),
  );
  return { order, predicted, score: orderScore(tasks, predicted, base) };
}

/** Mean over tasks of log(accuracy / base) (eq. 14 as a plain number). */
export function orderScore(
  tasks: readonly string[],
  accuracy: Readonly<Record<string, number>>,
  base: Readonly<Record<string, number>>,
): number {
  const gains = tasks.map((task) => Math.log((accuracy[task] ?? 0) / (base[task] ?? 0)));
  return gains.reduce((sum, gain) => sum + gain, 0) / tasks.length;
}

/** A task and the task trained before it that nothing was measured of; undefined where the matrix is whole. */
export function missingCell({ tasks, log }: Transfer): { evaluated: string; trained: string } | undefined {
  const pairs = tasks.flatMap((evaluated) => tasks.map((trained) => ({ evaluated, trained })));
  return pairs.find(({ evaluated, trained }) => Number.isNaN(log[evaluated]?.[trained] ?? Number.NaN));
}

/** Every order's prediction, best first; ties go to the order first in `tasks`. Meant for K ≤ 6. */
export function rankedOrders(transfer: Transfer): readonly Prediction[] {
  return permutations(transfer.tasks)
    .map((order) => predict(transfer, order))
    .sort((a, b) => b.score - a.score);
}

/** All orders, in lexicographic order of the list's own positions. */
export function permutations(list: readonly string[]): readonly (readonly string[])[] {
  if (list.length <= 1) return [list];
  return list.flatMap((first) => permutations(list.filter((other) => other !== first)).map((rest) => [first, ...rest]));
}
