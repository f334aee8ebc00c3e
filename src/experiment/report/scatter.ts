import type { PredictionTable } from "../prediction-table.js";
import { shownOrder } from "../tables.js";
import { escaped, label, line, picture, round } from "./markup.js";

const size = { width: 620, height: 440 };
const frame = { left: 70, top: 16, right: 600, bottom: 390 };

/** Predicted against measured score (× 100) of every order that was run; on the dashed line a prediction holds. */
export function predictionScatter({ rows }: PredictionTable): string {
  const points = rows.flatMap((row) =>
    row.measuredScore === null
      ? []
      : [
          {
            ...row,
            x: 100 * row.predictedScore,
            y: 100 * row.measuredScore.mean,
            half: 100 * (row.measuredScore.half ?? 0),
          },
        ],
  );
  if (points.length === 0) return "";
  const all = points.flatMap(({ x, y, half }) => [x, y - half, y + half]);
  const [low, high] = padded(Math.min(...all), Math.max(...all));
  const px = (value: number) => frame.left + ((value - low) / (high - low)) * (frame.right - frame.left);
  const py = (value: number) => frame.bottom - ((value - low) / (high - low)) * (frame.bottom - frame.top);
  const ticks = Array.from({ length: 5 }, (_, at) => low + ((high - low) * at) / 4);
  const parts = [
    line(frame.left, frame.bottom, frame.right, frame.bottom),
    line(frame.left, frame.top, frame.left, frame.bottom),
    line(px(low), py(low), px(high), py(high), "guide"),
    ...ticks.flatMap((tick) => [
      label(px(tick), frame.bottom + 18, tick.toFixed(1), { anchor: "middle", style: "quiet" }),
      label(frame.left - 8, py(tick) + 4, tick.toFixed(1), { anchor: "end", style: "quiet" }),
    ]),
    label((frame.left + frame.right) / 2, 430, "predicted score × 100", { anchor: "middle" }),
    `<g transform="translate(18 ${(frame.top + frame.bottom) / 2}) rotate(-90)">${label(0, 0, "measured score × 100", { anchor: "middle" })}</g>`,
    ...points.flatMap(({ x, y, half, order, why }, at) => [
      ...(half > 0 ? [line(px(x), py(y - half), px(x), py(y + half), "whisker")] : []),
      `<circle cx="${round(px(x))}" cy="${round(py(y))}" r="5" class="dot ${escaped(why)}"><title>${escaped(`${shownOrder(order)}: predicted ${x.toFixed(1)}, measured ${y.toFixed(1)}`)}</title></circle>`,
      label(px(x) + 8, py(y) + 4, String(at + 1), { style: "quiet" }),
    ]),
  ];
  return picture(size, "predicted against measured score of each order", parts);
}

function padded(low: number, high: number): [number, number] {
  const margin = Math.max(1, 0.06 * (high - low));
  return [low - margin, high + margin];
}
