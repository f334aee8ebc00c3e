import type { JudgeStats } from "../rewards/index.js";

/** What a judge was asked and what it cost, in one line. */
export function judgeLine(stats: JudgeStats): string {
  const { calls, attempts, failures, promptTokens, completionTokens, estimatedUsages, costUsd } = stats;
  const { bothOrders, flips, cacheHits, parseFailures } = stats;
  return [
    `judge: ${calls} comparisons, ${attempts} requests`,
    ...(cacheHits > 0 ? [`${cacheHits} from the cache`] : []),
    `${failures} undefined`,
    ...(parseFailures > 0 ? [`${parseFailures} replies undecodable`] : []),
    `${promptTokens} + ${completionTokens} tokens${estimatedUsages > 0 ? ` (${estimatedUsages} replies estimated)` : ""}`,
    ...(costUsd > 0 ? [`${costUsd.toFixed(4)} US dollars`] : []),
    ...(bothOrders > 0 ? [`${flips} of ${bothOrders} flipped with the order`] : []),
  ].join(", ");
}
