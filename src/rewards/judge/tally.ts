import type { Judgement, JudgeStats, JudgeUsage } from "./judge.js";
import type { Cost } from "./throttle.js";

/** Counts one comparison: its attempts, replies and usage. */
export class Tally {
  attempts = 0;
  failedAttempts = 0;
  parseFailures = 0;
  promptTokens = 0;
  completionTokens = 0;
  estimatedUsages = 0;
  estimatedTokens = 0;
  costUsd = 0;
  readonly raw: string[] = [];

  constructor(private readonly prices: Prices | undefined) {}

  /** Adds a reply, or one that was lost on its way (no content); usage that is missing is estimated at four characters a token. */
  reply(
    content: string | undefined,
    promptChars: number,
    usage?: { promptTokens: number; completionTokens: number },
  ): Cost {
    if (content !== undefined) this.raw.push(content.length > 4000 ? `${content.slice(0, 4000)}…` : content);
    const prompt = usage?.promptTokens ?? Math.ceil(promptChars / 4);
    const completion = usage?.completionTokens ?? Math.ceil((content?.length ?? 0) / 4);
    const cost = { tokens: prompt + completion, usd: price(prompt, completion, this.prices) };
    this.promptTokens += prompt;
    this.completionTokens += completion;
    this.costUsd += cost.usd;
    if (usage === undefined) {
      this.estimatedUsages += 1;
      this.estimatedTokens += cost.tokens;
    }
    return cost;
  }

  usage(): JudgeUsage {
    const { promptTokens, completionTokens, estimatedUsages, costUsd, prices } = this;
    return { promptTokens, completionTokens, estimated: estimatedUsages > 0, ...(prices && { costUsd }) };
  }
}

/** US dollars a million tokens. */
export interface Prices {
  readonly prompt: number;
  readonly completion: number;
}

/** US dollars that so many tokens cost; 0 without prices. */
export function price(promptTokens: number, completionTokens: number, prices: Prices | undefined): number {
  return prices === undefined ? 0 : (promptTokens * prices.prompt + completionTokens * prices.completion) / 1e6;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Sums over comparisons. Cancelled ones keep the attempts they made. */
export class Totals {
  readonly #sum: Mutable<JudgeStats> = {
    calls: 0,
    attempts: 0,
    failedAttempts: 0,
    parseFailures: 0,
    failures: 0,
    promptTokens: 0,
    completionTokens: 0,
    estimatedUsages: 0,
    estimatedTokens: 0,
    costUsd: 0,
    cacheHits: 0,
    bothOrders: 0,
    flips: 0,
    latencyMs: 0,
    maxLatencyMs: 0,
    pending: 0,
  };

  begin(): void {
    this.#sum.calls += 1;
    this.#sum.pending += 1;
  }

  /** `judgement` is undefined for a cancelled comparison. */
  end(tally: Tally, judgement: Judgement | undefined): void {
    const sum = this.#sum;
    sum.pending -= 1;
    for (const key of countsOfTally) sum[key] += tally[key];
    if (judgement === undefined) return;
    if (judgement.outcome === undefined) sum.failures += 1;
    if (judgement.flipped !== undefined) sum.bothOrders += 1;
    if (judgement.flipped) sum.flips += 1;
    sum.latencyMs += judgement.latencyMs;
    sum.maxLatencyMs = Math.max(sum.maxLatencyMs, judgement.latencyMs);
  }

  snapshot(): JudgeStats {
    return { ...this.#sum };
  }
}

const countsOfTally = [
  "attempts",
  "failedAttempts",
  "parseFailures",
  "promptTokens",
  "completionTokens",
  "estimatedUsages",
  "estimatedTokens",
  "costUsd",
] as const;
