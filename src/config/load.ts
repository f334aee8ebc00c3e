import { readFile, stat } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { ConfigError } from "../core/index.js";
import { ConfigDocument, type Origin } from "./document.js";
import { type ConfigIssue, type ConfigPath, configError, showPath } from "./issue.js";
import { applyOverride } from "./override.js";
import { isOwnReward } from "./own-reward.js";
import { placeIssues, withAbsolutePaths } from "./places.js";
import { redactConfig } from "./render.js";
import { defaultReward, ruleIssues } from "./rules.js";
import { configSchema, type OmniConfig } from "./schema.js";
import { shapeIssues } from "./shape-issues.js";
import { expandDocument } from "./variables.js";

/** Largest config file that is read. */
const maxBytes = 1024 * 1024;

/** Where each value of a resolved config came from, by its path as `tasks[0].data.source`. */
export type Provenance = Readonly<Record<string, Origin | { readonly from: "default" }>>;

/** A config with what is known about it. */
export interface LoadedConfig {
  /** Paths are absolute, secrets are references. */
  readonly config: OmniConfig;
  /** Absolute path of the file. */
  readonly path: string;
  /** Folder that relative paths of the file start from. */
  readonly baseDir: string;
  /** The file as it stands. */
  readonly text: string;
  readonly provenance: Provenance;
  /** What is allowed but unwise, each with its place. */
  readonly warnings: readonly string[];
}

/** Settings of {@link loadConfig} and {@link resolveConfig}. */
export interface ConfigOptions {
  /** Ids of tasks that a program adds to those of the config, so that a schedule may name them. */
  readonly customTasks?: readonly string[];
}

/**
 * Reads a config file, applies `--set` overrides, expands `${VAR}`, fills the defaults in and checks everything that
 * can be checked without an engine.
 * @throws ConfigError `file:line:column: problem; remedy`; with several problems, all lines are in `details.issues`
 */
export async function loadConfig(
  path: string,
  options: ConfigOptions & { readonly set?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<LoadedConfig> {
  return loadText(resolve(path), await readText(path), options);
}

/**
 * A config of `--set` overrides alone, for commands that need a section of it and no run: `judge.baseUrl=…`.
 * @throws ConfigError as {@link loadConfig} does, naming the flag
 */
export function configOfFlags(set: readonly string[], env?: NodeJS.ProcessEnv): LoadedConfig {
  const name = resolve("--set");
  return loadText(name, "version: 1\nmodel: { base: none }\n", { set, ...(env && { env }) });
}

function loadText(
  absolute: string,
  text: string,
  options: ConfigOptions & { readonly set?: readonly string[]; readonly env?: NodeJS.ProcessEnv },
): LoadedConfig {
  const env = options.env ?? process.env;
  const baseDir = dirname(absolute);
  const document = ConfigDocument.parse(shownPath(absolute), text);
  for (const assignment of options.set ?? []) applyOverride(document, assignment);
  const fail = (issues: readonly ConfigIssue[]) => {
    if (issues.length === 0) return;
    const ordered = [...issues].sort((a, b) => document.compare(a, b));
    throw configError(ordered.map((issue) => document.placed(issue)));
  };
  document.toData();
  fail(expandDocument(document, env));
  const given = check(document.toData(), options, fail);
  const config = withAbsolutePaths(given, baseDir);
  fail(placeIssues(given, config, baseDir, env));
  const warnings = literalSecrets(config).map((issue) => document.placed(issue));
  return {
    config,
    path: absolute,
    baseDir,
    text,
    provenance: provenanceOf(config, given, document),
    warnings: warnings.map(({ place, message }) => `${place}: ${message}`),
  };
}

/**
 * Fills the defaults of a config given as an object in and checks it; paths stay as they are.
 * @throws ConfigError `config: path: problem; remedy`
 */
export function resolveConfig(object: unknown, options: ConfigOptions = {}): OmniConfig {
  return check(object, options, (issues) => {
    if (issues.length > 0) throw configError(issues.map((issue) => ({ ...issue, place: placeInObject(issue) })));
  });
}

function placeInObject({ path, message }: ConfigIssue): string {
  const shown = showPath(path);
  return shown === "" || message.startsWith(`${shown}:`) ? "config" : `config: ${shown}`;
}

function check(data: unknown, options: ConfigOptions, fail: (issues: readonly ConfigIssue[]) => void): OmniConfig {
  const parsed = configSchema.safeParse(data);
  if (!parsed.success) {
    fail(shapeIssues(parsed.error, data));
    throw new ConfigError(`config: ${parsed.error.message}`);
  }
  const config = {
    ...parsed.data,
    tasks: parsed.data.tasks.map((task) => ({ ...task, reward: { ...defaultReward(task.family), ...task.reward } })),
  };
  fail(ruleIssues(config, options.customTasks ?? []));
  return config;
}

async function readText(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new ConfigError(`${path}: no such config file; write one with: omni init`, { code: "no_config" });
  }
  if (!found.isFile()) throw new ConfigError(`${path}: not a file; name a YAML config file`, { code: "no_config" });
  if (found.size > maxBytes) {
    throw new ConfigError(`${path}: ${found.size} bytes; a config has at most ${maxBytes}: is this a data file?`, {
      code: "config_too_large",
    });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    throw new ConfigError(`${path}: cannot be read as UTF-8 text; check its permissions and encoding`, {
      code: "no_config",
      cause,
    });
  }
}

/** A path relative to the working directory where it lies below it. */
export function shownPath(absolute: string): string {
  const near = relative(process.cwd(), absolute);
  return near.startsWith("..") ? absolute : near;
}

function literalSecrets({ judge, engines }: OmniConfig): ConfigIssue[] {
  const warn = (path: ConfigIssue["path"]): ConfigIssue => {
    const message = "a secret stands in the config itself; better name a variable ($" + "{NAME}) or file:path";
    return { path, at: "value", code: "literal_secret", message };
  };
  const literal = (key: "headers" | "query") =>
    Object.entries(judge?.[key] ?? {}).flatMap(([name, value]) =>
      typeof value !== "string" && value.literal ? [warn(["judge", key, name])] : [],
    );
  return [
    ...(judge?.apiKey?.literal === true ? [warn(["judge", "apiKey"])] : []),
    ...literal("headers"),
    ...literal("query"),
    ...engines.flatMap((engine, index) => (engine.token?.literal === true ? [warn(["engines", index, "token"])] : [])),
  ];
}

/** `given`: the config with paths as written, whose own rewards bear the keys that the file has. */
function provenanceOf(config: OmniConfig, given: OmniConfig, document: ConfigDocument): Provenance {
  const origins: Record<string, Origin | { readonly from: "default" }> = {};
  const visit = (value: unknown, path: ConfigPath, written: ConfigPath, asGiven: unknown): void => {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries())
        visit(item, [...path, index], [...written, index], at(asGiven, index));
    } else if (typeof value === "object" && value !== null) {
      const keys = Object.keys(typeof asGiven === "object" && asGiven !== null ? asGiven : value);
      for (const [index, [key, item]] of Object.entries(value).entries()) {
        const own = path.at(-1) === "reward" && isOwnReward(key) ? (keys[index] ?? key) : key;
        visit(item, [...path, key], [...written, own], at(asGiven, own));
      }
    } else if (value !== undefined) {
      origins[showPath(path)] = document.has(written) ? document.originOf(written, "value") : { from: "default" };
    }
  };
  visit(redactConfig(config), [], [], redactConfig(given));
  return origins;
}

function at(value: unknown, key: string | number): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
