import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { StoreError } from "../core/index.js";
import { type JournalPage, openJournalPage } from "./journal.js";
import { dropLease, isLeased, openRunDatabase, takeLease } from "./run-database.js";
import type { RunFolder } from "./run-folder.js";

/** One committed optimizer step: metadata only, payloads are in the journal. */
export interface StepRecord {
  readonly stepId: string;
  /** 0, 1, 2 … over all steps of the run, warm-up included. */
  readonly position: number;
  readonly weightsVersion: number;
  /** Metrics of the step, JSON values. */
  readonly metrics: Readonly<Record<string, unknown>>;
}

/** One finished evaluation at a point of the run. */
export interface EvaluationRecord {
  /** e.g. `base`, `warm-up`, `step-000008`, `final`. */
  readonly point: string;
  readonly weightsVersion: number;
  readonly result: Readonly<Record<string, unknown>>;
}

/** A checkpoint that the engine holds for this run. */
export interface CheckpointRecord {
  readonly name: string;
  /** Steps committed when it was saved: replay starts at this position. */
  readonly position: number;
  readonly weightsVersion: number;
  readonly weightsHash: string;
}

/** One group of a step, for queries. */
export interface GroupRecord {
  readonly itemId: string;
  readonly taskId: string;
  readonly mean: number;
  readonly std: number;
  readonly signal: string;
  readonly scored: number;
}

/** State of one run: what was decided and done, so that it can go on. */
export interface RunStore {
  readonly folder: RunFolder;
  fact(name: string): string | undefined;
  setFact(name: string, value: string): void;
  /** Opens the journal page of a step or evaluation; the caller closes it. */
  journal(name: string): JournalPage;
  steps(): readonly StepRecord[];
  /** The last `count` steps before a position, oldest first. */
  stepsBefore(position: number, count: number): readonly StepRecord[];
  step(stepId: string): StepRecord | undefined;
  /** Records a step with its groups in one transaction; the same step again replaces it. */
  commitStep(step: StepRecord, groups: readonly GroupRecord[]): void;
  evaluation(point: string): EvaluationRecord | undefined;
  evaluations(): readonly EvaluationRecord[];
  commitEvaluation(evaluation: EvaluationRecord): void;
  checkpoints(): readonly CheckpointRecord[];
  addCheckpoint(checkpoint: CheckpointRecord): void;
  removeCheckpoint(name: string): void;
  /** Whether a process that lives, as far as this host can tell, writes to the run now. */
  isBeingWritten(): boolean;
  /** Gives the lease back and closes. Idempotent. */
  close(): void;
}

/**
 * Opens a run's state; with `write` it takes the single-writer lease.
 * @throws StoreError `run_locked`, `newer_schema`, `no_run`
 */
export function openRunStore(
  folder: RunFolder,
  options: { readonly write: boolean; readonly create?: boolean },
): RunStore {
  if (options.create !== true && !existsSync(folder.database)) {
    throw new StoreError(`${folder.dir}: no run here (run.db is missing); list runs with: omni runs`, {
      code: "no_run",
    });
  }
  const database = openRunDatabase(folder.database);
  if (options.write) {
    try {
      takeLease(database, folder.dir, hostname());
    } catch (error) {
      database.close();
      throw error;
    }
  }
  return storeOver(database, folder, options.write);
}

type RunDatabase = ReturnType<typeof openRunDatabase>;

function storeOver(database: RunDatabase, folder: RunFolder, holdsLease: boolean): RunStore {
  let open = true;
  const all = (sql: string, ...values: (string | number)[]) =>
    database.prepare(sql).all(...values) as Record<string, unknown>[];
  return {
    folder,
    ...factsOf(database),
    journal: (name) => openJournalPage(folder.journal, name),
    steps: () => all("SELECT * FROM steps ORDER BY position").map(toStep),
    stepsBefore: (position, count) =>
      all("SELECT * FROM steps WHERE position < ? ORDER BY position DESC LIMIT ?", position, count)
        .map(toStep)
        .reverse(),
    commitStep: (step, groups) => commitStep(database, step, groups),
    step: (stepId) => all("SELECT * FROM steps WHERE step_id = ?", stepId).map(toStep)[0],
    evaluation: (point) => all("SELECT * FROM evaluations WHERE point = ?", point).map(toEvaluation)[0],
    evaluations: () => all("SELECT * FROM evaluations ORDER BY weights_version, rowid").map(toEvaluation),
    commitEvaluation: ({ point, weightsVersion, result }) => {
      const sql = "INSERT OR REPLACE INTO evaluations VALUES (?, ?, ?)";
      database.prepare(sql).run(point, weightsVersion, JSON.stringify(result));
    },
    checkpoints: () => all("SELECT * FROM checkpoints ORDER BY position, rowid").map(toCheckpoint),
    addCheckpoint: ({ name, position, weightsVersion, weightsHash }) => {
      const sql = "INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?)";
      database.prepare(sql).run(name, position, weightsVersion, weightsHash);
    },
    removeCheckpoint: (name) => {
      database.prepare("DELETE FROM checkpoints WHERE name = ?").run(name);
    },
    isBeingWritten: () => isLeased(database, hostname()),
    close: () => {
      if (!open) return;
      open = false;
      if (holdsLease) {
        dropLease(database);
        // The binding lets go of its files when statements are collected, so all that is known goes into run.db now.
        database.pragma("wal_checkpoint(TRUNCATE)");
      }
      database.close();
    },
  };
}

function factsOf(database: RunDatabase): Pick<RunStore, "fact" | "setFact"> {
  return {
    fact: (name) => {
      const row = database.prepare("SELECT value FROM facts WHERE name = ?").get(name);
      return (row as { value: string } | undefined)?.value;
    },
    setFact: (name, value) => {
      database.prepare("INSERT OR REPLACE INTO facts VALUES (?, ?)").run(name, value);
    },
  };
}

function commitStep(database: RunDatabase, step: StepRecord, groups: readonly GroupRecord[]): void {
  const write = database.transaction(() => {
    const record = JSON.stringify(step.metrics);
    const insert = "INSERT OR REPLACE INTO steps VALUES (?, ?, ?, ?)";
    database.prepare(insert).run(step.stepId, step.position, step.weightsVersion, record);
    const insertGroup = database.prepare("INSERT OR REPLACE INTO groups VALUES (?, ?, ?, ?, ?, ?, ?)");
    for (const { itemId, taskId, mean, std, signal, scored } of groups) {
      insertGroup.run(step.stepId, itemId, taskId, mean, std, signal, scored);
    }
  });
  write.immediate();
}

function toStep(row: Record<string, unknown>): StepRecord {
  return {
    stepId: String(row.step_id),
    position: Number(row.position),
    weightsVersion: Number(row.weights_version),
    metrics: JSON.parse(String(row.record)) as Record<string, unknown>,
  };
}

function toEvaluation(row: Record<string, unknown>): EvaluationRecord {
  return {
    point: String(row.point),
    weightsVersion: Number(row.weights_version),
    result: JSON.parse(String(row.record)) as Record<string, unknown>,
  };
}

function toCheckpoint(row: Record<string, unknown>): CheckpointRecord {
  return {
    name: String(row.name),
    position: Number(row.position),
    weightsVersion: Number(row.weights_version),
    weightsHash: String(row.weights_hash),
  };
}
