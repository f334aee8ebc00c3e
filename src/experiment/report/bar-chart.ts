import type { MethodRow } from "../tables.js";
import { label, line, picture, round, textWidth } from "./markup.js";
import { percent } from "./report.js";

const row = 20;
const barsWidth = 230;
const gap = 24;

/** Fig. 1: one panel of horizontal bars a task and one for the mean; whiskers are 95 % intervals over seeds. */
export function methodChart(rows: readonly MethodRow[], tasks: readonly string[]): string {
  const left = Math.min(320, Math.max(60, ...rows.map(({ name }) => textWidth(name)))) + 10;
  const panels = [...tasks, "mean"];
  const columns = Math.min(3, panels.length);
  const panelWidth = barsWidth + 90;
  const panelHeight = 30 + rows.length * row + gap;
  const parts = panels.flatMap((panel, at) => {
    const x = left + (at % columns) * panelWidth;
    const y = Math.floor(at / columns) * panelHeight;
    const names =
      at % columns === 0 ? rows.map(({ name }, i) => label(left - 8, y + 44 + i * row, name, { anchor: "end" })) : [];
    return [
      label(x, y + 16, panel, { style: "strong" }),
      line(x, y + 26, x, y + 30 + rows.length * row),
      ...names,
      ...bars(rows, panel, x, y + 30),
    ];
  });
  const height = Math.ceil(panels.length / columns) * panelHeight;
  return picture({ width: left + columns * panelWidth, height }, "accuracy of every method, a panel a task", parts);
}

function bars(rows: readonly MethodRow[], panel: string, x: number, y: number): string[] {
  return rows.flatMap(({ kind, tasks, mean }, i) => {
    const value = panel === "mean" ? mean : tasks[panel];
    if (value === null || value === undefined) return [label(x + 4, y + 14 + i * row, "–")];
    const width = barsWidth * Math.max(0, Math.min(1, value.mean));
    const middle = y + 9 + i * row;
    const reach = value.half === null ? 0 : barsWidth * value.half;
    const high = Math.min(barsWidth, width + reach);
    return [
      `<rect x="${round(x)}" y="${y + 2 + i * row}" width="${round(width)}" height="14" class="bar ${kind}"/>`,
      ...(reach > 0 ? [line(x + Math.max(0, width - reach), middle, x + high, middle, "whisker")] : []),
      label(x + high + 5, y + 14 + i * row, percent(value)),
    ];
  });
}
