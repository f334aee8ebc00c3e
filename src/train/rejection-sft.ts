import { DataError, type Item, type Rollout, randomStream, trainedTokens } from "../core/index.js";
import type { Datum } from "../engine/engine.js";
import { restore, saveCheckpoint } from "./checkpoint.js";
import { collectGroups } from "./collect.js";
import { commitStep, sftMetrics } from "./commit.js";
import { cosine } from "./learning-rate.js";
import type { RunOutcome } from "./loop.js";
import { trainingSampling } from "./rounds.js";
import { firstPosition, type RunContext } from "./run-context.js";
import { crossEntropyStep } from "./sft.js";
import { assertVersion } from "./update.js";

/** SFT by rejection sampling (method §5). */
export interface RejectionSettings {
  /** Drawn a prompt from the starting weights. */
  readonly samples: number;
  /** Of the right ones, at most so many a prompt; undefined = all. */
  readonly keepPerPrompt?: number;
  readonly batchSize: number;
  readonly steps: number;
  /** Peak of the cosine that falls to 0 over the steps. */
  readonly lr: number;
}

/** Prompts of one journal page: what is sampled between two looks at `stop`. */
const promptsPerPage = 64;

/**
 * Samples every training prompt, keeps the responses whose primary component is 1 (format and tags do not count), and
 * fine-tunes on their exact tokens. Resumed, it samples what the journal lacks and goes on from the newest checkpoint.
 * @throws DataError `nothing_kept` when no response is right
 */
export async function trainOnOwnSamples(run: RunContext, settings: RejectionSettings): Promise<RunOutcome> {
  const begin = firstPosition(run);
  const totalSteps = begin + settings.steps;
  let position = await restore(run);
  const finish = async (status: RunOutcome["status"]): Promise<RunOutcome> => {
    const { name, weightsHash } = await saveCheckpoint(run, position);
    run.store.setFact("status", status);
    return { status, steps: position, checkpoint: name, weightsHash };
  };
  const kept = await sampleAndKeep(run, settings, begin);
  if (kept === undefined) return finish("stopped");
  for (; position < totalSteps; position += 1) {
    if (run.stop.aborted) return finish("stopped");
    const at = position - begin;
    const lr = settings.lr * cosine(at / settings.steps);
    const batch = batchAt(run, kept, at, settings.batchSize);
    const stepId = `sft-${position}`;
    const result = await run.time.during(
      "update",
      crossEntropyStep(run, stepId, batch, { lr, bucket: "sft", freshOptimizer: at === 0 }),
    );
    assertVersion(result.optim, position + 1);
    commitStep(run, sftMetrics(run, { stepId, position, stage: "sft", result }), [], totalSteps);
  }
  return finish("finished");
}

/** Undefined when it was stopped. */
async function sampleAndKeep(run: RunContext, settings: RejectionSettings, version: number) {
  const items = run.tasks.flatMap(({ splits }) => splits.train);
  const kept: Datum[] = [];
  for (let at = 0; at < items.length; at += promptsPerPage) {
    if (run.stop.aborted) return undefined;
    kept.push(...(await keptOfPage(run, items.slice(at, at + promptsPerPage), at, settings, version)));
    run.emit({
      kind: "rollout_progress",
      of: "samples",
      done: Math.min(at + promptsPerPage, items.length),
      total: items.length,
    });
  }
  if (kept.length > 0) return kept;
  throw new DataError(
    `no response of ${items.length} prompts × ${settings.samples} samples is right: nothing to learn`,
    {
      code: "nothing_kept",
    },
  );
}

async function keptOfPage(
  run: RunContext,
  items: readonly Item[],
  at: number,
  settings: RejectionSettings,
  weightsVersion: number,
): Promise<readonly Datum[]> {
  const name = `samples-${String(at / promptsPerPage).padStart(5, "0")}`;
  const page = run.store.journal(name);
  try {
    const [groups = []] = await collectGroups(run, [{ name, page, items }], {
      weightsVersion,
      sampling: (taskId) => ({ ...trainingSampling(run, undefined, taskId), n: settings.samples }),
    });
    return groups.flatMap((group) => {
      const right = group.members.filter(({ reward }) => (reward.components[reward.primary]?.value ?? 0) >= 1);
      return right.slice(0, settings.keepPerPrompt).map(({ rollout }) => datumOf(rollout));
    });
  } finally {
    page.close();
  }
}

function datumOf(rollout: Rollout): Datum {
  const none = new Float32Array(0);
  const tokens = Int32Array.from(rollout.segments.flatMap((segment) => [...segment.tokens]));
  const mask = Uint8Array.from(
    rollout.segments.flatMap(({ tokens: ours, trained }) => Array(ours.length).fill(+trained)),
  );
  return {
    datumId: rollout.id,
    tokens,
    mask,
    oldLogprobs: none,
    advantages: none,
    weight: trainedTokens(rollout) > 0 ? 1 : 0,
    prefixGroup: `${rollout.taskId}/${rollout.itemId}`,
  };
}

/** Passes over the shuffled data, one after the other; the last batch of a pass may be short. */
function batchAt(run: RunContext, kept: readonly Datum[], at: number, batchSize: number): readonly Datum[] {
  const batches = Math.ceil(kept.length / batchSize);
  const order = randomStream(run.config.seed, "rejection-sft", Math.floor(at / batches)).shuffle(kept);
  const start = (at % batches) * batchSize;
  return order.slice(start, start + batchSize);
}
