import type { PredictionTable } from "../prediction-table.js";
import { type NamedTable, shownOrder } from "../tables.js";
import type { Prediction } from "../transfer.js";
import { methodChart } from "./bar-chart.js";
import { heatMap } from "./heat-map.js";
import { stageChart } from "./line-chart.js";
import { escaped } from "./markup.js";
import { verdictSentences } from "./order-verdict.js";
import { type Curve, type ExperimentReport, type Matrix, percent, predictedPercent } from "./report.js";
import { predictionScatter } from "./scatter.js";
import { bestSentences, headlineSentences, predictionSentences, sharedSentence } from "./sentences.js";
import { pageStyle } from "./style.js";

/** The report as one page that needs nothing else: pictures are SVG, no script, light and dark by the reader's setting. */
export function experimentHtml(report: ExperimentReport): string {
  const { name, model, tasks, seeds, status } = report;
  const facts = `Model ${model} · tasks ${tasks.join(", ")} · ${seeds.length} ${seeds.length === 1 ? "seed" : "seeds"} (${seeds.join(", ")}) · ${status}`;
  const body = [
    `<h1>${escaped(name)}</h1>`,
    paragraph(facts),
    ...report.cautions.map((caution) => `<p class="caution">${escaped(caution)}</p>`),
    ...sectionsOf(report),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${escaped(name)}</title><style>${pageStyle}</style></head>
<body>
${body.join("\n")}
</body></html>
`;
}

function sectionsOf(report: ExperimentReport): string[] {
  const { tasks, predictions, transfer, entropy, allOrders } = report;
  const full = Math.max(0.1, ...[...cellsOf(transfer.validation), ...cellsOf(transfer.test)].map(Math.abs));
  return [
    section("Methods by task", [
      paragraph("Accuracy on the test split in percent, ± Student's 95 % interval over seeds (Fig. 1, Table 1)."),
      ...headlineSentences(report).map(strongParagraph),
      methodChart(report.methods, tasks),
      table(
        ["method", ...tasks, "mean"],
        report.methods.map((row) => [row.name, ...tasks.map((task) => percent(row.tasks[task])), percent(row.mean)]),
      ),
    ]),
    section("Measured and predicted", [
      ...[...verdictSentences(report.verdict), ...predictionSentences(report), ...bestSentences(report)].map(
        strongParagraph,
      ),
      paragraph(
        "Score: mean over tasks of log(accuracy / accuracy before), × 100. Numbers are those of the table's rows (Table 3). Every run, probes too, is measured and gone on from at its end, not at its best step on validation.",
      ),
      predictionScatter(predictions.test),
      predictionTable(predictions.test, tasks),
    ]),
    section("Backward transfer", [
      paragraph(
        "Change of accuracy by training on one task alone, exp(B) − 1. Rows: trained on; columns: evaluated on (Fig. 4).",
      ),
      pair(
        "validation",
        heatMap(transfer.validation, tasks, "transfer on validation", full),
        "test",
        heatMap(transfer.test, tasks, "transfer on test", full),
      ),
    ]),
    section("Change of entropy", [
      paragraph(
        "Relative change of the entropy of completions sampled at T = 1, untruncated, validation split (Fig. 2).",
      ),
      heatMap(entropy, tasks, "change of entropy", Math.max(0.1, ...cellsOf(entropy).map(Math.abs))),
    ]),
    named("Training temperatures", "Single-task runs, evaluated greedily on test (Table 2).", report.temperatures),
    named("Answer formats", "Rows trained, columns asked (Fig. 3).", report.formats),
    named("Reference models", "Writing judged against each reference (Tables 6–7).", report.references),
    named("By category", "Test accuracy, a column a method (Tables 1 and 8).", report.categories),
    named(
      "Format apart from correctness",
      "Test split; near-empty: think blocks of fewer than ten characters (A.7). A prompt that prefills an empty block has 100.",
      report.thinking,
    ),
    section("Over the stages", [
      paragraph("After each stage of each order, validation split, mean over seeds."),
      ...curves(report.curves, tasks),
    ]),
    ranked("All orders by prediction on validation", allOrders.validation, tasks),
    ranked("All orders by prediction on test", allOrders.test, tasks),
    section("Cost", [paragraph(sharedSentence(report))]),
  ];
}

const section = (title: string, parts: readonly string[]) =>
  `<section><h2>${escaped(title)}</h2>${parts.join("\n")}</section>`;
const paragraph = (text: string) => `<p>${escaped(text)}</p>`;
const strongParagraph = (text: string) => `<p class="finding">${escaped(text)}</p>`;
const cellsOf = (matrix: Matrix) => Object.values(matrix).flatMap((row) => Object.values(row).filter(Number.isFinite));

function pair(firstName: string, first: string, secondName: string, second: string): string {
  const figure = (name: string, svg: string) => `<figure><figcaption>${escaped(name)}</figcaption>${svg}</figure>`;
  return `<div class="pair">${figure(firstName, first)}${figure(secondName, second)}</div>`;
}

/** A wide table scrolls in its own box. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]) =>
    row.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("");
  const body = rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("");
  return `<div class="scroll"><table><thead><tr>${cells("th", head)}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function predictionTable({ rows }: PredictionTable, tasks: readonly string[]): string {
  const head = [
    "",
    "order",
    ...tasks.flatMap((task) => [`${task} measured`, "predicted", "error"]),
    "score",
    "predicted",
  ];
  return table(
    head,
    rows.map((row, at) => [
      String(at + 1),
      `${shownOrder(row.order)} (${row.why})`,
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

function named(title: string, note: string, { columns, rows }: NamedTable): string {
  if (rows.length === 0) return "";
  return section(title, [
    paragraph(note),
    table(
      ["", ...columns],
      rows.map(({ name, cells }) => [name, ...cells.map(percent)]),
    ),
  ]);
}

function ranked(title: string, orders: readonly Prediction[], tasks: readonly string[]): string {
  if (orders.length === 0) return "";
  const rows = orders.map(({ order, predicted, score }, at) => [
    String(at + 1),
    shownOrder(order),
    (100 * score).toFixed(2),
    ...tasks.map((task) => predictedPercent(predicted[task])),
  ]);
  return `<details><summary>${escaped(title)} (Table 4)</summary>${table(["", "order", "score × 100", ...tasks], rows)}</details>`;
}

/** Accuracy of every order; the other measures of the first two, which are best and worst where those were asked for. */
function curves(all: readonly Curve[], tasks: readonly string[]): string[] {
  const charts = (some: readonly Curve[], measure: string) =>
    `<div class="charts">${some.map((curve) => stageChart(curve, measure, tasks)).join("")}</div>`;
  const others = ["format", "reward", "entropy", "length"].map(
    (measure) => `<details><summary>${measure}</summary>${charts(all.slice(0, 2), measure)}</details>`,
  );
  return [charts(all, "accuracy"), ...others];
}
