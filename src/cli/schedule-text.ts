import type { OrderAdvice, OrderPrediction, TransferFile } from "../schedule/index.js";
import { doubts } from "./schedule-document.js";
import { table } from "./table.js";

/** What `omni schedule` tells a person. */
export function scheduleText(file: TransferFile, advice: OrderAdvice): string {
  const { tasks } = file.table;
  const { exact } = advice;
  const proof = exact.optimal ? "proven the best" : `no order scores above ${points(exact.bound)}`;
  return [
    `train in this order: ${named(tasks, exact.order)}   (score ${points(exact.score)}, ${proof})`,
    `verdict: ${advice.verdict} – ${advice.reason}`,
    ...entropyLines(tasks, advice),
    ...doubts(file, advice).map((note) => `note: ${note}`),
    "",
    "what training one task does to another (rows: trained; columns: evaluated; cells: exp(B) − 1)",
    matrixTable(file),
    "",
    "orders, with the accuracy predicted for each task",
    ordersTable(file, advice),
    "score: mean log ratio of predicted to base accuracy (weighted by α), times 100",
    "",
    "why this order",
    ...reasons(file, exact.order),
    ...winLines(tasks, advice),
  ].join("\n");
}

const points = (score: number) => (100 * score).toFixed(2);
const named = (tasks: readonly string[], order: readonly number[]) => order.map((i) => tasks[i]).join(" → ");
const signed = (ratio: number) => `${ratio >= 0 ? "+" : "−"}${(100 * Math.abs(ratio)).toFixed(1)} %`;

function matrixTable({ table: { tasks, transfer, base, single } }: TransferFile): string {
  const rows = tasks.map((trained, j) => [
    `${trained} trained`,
    ...tasks.map((_, i) => {
      const log = i === j ? Math.log(single[i] ?? 1) - Math.log(base[i] ?? 1) : (transfer[i]?.[j] ?? 0);
      return signed(Math.expm1(log));
    }),
  ]);
  return table(["", ...tasks.map((task) => `on ${task}`)], rows);
}

function ordersTable({ table: { tasks }, scale }: TransferFile, advice: OrderAdvice): string {
  const marks: [string, OrderPrediction][] = [
    ["best", advice.exact],
    ["greedy", advice.greedy],
    ["forgettability", advice.forgettability],
    ...(advice.unwarned === undefined
      ? []
      : [["without entropy warning", advice.unwarned] as [string, OrderPrediction]]),
    ["worst", advice.worst],
  ];
  const markOf = (order: readonly number[]) =>
    marks
      .filter(([, prediction]) => prediction.order.join() === order.join())
      .map(([mark]) => mark)
      .join(", ");
  const listed = [...advice.orders, ...marks.map(([, prediction]) => prediction)];
  const once = listed.filter(
    ({ order }, at) => listed.findIndex((other) => other.order.join() === order.join()) === at,
  );
  const rows = once
    .toSorted((a, b) => b.score - a.score)
    .map(({ order, predicted, score }) => [
      named(tasks, order),
      ...predicted.map((value) => (scale === "percent" ? (100 * value).toFixed(1) : value.toFixed(3))),
      points(score),
      markOf(order),
    ]);
  return table(["order", ...tasks, "score", ""], rows);
}

/** One sentence a neighbouring pair: what each would do to the other, coming after it. */
function reasons({ table: { tasks, transfer } }: TransferFile, order: readonly number[]): string[] {
  return order.slice(1).map((later, at) => {
    const earlier = order[at] ?? 0;
    const change = (evaluated: number, trained: number) => signed(Math.expm1(transfer[evaluated]?.[trained] ?? 0));
    return `  ${tasks[earlier]} before ${tasks[later]}: training ${tasks[later]} afterwards moves ${tasks[earlier]} by ${change(earlier, later)}; the other way round, training ${tasks[earlier]} would move ${tasks[later]} by ${change(later, earlier)}`;
  });
}

function winLines(tasks: readonly string[], { stability }: OrderAdvice): string[] {
  if (stability?.wins === undefined) return [];
  const shares = stability.wins
    .slice(0, 3)
    .map(({ order, share }) => `${named(tasks, order)} ${(100 * share).toFixed(0)} %`);
  return ["", `measured again ${stability.resamples} times, the best order would be: ${shares.join(", ")}`];
}

function entropyLines(tasks: readonly string[], { warnings, unwarned }: OrderAdvice): string[] {
  const lines = warnings.map(
    ({ earlier, later, change }) =>
      `warning: ${tasks[earlier]} before ${tasks[later]} changes the entropy of ${tasks[later]} by ${signed(change)}, so its prediction is doubtful`,
  );
  if (warnings.length === 0) return [];
  return [
    ...lines,
    unwarned === undefined
      ? "every order has such a pair"
      : `best order without a warning: ${named(tasks, unwarned.order)} (score ${points(unwarned.score)})`,
  ];
}
