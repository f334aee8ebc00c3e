import type { OrderAdvice, OrderPrediction, TransferFile } from "../schedule/index.js";

/** The answer of `omni schedule --json`: accuracies in the file's own scale, tasks by name, scores as plain numbers. */
export function scheduleDocument(file: TransferFile, advice: OrderAdvice, top: number | undefined) {
  const { tasks } = file.table;
  const unit = file.scale === "percent" ? 100 : 1;
  const named = (indices: readonly number[]) => indices.map((i) => tasks[i] ?? "");
  const byTask = <T>(values: readonly T[]) => Object.fromEntries(tasks.map((task, i) => [task, values[i]]));
  const shown = ({ order, score, predicted }: OrderPrediction) => ({
    order: named(order),
    score,
    predicted: byTask(predicted.map((value) => unit * value)),
  });
  const { exact, stability } = advice;
  const listed = tasks.length <= 6 || top !== undefined;
  return {
    scale: file.scale,
    exact: { ...shown(exact), optimal: exact.optimal, bound: exact.bound },
    greedy: shown(advice.greedy),
    forgettability: shown(advice.forgettability),
    ...(listed ? { orders: advice.orders.slice(0, top ?? advice.orders.length).map(shown) } : {}),
    runnerUp: shown(advice.runnerUp),
    worst: shown(advice.worst),
    verdict: advice.verdict,
    reason: advice.reason,
    ...(stability === undefined
      ? {}
      : {
          stability: {
            resamples: stability.resamples,
            gap: stability.gap,
            spread: stability.spread,
            ...(stability.wins === undefined
              ? {}
              : { wins: stability.wins.slice(0, 24).map(({ order, share }) => ({ order: named(order), share })) }),
            transferIntervals: byTask(stability.transfer.map((row) => byTask(row))),
          },
        }),
    warnings: advice.warnings.map(({ earlier, later, change }) => ({
      earlier: tasks[earlier],
      later: tasks[later],
      entropyChange: change,
    })),
    ...(advice.unwarned === undefined ? {} : { unwarned: shown(advice.unwarned) }),
    notes: [...file.notes, ...doubts(file, advice)],
  };
}

/** What makes a prediction doubtful: flagged, never mended silently (method §4). */
export function doubts({ table }: TransferFile, { exact, stability }: OrderAdvice): string[] {
  return table.tasks.flatMap((task, i) => {
    const others = stability?.transfer[i]?.filter((_, j) => j !== i) ?? [];
    const noEffect = others.length > 0 && others.every(([low, high]) => low <= 0 && high >= 0);
    return [
      ...((exact.predicted[i] ?? 0) > 1
        ? [`the prediction for ${task} is above 1: ratios multiply past what can be; read it as "high"`]
        : []),
      ...(noEffect
        ? [`${task} was evaluated on too few items: no effect on it is told from 0; evaluate it on more`]
        : []),
    ];
  });
}
