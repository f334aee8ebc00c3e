import type { SamplingParams } from "../engine/engine.js";
import type { Batch } from "../schedule/index.js";
import type { CollectPart } from "./collect.js";
import { firstPosition, type RunContext } from "./run-context.js";
import { stageSettings } from "./stage-settings.js";

/** Batches generated with the same weights and then updated on one after the other; no rollout is used twice. */
export interface Round {
  readonly stage: string;
  /** Position of the first step. */
  readonly start: number;
  /** Position behind the last step. */
  readonly end: number;
  readonly batches: readonly Batch[];
}

/** Cuts the schedule into rounds of `updatesPerRound`, never across a stage, at most `maxUpdates` batches. */
export function plannedRounds(run: RunContext, schedule: readonly Batch[]): readonly Round[] {
  const { updatesPerRound, maxUpdates } = run.config.train;
  const first = firstPosition(run);
  const batches = schedule.slice(0, maxUpdates ?? schedule.length);
  const rounds: Round[] = [];
  for (const [at, batch] of batches.entries()) {
    const last = rounds.at(-1);
    if (last !== undefined && last.stage === batch.stage && last.batches.length < updatesPerRound) {
      rounds[rounds.length - 1] = { ...last, end: last.end + 1, batches: [...last.batches, batch] };
    } else {
      rounds.push({ stage: batch.stage, start: first + at, end: first + at + 1, batches: [batch] });
    }
  }
  return rounds;
}

/** The stage that ends with this round while another follows; undefined elsewhere, also at the end of the last. */
export function stageEndingAt(rounds: readonly Round[], at: number): string | undefined {
  const [round, next] = [rounds[at], rounds[at + 1]];
  return round === undefined || next === undefined || next.stage === round.stage ? undefined : round.stage;
}

/** Whether a stage begins with this round. */
export function beginsStage(rounds: readonly Round[], at: number): boolean {
  return rounds[at]?.stage !== rounds[at - 1]?.stage;
}

/** Opens the journal page of each step of the round; the caller closes them. */
export function roundPages(run: RunContext, round: Round): CollectPart[] {
  return round.batches.map((batch, at) => {
    const name = `step-${String(round.start + at).padStart(6, "0")}`;
    return { name, page: run.store.journal(name), items: batch.items };
  });
}

/** Sampling parameters of a task's training rollouts in a stage. */
export function trainingSampling(run: RunContext, stage: string | undefined, taskId: string): SamplingParams {
  const { topP, topK } = run.config.train;
  const { groupSize, temperature, maxTokens } = stageSettings(run, stage, taskId);
  return { n: groupSize, temperature, topP, topK, maxTokens };
}
