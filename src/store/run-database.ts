import { readFileSync } from "node:fs";
import Database from "libsql";
import { StoreError } from "../core/index.js";

/** Each entry brings the schema from its index to the next; never edited, only added to. */
const migrations: readonly string[] = [
  `CREATE TABLE lease (only INTEGER PRIMARY KEY CHECK (only = 1), pid INTEGER NOT NULL, started TEXT NOT NULL, host TEXT NOT NULL);
   CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
   CREATE TABLE steps (step_id TEXT PRIMARY KEY, position INTEGER NOT NULL, weights_version INTEGER NOT NULL, record TEXT NOT NULL);
   CREATE TABLE evaluations (point TEXT PRIMARY KEY, weights_version INTEGER NOT NULL, record TEXT NOT NULL);
   CREATE TABLE checkpoints (name TEXT PRIMARY KEY, position INTEGER NOT NULL, weights_version INTEGER NOT NULL, weights_hash TEXT NOT NULL);
   CREATE TABLE groups (step_id TEXT NOT NULL, item_id TEXT NOT NULL, task_id TEXT NOT NULL, mean REAL NOT NULL, std REAL NOT NULL, signal TEXT NOT NULL, scored INTEGER NOT NULL, PRIMARY KEY (step_id, task_id, item_id));`,
];

/** Opens the database, migrated to the newest schema. @throws StoreError `newer_schema` */
export function openRunDatabase(path: string): Database.Database {
  const database = new Database(path);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = NORMAL");
  database.pragma("busy_timeout = 5000");
  const version = (database.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
  if (version > migrations.length) {
    database.close();
    throw new StoreError(`${path}: written by a newer version (schema ${version}); update omni-thinker`, {
      code: "newer_schema",
    });
  }
  migrations.slice(version).forEach((sql, at) => {
    database.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${version + at + 1}; COMMIT;`);
  });
  return database;
}

/**
 * Takes the single-writer lease: refused while a living process holds it, taken over from a dead one.
 * @throws StoreError `run_locked` naming the holder
 */
export function takeLease(database: Database.Database, path: string, host: string): void {
  const me = { pid: process.pid, started: processStart(process.pid) };
  const take = database.transaction(() => {
    const held = database.prepare("SELECT pid, started, host FROM lease").get() as Lease | undefined;
    if (held !== undefined && isAlive(held, host)) {
      const remedy = "wait for it, or end it";
      throw new StoreError(`${path}: this run is being written by process ${held.pid} on ${held.host}; ${remedy}`, {
        code: "run_locked",
      });
    }
    database.prepare("INSERT OR REPLACE INTO lease VALUES (1, ?, ?, ?)").run(me.pid, me.started, host);
  });
  take.immediate();
}

/** Whether a living process holds the lease. */
export function isLeased(database: Database.Database, host: string): boolean {
  const held = database.prepare("SELECT pid, started, host FROM lease").get() as Lease | undefined;
  return held !== undefined && isAlive(held, host);
}

/** Gives the lease back. */
export function dropLease(database: Database.Database): void {
  database.prepare("DELETE FROM lease WHERE pid = ?").run(process.pid);
}

interface Lease {
  readonly pid: number;
  readonly started: string;
  readonly host: string;
}

/** A process of another host counts as living: nothing here can tell. */
function isAlive(lease: Lease, host: string): boolean {
  if (lease.host !== host) return true;
  try {
    process.kill(lease.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return processStart(lease.pid) === lease.started;
}

/** Start time in clock ticks since boot where /proc tells it: guards against a pid used again. */
function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
