import { hint, type TaskConfig } from "../config/index.js";
import { ConfigError, DataError, type Item, restated } from "../core/index.js";
import { familyNamed } from "./families.js";
import type { Family } from "./family.js";
import { type HeldOut, type Loaded, type LoadPlan, readSources, splitSources } from "./load-splits.js";
import { type FieldRule, parseFieldRule } from "./mapping/field-rule.js";
import { placeholdersOf } from "./placeholders.js";
import { checkPlaceholders } from "./prompt.js";
import { retryable } from "./retryable.js";
import type { TokenLengths } from "./select-items.js";
import { type HubConnection, openSource } from "./sources/index.js";

/** Where a task's data is looked for. */
export interface DataPlaces {
  /** The run's seed: splits, samples and option orders hang on it. */
  readonly seed: number;
  /** Folder that relative paths start from: that of the config file. */
  readonly baseDir: string;
  /** Folder for downloads. */
  readonly cacheDir: string;
  /** Default: the public hub, or what HF_ENDPOINT and HF_TOKEN say. */
  readonly hub?: HubConnection;
}

/** A config's task as far as it needs neither engine nor reward, so that wrong input is told before either is started. */
export interface TaskData {
  readonly config: TaskConfig;
  /** Reads and maps every row, once. Throws DataError naming file:line. */
  read(signal?: AbortSignal): Promise<void>;
  /** Reads if need be, leaves out what is too long, splits. Throws like `read`, and when nothing is left. */
  load(tokenLengths?: TokenLengths, signal?: AbortSignal): Promise<Loaded>;
}

/** The data of a task as the config describes it. Throws ConfigError for a bad rule, placeholder or hub id. */
export function openTaskData(config: TaskConfig, places: DataPlaces): TaskData {
  const plan = loadPlan(config, places);
  const once = retryable((signal) => ofTask(config.id, readSources(plan, signal)));
  return {
    config,
    read: async (signal) => void (await once(signal)),
    load: async (tokenLengths, signal) =>
      ofTask(config.id, splitSources(plan, await once(signal), tokenLengths, signal)),
  };
}

/** Says in the details of a failure whose data it is about. */
async function ofTask<T>(task: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof DataError ? restated(error, { details: { task } }) : error;
  }
}

function loadPlan(config: TaskConfig, places: DataPlaces): LoadPlan {
  const { data, prompt, id } = config;
  const place = `task "${id}"`;
  const family = familyNamed(config.family);
  checkFieldNames(family, config, `${place}: data.fields`);
  const rules = fieldRules(family, data.fields, `${place}: data.fields`);
  checkPrompt(config, family, rules, place);
  const heldOut = (part: HeldOut | string): HeldOut =>
    typeof part === "string" ? openSource({ source: part }, places) : part;
  const shares = [data.split.validation, data.split.test].filter((part) => typeof part === "number");
  if (shares.reduce((sum, share) => sum + share, 0) >= 1) {
    throw new ConfigError(`${place}: data.split holds out everything; validation and test must be below 1 together`);
  }
  return {
    read: {
      taskId: id,
      family,
      rules,
      where: data.where,
      prompt,
      context: { seed: places.seed, ...(data.style !== undefined && { style: data.style }) },
    },
    selection: {
      seed: places.seed,
      maxPromptTokens: data.maxPromptTokens,
      ...(data.limit !== undefined && { limit: data.limit }),
      ...(data.stratify === true && { stratum: (item: Item) => item.category ?? "" }),
    },
    source: openSource(data, places),
    validation: heldOut(data.split.validation),
    test: heldOut(data.split.test),
  };
}

/**
 * The config's rules; a field that it does not map is read under its own name. Of several fields that say the same (a
 * required group) only the mapped ones are read, else the first, which then must be there.
 */
function fieldRules(
  family: Family,
  given: TaskConfig["data"]["fields"],
  place: string,
): Readonly<Record<string, FieldRule>> {
  const rules: Record<string, FieldRule> = {};
  for (const [name, rule] of Object.entries(given)) rules[name] = parseFieldRule(rule, `${place}.${name}`);
  const groups = [["question"], ...family.required];
  for (const group of groups) {
    const [first] = group;
    if (first !== undefined && !group.some((name) => name in rules)) rules[first] = { path: first };
  }
  const free = family.goldFields.filter((name) => !groups.some((group) => group.includes(name)));
  for (const name of ["id", "category", "demonstration", ...free]) rules[name] ??= { path: name, optional: true };
  return rules;
}

/** Fields of an item that every family has. */
const commonFields = ["question", "id", "category", "demonstration", "opening"];

/** A field that neither the family reads nor a prompt shows is a misspelt one: told here, not as the one it stands for. */
function checkFieldNames(family: Family, { data, prompt }: TaskConfig, place: string): void {
  const known = [...commonFields, ...family.goldFields];
  const shown = placeholdersOf(`${prompt.system ?? ""} ${prompt.template ?? ""}`);
  const unknown = Object.keys(data.fields).find((name) => !known.includes(name) && !shown.includes(name));
  if (unknown === undefined) return;
  throw new ConfigError(
    `${place}.${unknown}: family ${family.name} has no such field and no prompt shows {${unknown}}${hint(unknown, known)}`,
    { code: "unknown_field" },
  );
}

function checkPrompt(
  config: TaskConfig,
  family: Family,
  rules: Readonly<Record<string, FieldRule>>,
  place: string,
): void {
  const { prompt, data } = config;
  checkPlaceholders(prompt, [...new Set([...Object.keys(rules), ...family.variables])], `${place}: prompt`);
  if (data.style === undefined) return;
  if (family.name !== "qa") throw new ConfigError(`${place}: data.style is for qa only; remove it`);
  if (prompt.template !== undefined && data.style !== "open" && !placeholdersOf(prompt.template).includes("options")) {
    throw new ConfigError(
      `${place}: prompt.template lacks {options}, which style "${data.style}" shows; add it or use style: open`,
    );
  }
}
