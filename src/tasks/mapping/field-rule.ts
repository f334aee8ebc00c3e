import { ConfigError } from "../../core/index.js";
import { isRecord } from "../sources/index.js";
import { type DecodeStep, isDecodeStep } from "./decode.js";
import { didYouMean } from "./nearest-name.js";

/**
 * How one of our fields is made from a row. One origin (`path`, `template` or `value`), then, in this order, `decode`,
 * `json`, `pick`, `index`, `get`, `join`, `pattern`, `prefix`.
 */
export interface FieldRule {
  /** Dotted path into the row: `question.choices.*.text`, `test_list.0`. */
  readonly path?: string;
  /** Text with `{dotted.path}` placeholders; `{{` and `}}` are braces. */
  readonly template?: string;
  /** The same constant for every row. */
  readonly value?: string | number | boolean | readonly unknown[];
  /** Unpacks a text, first step first; `pickled-text` reads a Python pickle that holds one text and nothing else. */
  readonly decode?: readonly DecodeStep[];
  /** The text so far is JSON: parse it, and go on from this path in it (true = from its root). */
  readonly json?: boolean | string;
  /** Of a list of objects, those whose keys have these values: `{from: human}`. */
  readonly pick?: Readonly<Record<string, unknown>>;
  /** Takes one element of a list; negative from the end. */
  readonly index?: number;
  /** Goes on from this path in what was found so far. */
  readonly get?: string;
  /** Joins a list into one text with this between the elements. */
  readonly join?: string;
  /** Takes what this regular expression captures: its first group that took part, else the whole match. */
  readonly pattern?: RegExp;
  /** Put before the text. */
  readonly prefix?: string;
  /** A row without the path, or JSON without its inner path, has no such field, instead of being an error. */
  readonly optional?: boolean;
}

const checks: Readonly<Record<string, (value: unknown) => boolean>> = {
  path: (value) => typeof value === "string" && value !== "",
  template: (value) => typeof value === "string",
  value: (value) => ["string", "number", "boolean"].includes(typeof value) || Array.isArray(value),
  decode: (value) => Array.isArray(value) && value.length > 0 && value.every(isDecodeStep),
  pick: isRecord,
  get: (value) => typeof value === "string" && value !== "",
  json: (value) => typeof value === "boolean" || typeof value === "string",
  index: (value) => Number.isInteger(value),
  join: (value) => typeof value === "string",
  prefix: (value) => typeof value === "string",
  pattern: (value) => typeof value === "string",
  flags: (value) => typeof value === "string",
  optional: (value) => typeof value === "boolean",
};

/** Reads a rule as the config gives it (a path, or a mapping). `place` names it in messages. Throws ConfigError. */
export function parseFieldRule(given: unknown, place: string): FieldRule {
  if (typeof given === "string" && given !== "") return { path: given };
  if (!isRecord(given))
    throw new ConfigError(`${place}: write a dotted path or a mapping such as {path: …, pattern: …}`);
  const names = Object.keys(checks);
  for (const [key, value] of Object.entries(given)) {
    const check = checks[key];
    if (!check)
      throw new ConfigError(`${place}: unknown key "${key}"; use ${names.join(", ")}${didYouMean(key, names)}`);
    if (!check(value)) throw new ConfigError(`${place}.${key}: wrong kind of value (${JSON.stringify(value)})`);
  }
  const origins = ["path", "template", "value"].filter((key) => key in given);
  if (origins.length !== 1) throw new ConfigError(`${place}: give exactly one of path, template, value`);
  if ("flags" in given && !("pattern" in given)) throw new ConfigError(`${place}.flags: has no pattern to apply to`);
  const { pattern, flags, ...rest } = given;
  return { ...rest, ...(pattern !== undefined && { pattern: compiled(String(pattern), String(flags ?? ""), place) }) };
}

function compiled(pattern: string, flags: string, place: string): RegExp {
  try {
    return new RegExp(pattern, flags.replace(/[gy]/g, ""));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`${place}.pattern: ${reason}; in YAML, single quotes keep backslashes`, { cause });
  }
}
