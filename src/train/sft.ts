import { ConfigError, type Item, randomStream } from "../core/index.js";
import type { Datum, ForwardBackwardMetrics, LossConfig, OptimStepResult } from "../engine/engine.js";
import { warmUpRate } from "./learning-rate.js";
import type { RunContext } from "./run-context.js";
import { adamParams } from "./update.js";

/** What one SFT step did. */
export interface SftResult {
  readonly metrics: ForwardBackwardMetrics;
  readonly optim: OptimStepResult;
  /** Mean cross-entropy of the batch, nats a token, sequences weighted alike. */
  readonly loss: number;
  readonly lr: number;
}

const crossEntropy: LossConfig = {
  kind: "cross_entropy",
  clipLow: 0,
  clipHigh: 0,
  klCoefficient: 0,
  level: "token",
  aggregation: "sequence_mean",
  temperature: 1,
};

/** Demonstrations of the warm-up, the same on every call: a seeded draw a task from its training split. */
export function demonstrations(run: RunContext): readonly Item[] {
  const { warmup } = run.config;
  if (warmup === undefined) return [];
  const found = run.tasks.flatMap(({ task, splits }) => {
    const usable = splits.train.filter((item) => item.demonstration !== undefined);
    return randomStream(run.config.seed, "warm-up", task.id).shuffle(usable).slice(0, warmup.demonstrationsPerTask);
  });
  if (found.length === 0) {
    throw new ConfigError(
      "warmup: no task has demonstrations; map one with data.fields.demonstration, or drop warmup",
      {
        code: "no_demonstrations",
      },
    );
  }
  return found;
}

/** The batch of warm-up step `at`: passes over the shuffled demonstrations, one after the other. */
export function demonstrationBatch(
  run: RunContext,
  at: number,
  all: readonly Item[] = demonstrations(run),
): readonly Item[] {
  const size = Math.min(run.config.warmup?.batchSize ?? 0, all.length);
  const batches = Math.ceil(all.length / size);
  const pass = Math.floor(at / batches);
  const order = randomStream(run.config.seed, "warm-up", "pass", pass).shuffle(all);
  const start = (at % batches) * size;
  return order.slice(start, start + size);
}

/** Warm-up step `at` (from 0): supervised fine-tuning on given demonstrations: cross-entropy Datums on the same path as RL's. */
export async function sftStep(
  run: RunContext,
  { stepId, at }: { readonly stepId: string; readonly at: number },
  batch: readonly Item[],
  eosToken: number,
): Promise<SftResult> {
  const datums = await demonstrationDatums(run, batch, eosToken);
  const { warmup } = run.config;
  const lr = warmup === undefined ? 0 : warmUpRate(warmup, at);
  return crossEntropyStep(run, stepId, datums, { lr, bucket: "warm-up" });
}

/** One optimizer step on the mean cross-entropy of these sequences. */
export async function crossEntropyStep(
  run: RunContext,
  stepId: string,
  datums: readonly Datum[],
  {
    lr,
    bucket,
    freshOptimizer = false,
  }: { readonly lr: number; readonly bucket: string; readonly freshOptimizer?: boolean },
): Promise<SftResult> {
  const step = run.engine.trainer.step(stepId);
  const metrics = await step.forwardBackward(datums, crossEntropy, { bucket, signal: run.signal });
  const { gradClip } = run.config.train;
  const optim = await step.optimStep(
    { adam: adamParams(run, lr), gradClip, divisor: datums.length, freshOptimizer },
    { signal: run.signal },
  );
  await run.engine.sampler.syncWeights(optim.weightsVersion, { signal: run.signal });
  return { metrics, optim, loss: metrics.lossSum / datums.length, lr };
}

async function demonstrationDatums(run: RunContext, batch: readonly Item[], eosToken: number): Promise<Datum[]> {
  const options = { signal: run.signal };
  const prompts = await run.engine.sampler.tokenize(
    batch.map((item) => ({ kind: "chat", messages: item.messages })),
    options,
  );
  const answers = await run.engine.sampler.tokenize(
    batch.map((item) => ({ kind: "text", text: item.demonstration ?? "" })),
    options,
  );
  return batch.map((item, at) => demonstrationDatum(item, prompts[at] ?? empty, answers[at] ?? empty, eosToken));
}

const empty = new Int32Array(0);

function demonstrationDatum(item: Item, prompt: Int32Array, answer: Int32Array, eosToken: number): Datum {
  const tokens = Int32Array.of(...prompt, ...answer, eosToken);
  const mask = new Uint8Array(tokens.length).fill(1, prompt.length);
  const none = new Float32Array(0);
  const datumId = `${item.taskId}/${item.id}`;
  return { datumId, tokens, mask, oldLogprobs: none, advantages: none, weight: 1, prefixGroup: datumId };
}
