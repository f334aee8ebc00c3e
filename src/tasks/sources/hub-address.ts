import { ConfigError, DataError } from "../../core/index.js";
import { isReadable } from "./file-source.js";

/** A data set on the hub: `hub:org/name`, `hub:org/name@revision`, `hub:org/name@revision#path/or*pattern`. */
export interface HubAddress {
  readonly repo: string;
  readonly revision: string;
  /** Configuration: the folder (or file-name prefix) that its files are in. */
  readonly config?: string;
  /** A file's path in the repository; `*` stands for any text. */
  readonly file?: string;
}

interface Given {
  readonly revision?: string;
  readonly config?: string;
  readonly file?: string;
}

const prefix = "hub:";
const shape = /^([\w.-]+\/[\w.-]+|[\w.-]+)(?:@([^#\s]+))?(?:#(\S+))?$/;

/** Whether a `data.source` names the hub. */
export function isHubAddress(source: string): boolean {
  return source.startsWith(prefix);
}

/** Throws ConfigError when it is not of the form above. `given` are the config's own keys; they win. */
export function parseHubAddress(source: string, given: Given = {}): HubAddress {
  const match = shape.exec(source.slice(prefix.length));
  if (!match?.[1]) {
    throw new ConfigError(`data.source "${source}": write hub:org/name, hub:org/name@revision or hub:org/name#file`);
  }
  const file = given.file ?? match[3];
  return {
    repo: match[1],
    revision: given.revision ?? match[2] ?? "main",
    ...(given.config !== undefined && { config: given.config }),
    ...(file !== undefined && { file }),
  };
}

/**
 * Which files of a repository are read: those that `file` matches; else those of `config`, and of the training split
 * where names tell splits apart (test files are never read unasked). Throws DataError listing what is there.
 */
export function chooseFiles(address: HubAddress, paths: readonly string[]): readonly string[] {
  const readable = paths.filter(isReadable).sort();
  const name = `hub:${address.repo}@${address.revision}`;
  const there = `it has ${listed(readable)}`;
  if (address.file !== undefined) {
    const pattern = new RegExp(`^${address.file.split("*").map(escaped).join(".*")}$`);
    return atLeastOne(
      readable.filter((path) => pattern.test(path)),
      `${name}: no file matches "${address.file}"; ${there}`,
    );
  }
  const ofConfig = address.config === undefined ? readable : readable.filter((path) => belongs(path, address.config));
  atLeastOne(
    ofConfig,
    `${name}: no .jsonl, .csv or .parquet file${address.config === undefined ? "" : ` of config "${address.config}"`}; ${there}`,
  );
  const training = ofConfig.filter((path) => /(^|[/._-])train([/._-]|$)/i.test(path));
  const chosen = training.length > 0 ? training : ofConfig;
  const folders = new Set(chosen.map((path) => path.split("/").slice(0, -1).join("/")));
  if (folders.size > 1) {
    throw new DataError(
      `${name}: several configurations (${[...folders].join(", ")}); choose one with data.config or data.file`,
      {
        code: "hub_ambiguous",
      },
    );
  }
  return chosen;
}

function belongs(path: string, config = ""): boolean {
  return (
    path.startsWith(`${config}/`) ||
    path.includes(`/${config}/`) ||
    (path.split("/").at(-1) ?? "").startsWith(`${config}-`)
  );
}

function atLeastOne(paths: readonly string[], message: string): readonly string[] {
  if (paths.length === 0) throw new DataError(message, { code: "data_missing" });
  return paths;
}

function listed(paths: readonly string[]): string {
  if (paths.length === 0) return "no such files";
  return paths.slice(0, 8).join(", ") + (paths.length > 8 ? ` and ${paths.length - 8} more` : "");
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
