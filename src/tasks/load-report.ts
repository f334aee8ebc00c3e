import type { Splits } from "../core/index.js";

/** What became of a task's rows, for `omni plan` and a run's report. */
export interface LoadReport {
  readonly taskId: string;
  /** Rows read, all files together. */
  readonly rows: number;
  readonly dropped: {
    readonly where: number;
    readonly duplicates: number;
    readonly limit: number;
    /** Prompts beyond maxPromptTokens. */
    readonly tooLong: number;
    /** Left out because a held-out file asks the same question. */
    readonly heldOutQuestion: number;
  };
  /** Items without a usable gold: their primary reward is undefined. */
  readonly withoutGold: number;
  /** The first such item and its reason. */
  readonly firstWithoutGold?: string;
  readonly kept: { readonly train: number; readonly validation: number; readonly test: number };
}

/** The parts of a report that the finished splits tell. */
export function countSplits(splits: Splits): Pick<LoadReport, "withoutGold" | "firstWithoutGold" | "kept"> {
  const broken = [...splits.train, ...splits.validation, ...splits.test].flatMap(({ id, gold }) =>
    gold.kind === "none" ? [`${id}: ${gold.reason}`] : [],
  );
  return {
    withoutGold: broken.length,
    ...(broken[0] !== undefined && { firstWithoutGold: broken[0] }),
    kept: { train: splits.train.length, validation: splits.validation.length, test: splits.test.length },
  };
}
