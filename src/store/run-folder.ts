import { existsSync, mkdirSync, readdirSync, statfsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { StoreError } from "../core/index.js";

/** Where the parts of a run lie. */
export interface RunFolder {
  readonly runId: string;
  readonly dir: string;
  readonly config: string;
  readonly database: string;
  readonly journal: string;
  readonly metrics: string;
  readonly log: string;
  readonly checkpoints: string;
  readonly report: string;
}

/** Paths of the run in `dir`; nothing is touched. */
export function runFolder(dir: string): RunFolder {
  const root = resolve(dir);
  return {
    runId: root.split("/").at(-1) ?? "",
    dir: root,
    config: join(root, "config.yaml"),
    database: join(root, "run.db"),
    journal: join(root, "journal"),
    metrics: join(root, "metrics.jsonl"),
    log: join(root, "log.jsonl"),
    checkpoints: join(root, "checkpoints"),
    report: join(root, "report.md"),
  };
}

/**
 * Makes the folder of a new run, or takes one over that a process left half made when it was killed.
 * @throws StoreError `run_exists` when the id is taken, `bad_run_id`, `network_filesystem`
 */
export function createRunFolder(runsFolder: string, runId: string): RunFolder {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(runId)) {
    throw new StoreError(`run id "${runId}": use letters, digits, ".", "_", "-" (at most 100)`, { code: "bad_run_id" });
  }
  const dir = resolve(runsFolder, runId);
  const folder = runFolder(dir);
  if (existsSync(dir) && !isHalfMade(folder)) {
    throw new StoreError(`${dir}: this run exists; choose another --run-id, or continue it with: omni resume ${dir}`, {
      code: "run_exists",
    });
  }
  mkdirSync(resolve(runsFolder), { recursive: true });
  refuseNetworkFileSystem(resolve(runsFolder));
  mkdirSync(folder.journal, { recursive: true });
  mkdirSync(folder.checkpoints, { recursive: true, mode: 0o700 });
  return folder;
}

/** Whether this is what a kill leaves before there is a database: the folders, empty, and the config at most. */
export function isHalfMade(folder: RunFolder): boolean {
  const names = readdirSync(folder.dir);
  const ours = [folder.journal, folder.checkpoints, folder.config].map((path) => basename(path));
  if (!names.every((name) => ours.includes(name))) return false;
  const empty = (path: string) => existsSync(path) && readdirSync(path).length === 0;
  // The config comes last, so one without both folders is somebody else's.
  if (existsSync(folder.config)) return empty(folder.journal) && empty(folder.checkpoints);
  return [folder.journal, folder.checkpoints].every((path) => !existsSync(path) || empty(path));
}

/** Magic numbers of file systems where SQLite's WAL is not safe (statfs(2)). */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x517b, "SMB"],
  [0x01021997, "9p"],
  [0x0bd00bd0, "Lustre"],
  [0x00c36400, "Ceph"],
]);

/** @throws StoreError `network_filesystem` naming the folder and the remedy */
export function refuseNetworkFileSystem(folder: string, type: number = statfsSync(folder).type): void {
  const name = networkFileSystems.get(type >>> 0);
  if (name === undefined) return;
  throw new StoreError(`${folder}: on ${name}, where a run's database is not safe; set run.folder to a local disk`, {
    code: "network_filesystem",
  });
}
