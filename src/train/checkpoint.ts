import { EngineError } from "../core/index.js";
import type { CheckpointRecord } from "../store/index.js";
import type { RunContext } from "./run-context.js";

/**
 * Saves weights, optimizer and RNG as of `position` committed steps and drops the run's older checkpoints, those of stages
 * aside; the journal carries what comes after. Weights that a checkpoint holds are not saved again.
 * @param stage that ends here: its checkpoint is named after it and kept
 */
export async function saveCheckpoint(run: RunContext, position: number, stage?: string): Promise<CheckpointRecord> {
  const name = stage === undefined ? stepCheckpoint(run, position) : `${stagePrefix(run)}${stage}`;
  const held = run.store.checkpoints().find((entry) => entry.position === position);
  if (held !== undefined && held.weightsVersion === position && (stage === undefined || held.name === name))
    return held;
  const started = performance.now();
  const saving = run.engine.checkpoints.save(name, { optimizer: true, signal: run.signal });
  const { weightsVersion, weightsHash, bytes } = await run.time.during("save", saving);
  const record = { name, position, weightsVersion, weightsHash };
  run.store.addCheckpoint(record);
  const seconds = (performance.now() - started) / 1000;
  run.emit({ kind: "checkpoint_saved", name, weightsVersion, bytes, seconds });
  const kept = (entry: CheckpointRecord) => entry.name === name || entry.name.startsWith(stagePrefix(run));
  for (const older of run.store.checkpoints().filter((entry) => !kept(entry))) {
    await run.engine.checkpoints.delete(older.name, { signal: run.signal });
    run.store.removeCheckpoint(older.name);
  }
  return record;
}

const stepCheckpoint = ({ checkpointPrefix }: RunContext, position: number) =>
  `${checkpointPrefix}step-${String(position).padStart(6, "0")}`;

const stagePrefix = ({ checkpointPrefix }: RunContext) => `${checkpointPrefix}stage-`;

/**
 * Brings the weights of the newest checkpoint back, else those that the run starts from; returns how many steps they
 * hold (0 = the base model).
 */
export async function restore(run: RunContext): Promise<number> {
  const newest = run.store.checkpoints().at(-1);
  if (newest !== undefined) {
    await loadChecked(run, newest.name, newest.weightsHash);
    return newest.position;
  }
  if (run.start === undefined) return 0;
  await loadChecked(run, run.start.checkpoint, run.start.weightsHash);
  return run.start.position;
}

async function loadChecked(run: RunContext, name: string, weightsHash: string): Promise<void> {
  const model = await run.engine.checkpoints.load(name, { signal: run.signal });
  if (model.weightsHash !== weightsHash) {
    throw new EngineError(
      `checkpoint ${name}: weights hash ${model.weightsHash.slice(0, 12)} is not the recorded ${weightsHash.slice(0, 12)}: it was changed or damaged; restore it from a copy or start a new run`,
      { code: "checkpoint_changed" },
    );
  }
  await run.engine.sampler.syncWeights(model.weightsVersion, { signal: run.signal });
}
