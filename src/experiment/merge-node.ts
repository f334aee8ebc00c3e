import { EngineError } from "../core/index.js";
import { evaluateAt, type RunContext, type RunOutcome, type StartPoint } from "../train/index.js";

/** TIES settings (method §5): share of each tensor's changes that is kept, and the factor on the merged change. */
export interface MergeSettings {
  readonly density: number;
  readonly lambda: number;
}

/**
 * Merges the models that the parents after the first ended at, by what each changed in the first (θ0), and evaluates the
 * result as a training run would at its end. The merged weights are version 0, without an optimizer.
 */
export async function mergeModels(
  run: RunContext,
  [base, ...models]: readonly StartPoint[],
  settings: MergeSettings,
): Promise<RunOutcome> {
  if (base === undefined || models.length === 0) throw new EngineError(`${run.store.folder.dir}: nothing to merge`); // planned with both
  const { engine, store, signal } = run;
  const name = `${run.checkpointPrefix}merged`;
  const checkpoints = models.map(({ checkpoint }) => checkpoint);
  await engine.trainer.merge({ name, checkpoints, ...settings, baseCheckpoint: base.checkpoint }, { signal });
  const { weightsVersion, weightsHash } = await engine.checkpoints.load(name, { signal });
  await engine.sampler.syncWeights(weightsVersion, { signal });
  await evaluateAt(run, "final", weightsVersion);
  store.addCheckpoint({ name, position: 0, weightsVersion, weightsHash });
  return { status: "finished", steps: weightsVersion, checkpoint: name, weightsHash };
}
