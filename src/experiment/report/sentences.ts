import type { ReplicateMean } from "../statistics.js";
import { shownOrder } from "../tables.js";
import { type ExperimentReport, percent } from "./report.js";

const methodNames = { joint: "joint training", merge: "TIES merging", sft: "SFT by rejection sampling" } as const;

/** The headline gains in words, or why there are none. */
export function headlineSentences({ headlines, methods }: ExperimentReport): readonly string[] {
  const best = methods.find(({ name }) => name.endsWith("(best)"));
  if (headlines.length === 0) {
    return ["No gain is told: no order and baseline were both run, or the baseline's mean is 0."];
  }
  return headlines.map(({ over, gain }) => {
    const name = methodNames[over as keyof typeof methodNames] ?? over;
    return `The mean over tasks of ${best?.name ?? "the first order"} is ${signed(gain)} relative to ${name}.`;
  });
}

/** How far predictions held, in words. */
export function predictionSentences({ predictions }: ExperimentReport): readonly string[] {
  return (["validation", "test"] as const).flatMap((split) => {
    const { rows, correlation, correlations, bySeed, meanError } = predictions[split];
    const measured = rows.filter((row) => row.measuredScore !== null).length;
    if (measured === 0) return [];
    const pooled = correlation === null ? "undefined" : signedFraction(correlation);
    const perSeed =
      bySeed === null ? "" : `; seed by seed ${correlations.map(signedFraction).join(", ")}${shown(bySeed)}`;
    const error = meanError === null ? "" : `; mean absolute error ${percent(meanError)} points of accuracy`;
    return [
      `On ${split}, the rank correlation (Spearman) of predicted and measured scores over ${measured} orders is ${pooled}${perSeed}${error}.`,
    ];
  });
}

/** The best predicted order and the best measured one, side by side. */
export function bestSentences({ predictions, allOrders }: ExperimentReport): readonly string[] {
  const [predicted] = allOrders.validation;
  const measured = [...predictions.test.rows]
    .filter((row) => row.measuredScore !== null)
    .sort((a, b) => (b.measuredScore?.mean ?? 0) - (a.measuredScore?.mean ?? 0));
  if (predicted === undefined || measured[0] === undefined) return [];
  return [
    `Best by prediction on validation: ${shownOrder(predicted.order)}. Best measured on test of those run: ${shownOrder(measured[0].order)}.`,
  ];
}

/** What it took. */
export function sharedSentence({ cost }: ExperimentReport): string {
  const { runs, stages, stagesUnshared, steps, seconds, generatedTokens, trainedTokens, judgeCalls, sandboxRuns } =
    cost;
  const number = (value: number) => value.toLocaleString("en-US");
  return [
    `${runs} runs, ${number(steps)} optimizer steps, ${(seconds / 60).toFixed(1)} minutes of engine time, ${number(generatedTokens)} tokens generated and ${number(trainedTokens)} trained on in training`,
    `${sandboxRuns} sandbox runs, ${judgeCalls} judge calls`,
    `${stages} stage runs, probes and ablations among them; the orders alone would have taken ${stagesUnshared} without shared beginnings`,
  ].join("; ");
}

function signed(value: ReplicateMean | null): string {
  if (value === null) return "–";
  const { mean, half, n } = value;
  const interval = half === null ? "" : ` ± ${(100 * half).toFixed(1)}`;
  return `${mean >= 0 ? "+" : "−"}${Math.abs(100 * mean).toFixed(1)}${interval} % (${n} ${n === 1 ? "seed" : "seeds"})`;
}

/** Student's interval of a correlation, no wider than a correlation can be. */
function shown({ mean, half }: ReplicateMean): string {
  if (half === null) return "";
  const [low, high] = [Math.max(-1, mean - half), Math.min(1, mean + half)];
  return `, mean ${signedFraction(mean)} (95 %: ${signedFraction(low)} to ${signedFraction(high)})`;
}

const signedFraction = (value: number) => value.toFixed(2).replace("-", "−");
