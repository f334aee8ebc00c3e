import { scheduleBatches } from "../schedule/index.js";
import { restore, saveCheckpoint } from "./checkpoint.js";
import { collectGroups } from "./collect.js";
import { commitStep, grpoMetrics, sftMetrics } from "./commit.js";
import { evaluateUnlessStopped } from "./evaluate.js";
import { beginsStage, plannedRounds, roundPages, stageEndingAt, trainingSampling } from "./rounds.js";
import { firstPosition, type RunContext } from "./run-context.js";
import { demonstrationBatch, demonstrations, sftStep } from "./sft.js";
import { assertVersion, updateOnGroups } from "./update.js";

/** How a run ended. */
export interface RunOutcome {
  readonly status: "finished" | "stopped";
  /** Committed steps, warm-up included; also the weights version. */
  readonly steps: number;
  readonly checkpoint: string;
  readonly weightsHash: string;
}

/**
 * The whole method: warm-up by SFT, then multi-task GRPO (OMNI-THINKER Algorithm 1; method §2) — schedule → generate →
 * score → advantages → update → commit. A resumed run walks the same path: what the journal holds is not made again.
 * Position counts committed steps and equals the weights version.
 */
export async function train(run: RunContext): Promise<RunOutcome> {
  let position = await restore(run);
  const rounds = plannedRounds(run, scheduleBatches(batchPlan(run)));
  const warmUpSteps = firstPosition(run);
  const totalSteps = warmUpSteps + rounds.reduce((sum, round) => sum + round.batches.length, 0);
  const { runId, dir: runDir } = run.store.folder;
  const tasks = run.tasks.map(({ task }) => task.id);
  // Before the run has begun, so that one without demonstrations leaves nothing behind.
  const shown = position < warmUpSteps ? demonstrations(run) : [];
  run.emit({ kind: "run_started", runId, runDir, totalSteps, resumedAt: position, tasks });
  const finish = async (status: RunOutcome["status"]): Promise<RunOutcome> => {
    const { name, weightsHash } = await saveCheckpoint(run, position);
    run.store.setFact("status", status);
    run.emit({ kind: "run_finished", status, runDir, weightsHash });
    return { status, steps: position, checkpoint: name, weightsHash };
  };

  if (position === 0 && run.start === undefined && !(await evaluateUnlessStopped(run, "base", 0)))
    return finish("stopped");
  if (position < warmUpSteps) {
    run.emit({ kind: "stage_started", phase: "warm-up", stage: "warm-up", steps: warmUpSteps });
    while (position < warmUpSteps) {
      if (run.stop.aborted) return finish("stopped");
      const stepId = `warm-up-${position}`;
      const work = sftStep(run, { stepId, at: position }, demonstrationBatch(run, position, shown), run.model.eosToken);
      const result = await run.time.during("update", work);
      assertVersion(result.optim, position + 1);
      commitStep(run, sftMetrics(run, { stepId, position, stage: "warm-up", result }), [], totalSteps);
      position += 1;
    }
    await saveCheckpoint(run, position);
  }
  const warmedUp = run.start === undefined && warmUpSteps > 0 && position === warmUpSteps;
  if (warmedUp && !(await evaluateUnlessStopped(run, "warm-up", position))) return finish("stopped");

  const evaluateIfDue = async ({ end, batches }: (typeof rounds)[number], ending: string | undefined) => {
    const updates = end - warmUpSteps;
    if (ending !== undefined && run.config.eval.stages) {
      await evaluateUnlessStopped(run, `stage-${ending}`, end);
      return;
    }
    const due = isDue(run.config.eval.every, updates, batches.length) && end < totalSteps;
    if (due) await evaluateUnlessStopped(run, `step-${updates}`, end);
  };
  let stage = "";
  for (const [number, round] of rounds.entries()) {
    const ending = stageEndingAt(rounds, number);
    // A stop may have cut this round's evaluation short, after its weights were saved.
    if (round.end === position) await evaluateIfDue(round, ending);
    if (round.end <= position) continue;
    if (run.stop.aborted) return finish("stopped");
    if (stage !== round.stage) {
      stage = round.stage;
      run.emit({ kind: "stage_started", phase: "grpo", stage, steps: totalSteps - warmUpSteps });
    }
    const pages = roundPages(run, round);
    try {
      const before = run.usage();
      const groupsByBatch = await collectGroups(run, pages, {
        weightsVersion: position,
        sampling: (taskId) => trainingSampling(run, round.stage, taskId),
        onProgress: (done, total) => run.emit({ kind: "rollout_progress", of: `step ${position + 1}`, done, total }),
      });
      for (const [at, batch] of round.batches.entries()) {
        const stepId = `step-${position}`;
        const step = { stepId, stage: round.stage, freshOptimizer: at === 0 && beginsStage(rounds, number) };
        const result = await run.time.during("update", updateOnGroups(run, step, groupsByBatch[at] ?? []));
        assertVersion(result.optim, position + 1);
        commitStep(
          run,
          grpoMetrics(run, { stepId, position, batch, result, usageBefore: at === 0 ? before : run.usage() }),
          result.plan.groups,
          totalSteps,
        );
        position += 1;
      }
    } finally {
      for (const { page } of pages) page.close();
    }
    if (ending !== undefined || isDue(run.config.train.checkpointEvery, position - warmUpSteps, round.batches.length))
      await saveCheckpoint(run, position, ending);
    await evaluateIfDue(round, ending);
  }
  if (rounds.length > 0 && !(await evaluateUnlessStopped(run, "final", position))) return finish("stopped");
  return finish("finished");
}

function batchPlan({ config, tasks }: RunContext) {
  const { promptsPerUpdate, epochs } = config.train;
  const items = tasks.map(({ task, splits }) => ({ id: task.id, items: splits.train }));
  return { schedule: config.schedule, tasks: items, promptsPerUpdate, epochs, seed: config.seed };
}

/** Whether a multiple of `every` lies among the last `span` updates. 0 = never. */
function isDue(every: number, updates: number, span: number): boolean {
  return every > 0 && Math.floor(updates / every) > Math.floor((updates - span) / every);
}
