/** Said in every report of a run whose judge is the embedded server's frozen base model. */
export const trialJudgeCaution = "trial judge: the frozen base model judges; for trying out only";

/** A candidate to be compared with a reference. */
export interface ComparisonRequest {
  /** What both texts answer. */
  readonly prompt: string;
  /** The policy's answer text, without its think block. Untrusted: it reaches the judge as quoted data. */
  readonly candidate: string;
  readonly reference: string;
  /** What good means; undefined = the judge's default rubric. */
  readonly rubric?: string;
  /** Decides the positions and delimiters. */
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** What a judgement cost, all replies together, also undecodable ones and those lost on their way. */
export interface JudgeUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** True when an endpoint left usage out and it was estimated at four characters a token. */
  readonly estimated: boolean;
  /** US dollars; undefined where no prices are configured. */
  readonly costUsd?: number;
}

interface JudgementFacts {
  /** The judge's own reason, or why there is no verdict. */
  readonly reason: string;
  /** The judge's replies as they came, cut at 4,000 characters each. */
  readonly raw: readonly string[];
  readonly usage: JudgeUsage;
  /** From the call to its verdict, waiting and retries included. */
  readonly latencyMs: number;
  /** HTTP requests made. */
  readonly attempts: number;
  /** Whether the two orders disagreed; undefined where only one was asked for or decoded. */
  readonly flipped?: boolean;
  /** Known from an earlier comparison of the same texts: nothing was asked or paid. */
  readonly cached?: boolean;
}

/** The candidate against the reference. Without an outcome the comparison could not be measured: never a loss. */
export type Judgement =
  | (JudgementFacts & {
      readonly outcome: "win" | "tie" | "loss";
      /** Preferred 1, tie 0.5, dispreferred 0; the mean of both orders where both were asked for. */
      readonly score: number;
    })
  | (JudgementFacts & { readonly outcome: undefined });

/** What was asked of a judge so far; every attempt is counted, retries too. */
export interface JudgeStats {
  /** Comparisons asked for. */
  readonly calls: number;
  /** HTTP requests. */
  readonly attempts: number;
  /** Attempts that failed: refused, broken or timed out. */
  readonly failedAttempts: number;
  /** Replies that could not be decoded. */
  readonly parseFailures: number;
  /** Comparisons that ended without an outcome. */
  readonly failures: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Replies whose usage was missing, or that were lost after the request was taken, and their tokens as estimated. */
  readonly estimatedUsages: number;
  readonly estimatedTokens: number;
  /** US dollars at the configured prices; 0 without any. */
  readonly costUsd: number;
  /** Comparisons answered from the cache. */
  readonly cacheHits: number;
  /** Comparisons that were decoded in both orders, and how many of those disagreed with themselves. */
  readonly bothOrders: number;
  readonly flips: number;
  /** Sum and maximum over finished comparisons. */
  readonly latencyMs: number;
  readonly maxLatencyMs: number;
  /** Comparisons under way or waiting. */
  readonly pending: number;
}

/** Compares a candidate with a reference. */
export interface Judge {
  readonly model: string;
  /** The frozen base model of the embedded server judges: reports then carry {@link trialJudgeCaution}. */
  readonly trial: boolean;
  /** Rejects with CancelledError only; an endpoint that stays down is an undefined outcome with its reason. */
  compare(request: ComparisonRequest): Promise<Judgement>;
  stats(): JudgeStats;
}
