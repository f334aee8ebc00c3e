import { escaped, label, picture, textWidth } from "./markup.js";
import { type Matrix, signedPercent } from "./report.js";

const cell = { width: 92, height: 40 };

/** A matrix with rows trained and columns evaluated; green is more, red is less, full colour at ±`full`. */
export function heatMap(values: Matrix, tasks: readonly string[], name: string, full: number): string {
  const left = Math.max(110, ...tasks.map((task) => textWidth(task) + 20));
  const top = 46;
  const width = left + tasks.length * cell.width;
  const height = top + tasks.length * cell.height + 8;
  const parts = [
    label(left + (tasks.length * cell.width) / 2, 14, "evaluated on", { anchor: "middle", style: "quiet" }),
    label(left - 10, 36, "trained on ↓", { anchor: "end", style: "quiet" }),
    ...tasks.map((task, j) => label(left + (j + 0.5) * cell.width, 36, task, { anchor: "middle", style: "strong" })),
    ...tasks.flatMap((trained, i) => [
      label(left - 10, top + (i + 0.5) * cell.height + 5, trained, { anchor: "end", style: "strong" }),
      ...tasks.map((task, j) =>
        cellOf(
          values[trained]?.[task] ?? Number.NaN,
          left + j * cell.width,
          top + i * cell.height,
          full,
          `trained on ${trained}, evaluated on ${task}`,
        ),
      ),
    ]),
  ];
  return picture({ width, height }, `${name}: rows are the task trained on, columns the task evaluated`, parts);
}

/** Colour by opacity over the page's own background, so that it reads in light and dark. */
function cellOf(value: number, x: number, y: number, full: number, title: string): string {
  const strength = Number.isFinite(value) ? Math.min(1, Math.abs(value) / full) * 0.75 : 0;
  const kind = value >= 0 ? "gain" : "loss";
  const box = `x="${x + 1}" y="${y + 1}" width="${cell.width - 2}" height="${cell.height - 2}"`;
  return [
    `<g><title>${escaped(title)}</title>`,
    `<rect ${box} class="cell ${kind}" fill-opacity="${strength.toFixed(3)}"/>`,
    label(x + cell.width / 2, y + cell.height / 2 + 5, signedPercent(value), { anchor: "middle" }),
    "</g>",
  ].join("");
}
