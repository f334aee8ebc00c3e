/** Reward statistics of one task over some rollouts; means over what is defined, null when nothing is. */
export interface TaskStatistics {
  readonly rollouts: number;
  /** Rollouts with a total reward; the rest are masked (infrastructure). */
  readonly scored: number;
  readonly reward: number | null;
  /** Mean of each component, unweighted. */
  readonly components: Readonly<Record<string, number | null>>;
  /** Completion tokens. */
  readonly lengthMean: number;
  readonly lengthMax: number;
  readonly truncatedFraction: number;
  /** Nats, T = 1. */
  readonly entropy: number;
  /** Groups by signal: live, all_right, all_wrong, all_equal, unscored. */
  readonly groups: Readonly<Record<string, number>>;
  readonly watch?: WatchMeasures;
}

/** Signs of a policy that games its reward, as shares of its rollouts; null where there was nothing to measure. */
export interface WatchMeasures {
  /** Think blocks of fewer than ten characters, or none. */
  readonly emptyThinking: number | null;
  /** Texts of which more than half repeats itself. */
  readonly repeatedText: number | null;
  /** Rollouts, over three items or more, that give one and the same answer. */
  readonly sameAnswer: number | null;
}

/** Counts over the judgements of a step or an evaluation; every attempt is counted, retries too. */
export interface JudgeUse {
  readonly calls: number;
  readonly attempts: number;
  readonly failedAttempts: number;
  /** Replies that could not be decoded. */
  readonly parseFailures: number;
  /** Comparisons without an outcome. */
  readonly failures: number;
  readonly cacheHits: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Replies whose usage was estimated. */
  readonly estimatedUsages: number;
  /** US dollars at the configured prices. */
  readonly costUsd: number;
  readonly bothOrders: number;
  readonly flips: number;
  /** Sum over the comparisons. */
  readonly latencyMs: number;
}

/** Counts and times over the sandbox's programs of a step or an evaluation. */
export interface SandboxUse {
  readonly runs: number;
  readonly timeLimits: number;
  readonly memoryLimits: number;
  readonly infrastructureErrors: number;
  /** Attempts that lost their container or process through no fault of the program, and were made again. */
  readonly retries: number;
  /** Programs that a busy host kept from ending in time, and that were run once more, alone. */
  readonly rerunsAlone: number;
  readonly slotsStarted: number;
  /** Containers or processes used once and thrown away. */
  readonly slotsRecycled: number;
  /** Seconds, summed over the programs: waiting for a turn, then for a container, running, being judged. */
  readonly queueS: number;
  readonly acquireS: number;
  readonly runS: number;
  readonly judgeS: number;
}

/** Counts and times over the verify workers' jobs of a step or an evaluation. */
export interface WorkerUse {
  readonly jobs: number;
  /** Jobs that ran for their whole deadline, and that outgrew their memory, when they ran alone too. */
  readonly deadlineKills: number;
  readonly memoryKills: number;
  /** Workers that ended without being told to, and jobs that were done again for a lost worker. */
  readonly deaths: number;
  readonly retried: number;
  /** Jobs that ran alone: they had overrun a limit or two workers had died under them; and those that died there too. */
  readonly quarantined: number;
  readonly masked: number;
  readonly infrastructureErrors: number;
  /** Seconds, summed over the jobs: waiting for a worker; and from being asked to the outcome, waiting included. */
  readonly waitS: number;
  readonly latencyS: number;
}

/** One optimizer step as people and metrics.jsonl see it. */
export interface StepMetrics {
  readonly stepId: string;
  /** 0-based over all steps of the run, warm-up included. */
  readonly position: number;
  readonly phase: "warm-up" | "grpo";
  /** Task id of a curriculum's stage, `joint` or `mixed`; `warm-up` before. */
  readonly stage: string;
  readonly epoch: number;
  readonly weightsVersion: number;
  /** Of GRPO: Σ task weight over scored prompts, or over their tokens; 0 where nothing was scored. */
  readonly divisor?: number;
  /** Σ weight · loss over the divisor. */
  readonly loss: number;
  readonly gradNorm: number;
  readonly updateNorm: number;
  readonly lr: number;
  readonly tasks: Readonly<Record<string, TaskStatistics>>;
  /** Trainer metrics a task: ratio, clip fractions, kl, entropy, sampler–trainer log-prob difference. */
  readonly trainer: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Seconds an activity; adds up to the wall time since the last step. */
  readonly seconds: Readonly<Record<string, number>>;
  readonly generatedTokens: number;
  readonly trainedTokens: number;
  readonly sandboxRuns: number;
  /** What the step's programs took, where any ran. */
  readonly sandbox?: SandboxUse;
  /** What the step's jobs for verify workers took, where there were any. */
  readonly workers?: WorkerUse;
  readonly judgeCalls: number;
  /** What the step's judgements took, where a judge was asked. */
  readonly judge?: JudgeUse;
  /** What is to be suspected, as `task:name`, e.g. `sums:format_without_correctness`; left out when nothing is. */
  readonly watch?: readonly string[];
  /** Not computed anew: taken from the journal while resuming. */
  readonly replayed: boolean;
}

/** A mean with its 95 % interval over n items. */
interface MeanInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** One task's held-out result. */
export interface TaskEvaluation extends TaskStatistics {
  readonly primary: string;
  /** Samples an item; means of components are avg@samples. */
  readonly samples: number;
  /** Mean of each component over items (Wilson for 0/1 values, else bootstrap over items for the primary, normal for others). */
  readonly intervals: Readonly<Record<string, MeanInterval>>;
  /** Unbiased pass@k of the primary component by k, where it is 0 or 1 and there are several samples. */
  readonly passAtK?: Readonly<Record<string, MeanInterval>>;
  /** The primary component by the items' category, where they have one. */
  readonly categories?: Readonly<Record<string, MeanInterval>>;
  /** Mean ROUGE-L to the references, for writing. */
  readonly similarity?: number;
}

/** What a run tells while it goes. */
export type RunEvent =
  | {
      readonly kind: "run_started";
      readonly runId: string;
      readonly runDir: string;
      readonly totalSteps: number;
      readonly resumedAt: number;
      readonly tasks: readonly string[];
    }
  | {
      readonly kind: "stage_started";
      readonly phase: "warm-up" | "grpo";
      readonly stage: string;
      readonly steps: number;
    }
  | { readonly kind: "rollout_progress"; readonly of: string; readonly done: number; readonly total: number }
  | { readonly kind: "waiting"; readonly what: string; readonly seconds: number }
  | { readonly kind: "step_committed"; readonly metrics: StepMetrics; readonly totalSteps: number }
  | {
      readonly kind: "eval_finished";
      readonly point: string;
      readonly weightsVersion: number;
      readonly tasks: Readonly<Record<string, TaskEvaluation>>;
      readonly seconds: number;
    }
  | {
      readonly kind: "checkpoint_saved";
      readonly name: string;
      readonly weightsVersion: number;
      readonly bytes: number;
      readonly seconds: number;
    }
  | { readonly kind: "notice"; readonly level: "info" | "warn"; readonly message: string }
  | {
      readonly kind: "run_finished";
      readonly status: "finished" | "stopped";
      readonly runDir: string;
      readonly weightsHash: string;
    };
