import { shownOrder } from "../tables.js";
import { escaped, label, line, picture, round, textWidth } from "./markup.js";
import type { Curve } from "./report.js";

const plot = { left: 54, top: 30, width: 250, height: 130 };
/** Beside the lines' ends stand the longest name and a number. */
const sizeFor = (tasks: readonly string[]) => {
  const names = Math.max(40, ...tasks.map((task) => textWidth(`${task} 0.1234`)));
  return { width: plot.left + plot.width + 16 + names, height: plot.top + plot.height + 30 };
};

/** One measure of every task over the stages of one order; the number at the end is the last value. */
export function stageChart(curve: Curve, measure: string, tasks: readonly string[]): string {
  const series = curve.measures[measure] ?? {};
  const values = Object.values(series).flatMap((list) => list.flatMap((value) => value ?? []));
  if (values.length === 0) return "";
  const isShare = measure === "accuracy" || measure === "format";
  const high = isShare ? 1 : Math.max(...values) * 1.05 || 1;
  const x = (at: number) => plot.left + (at / Math.max(curve.order.length, 1)) * plot.width;
  const y = (value: number) => plot.top + plot.height * (1 - value / high);
  const shown = (value: number) => (isShare ? `${(100 * value).toFixed(0)} %` : value.toPrecision(3));
  const stages = ["start", ...curve.order];
  const parts = [
    label(plot.left, 14, `${measure}: ${shownOrder(curve.order)}`, { style: "strong" }),
    line(plot.left, y(0), plot.left + plot.width, y(0)),
    line(plot.left, plot.top, plot.left, y(0)),
    label(plot.left - 6, plot.top + 5, shown(high), { anchor: "end", style: "quiet" }),
    label(plot.left - 6, y(0) + 4, "0", { anchor: "end", style: "quiet" }),
    ...stages.map((stage, at) => label(x(at), y(0) + 16, stage, { anchor: "middle", style: "quiet" })),
    ...spread(tasks, series, y).flatMap(({ task, at, last }) => [
      pathOf(series[task] ?? [], x, y, tasks.indexOf(task), task),
      label(plot.left + plot.width + 8, at, `${task} ${shown(last)}`, { style: `series${tasks.indexOf(task) % 8}` }),
    ]),
  ];
  return picture(sizeFor(tasks), `${measure} over the stages of ${shownOrder(curve.order)}`, parts);
}

type Series = Readonly<Record<string, readonly (number | null)[]>>;

/** Where the names at the lines' ends stand: beside them, but never over one another. */
function spread(tasks: readonly string[], series: Series, y: (value: number) => number) {
  const ends = tasks.flatMap((task) => {
    const last = (series[task] ?? []).findLast((value) => value !== null);
    return last === undefined || last === null ? [] : [{ task, last, at: y(last) + 4 }];
  });
  let free = 0;
  return ends
    .sort((a, b) => a.at - b.at)
    .map((end) => {
      const at = Math.max(end.at, free);
      free = at + 14;
      return { ...end, at };
    });
}

function pathOf(
  values: readonly (number | null)[],
  x: (at: number) => number,
  y: (value: number) => number,
  at: number,
  task: string,
): string {
  const points = values.flatMap((value, i) => (value === null ? [] : [`${round(x(i))} ${round(y(value))}`]));
  const dots = points.map((point) => `<circle cx="${point.split(" ")[0]}" cy="${point.split(" ")[1]}" r="3"/>`);
  return `<g class="line series${at % 8}"><title>${escaped(task)}</title><path d="M${points.join("L")}"/>${dots.join("")}</g>`;
}
