import type { PredictionTable } from "../prediction-table.js";
import { type NamedTable, shownOrder } from "../tables.js";
import type { Prediction } from "../transfer.js";
import { verdictSentences } from "./order-verdict.js";
import { type Curve, type ExperimentReport, type Matrix, percent, predictedPercent, signedPercent } from "./report.js";
import { bestSentences, headlineSentences, predictionSentences, sharedSentence } from "./sentences.js";

/** The report as Markdown; accuracies in percent, ± is Student's 95 % interval over seeds. */
export function experimentMarkdown(report: ExperimentReport): string {
  const { tasks } = report;
  return [
    `# Experiment ${report.name}`,
    "",
    `Model ${report.model} · tasks ${tasks.join(", ")} · seeds ${report.seeds.join(", ")} · ${report.status}`,
    "",
    ...report.cautions.map((caution) => `> **Caution:** ${caution}`),
    "",
    ...section("Methods by task, test split (Fig. 1, Table 1)", [
      ...table(
        ["method", ...tasks, "mean"],
        report.methods.map((row) => [row.name, ...tasks.map((task) => percent(row.tasks[task])), percent(row.mean)]),
      ),
      "",
      ...headlineSentences(report),
    ]),
    ...section("Measured and predicted, test split (Table 3)", [
      ...predictionRows(report.predictions.test, tasks),
      "",
      ...[...verdictSentences(report.verdict), ...predictionSentences(report), ...bestSentences(report)],
    ]),
    ...named("Training temperatures, evaluated greedily, test split (Table 2)", report.temperatures),
    ...named("Answer formats (Fig. 3)", report.formats),
    ...named("Reference models (Tables 6–7)", report.references),
    ...named("By category, test split (Tables 1 and 8)", report.categories),
    ...named("Format apart from correctness, test split; near-empty think blocks (A.7)", report.thinking),
    ...matrix("Backward transfer, validation: change of accuracy", report.transfer.validation, tasks),
    ...matrix("Backward transfer, test: change of accuracy", report.transfer.test, tasks),
    ...matrix("Change of entropy, validation (Fig. 2)", report.entropy, tasks),
    ...orders("All orders by predicted score, validation (Table 4)", report.allOrders.validation, tasks),
    ...orders("All orders by predicted score, test (Table 4)", report.allOrders.test, tasks),
    ...section("Over the stages, validation, mean over seeds", report.curves.slice(0, 2).flatMap(stageTable)),
    ...section("Cost", [sharedSentence(report)]),
  ].join("\n");
}

const section = (title: string, lines: readonly string[]) => [`## ${title}`, "", ...lines, ""];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

function predictionRows({ rows }: PredictionTable, tasks: readonly string[]): string[] {
  return table(
    ["order", ...tasks.flatMap((task) => [`${task} measured`, "predicted", "error"]), "score ×100", "predicted"],
    rows.map((row) => [
      shownOrder(row.order),
      ...tasks.flatMap((task) => [
        percent(row.measured[task]),
        predictedPercent(row.predicted[task]),
        percent(row.error[task]),
      ]),
      percent(row.measuredScore),
      (100 * row.predictedScore).toFixed(1),
    ]),
  );
}

function named(title: string, { columns, rows }: NamedTable): string[] {
  if (rows.length === 0) return [];
  return section(
    title,
    table(
      ["", ...columns],
      rows.map(({ name, cells }) => [name, ...cells.map(percent)]),
    ),
  );
}

function matrix(title: string, values: Matrix, tasks: readonly string[]): string[] {
  const rows = tasks.map((trained) => [
    `trained on ${trained}`,
    ...tasks.map((task) => signedPercent(values[trained]?.[task] ?? Number.NaN)),
  ]);
  return section(title, table(["", ...tasks.map((task) => `evaluated on ${task}`)], rows));
}

/** Every measure of every task from the start on; shares in percent, entropy in nats, length in tokens. */
function stageTable({ order, measures }: Curve): string[] {
  const shown = (measure: string, value: number | null) => {
    if (value === null) return "–";
    return measure === "accuracy" || measure === "format" ? (100 * value).toFixed(1) : value.toPrecision(3);
  };
  const rows = Object.entries(measures).flatMap(([measure, series]) =>
    Object.entries(series).map(([task, values]) => [
      `${measure} of ${task}`,
      ...values.map((value) => shown(measure, value)),
    ]),
  );
  return [...table([shownOrder(order), "start", ...order.map((task) => `after ${task}`)], rows), ""];
}

function orders(title: string, ranked: readonly Prediction[], tasks: readonly string[]): string[] {
  if (ranked.length === 0) return [];
  const rows = ranked.map(({ order, predicted, score }, at) => [
    String(at + 1),
    shownOrder(order),
    (100 * score).toFixed(2),
    ...tasks.map((task) => predictedPercent(predicted[task])),
  ]);
  return section(title, table(["", "order", "score ×100", ...tasks], rows));
}
