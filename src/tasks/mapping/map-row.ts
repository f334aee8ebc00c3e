import { DataError } from "../../core/index.js";
import { fillTemplate } from "../placeholders.js";
import { isRecord, type SourceRow } from "../sources/index.js";
import { type DecodeStep, decoded } from "./decode.js";
import { type Looked, lookUp } from "./dotted-path.js";
import type { FieldRule } from "./field-rule.js";

/** A row's fields under our names; one that is not there is absent, one that is null is null. */
export interface MappedRow {
  readonly origin: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Applies the rules to a row. Throws DataError naming file:line, our field, its path, the keys there and a remedy. */
export function mapRow({ row, origin }: SourceRow, rules: Readonly<Record<string, FieldRule>>): MappedRow {
  const fields: Record<string, unknown> = {};
  for (const [name, rule] of Object.entries(rules)) {
    const value = applyRule(row, rule, (reason) => mappingError(origin, name, rule, reason));
    if (value !== undefined) fields[name] = value;
  }
  return { origin, fields };
}

type Fail = (reason: string) => DataError;

function applyRule(row: SourceRow["row"], rule: FieldRule, fail: Fail): unknown {
  const start = originValue(row, rule, fail);
  if (!start.found) {
    if (rule.optional) return undefined;
    throw fail(start.reason);
  }
  let { value } = start;
  if (value === null || value === undefined) return null;
  if (rule.decode) value = unpacked(value, rule.decode, fail);
  if (rule.json) {
    const looked = inJson(value, rule.json, fail);
    if (!looked.found && rule.optional) return undefined;
    if (!looked.found) throw fail(`inside its JSON, ${looked.reason}`);
    value = looked.value;
  }
  if (rule.pick) value = picked(value, rule.pick, fail);
  if (rule.index !== undefined) value = element(value, rule.index, fail);
  if (rule.get !== undefined && value !== null) {
    const looked = lookUp(value, rule.get);
    if (!looked.found) throw fail(`in what was found, ${looked.reason}`);
    value = looked.value;
  }
  if (rule.join !== undefined) value = joinedText(value, rule.join, fail);
  if (rule.pattern && value !== null) value = captured(value, rule.pattern, fail);
  return rule.prefix !== undefined && value !== null ? `${rule.prefix}${String(value)}` : value;
}

function originValue(row: SourceRow["row"], rule: FieldRule, fail: Fail): Looked {
  if (rule.path !== undefined) return lookUp(row, rule.path);
  if (rule.template === undefined) return { found: true, value: rule.value };
  let missing: Looked | undefined;
  const value = fillTemplate(rule.template, (path) => {
    const looked = lookUp(row, path);
    if (!looked.found) missing ??= looked;
    const part = looked.found ? (looked.value ?? "") : "";
    if (isRecord(part)) throw fail(`{${path}} is an object with ${Object.keys(part).join(", ")}: name one of them`);
    return Array.isArray(part) ? part.join("\n") : String(part);
  });
  return missing ?? { found: true, value: value.trim() };
}

function unpacked(value: unknown, steps: readonly DecodeStep[], fail: Fail): unknown {
  if (typeof value !== "string") throw fail("is no text; drop decode from the rule");
  try {
    return decoded(value, steps);
  } catch (cause) {
    throw fail(`cannot be decoded (${cause instanceof Error ? cause.message : String(cause)}); mend decode`);
  }
}

function inJson(value: unknown, inner: boolean | string, fail: Fail): Looked {
  let parsed: unknown = value;
  if (typeof value === "string") {
    try {
      parsed = JSON.parse(value);
    } catch {
      throw fail("is not JSON; drop json from the rule");
    }
  }
  return typeof inner === "string" ? lookUp(parsed, inner) : { found: true, value: parsed };
}

function picked(value: unknown, wanted: Readonly<Record<string, unknown>>, fail: Fail): readonly unknown[] {
  if (!Array.isArray(value)) throw fail("is no list; drop pick from the rule");
  const conditions = Object.entries(wanted);
  return value.filter((one) => isRecord(one) && conditions.every(([key, text]) => String(one[key]) === String(text)));
}

function element(value: unknown, index: number, fail: Fail): unknown {
  if (!Array.isArray(value)) throw fail("is no list; drop index from the rule");
  if (value.length === 0) return null;
  if (index >= value.length || index < -value.length)
    throw fail(`is a list of ${value.length}, which has no element ${index}`);
  return value.at(index);
}

function joinedText(value: unknown, between: string, fail: Fail): string {
  if (!Array.isArray(value)) throw fail("is no list; drop join from the rule");
  return value.map(String).join(between);
}

function captured(value: unknown, pattern: RegExp, fail: Fail): string {
  if (typeof value === "object") throw fail("is not text, so pattern cannot apply; add join or a longer path");
  const match = pattern.exec(String(value));
  if (!match) throw fail(`pattern ${pattern} does not match ${quoted(String(value))}`);
  return match.slice(1).find((group) => group !== undefined) ?? match[0];
}

function mappingError(origin: string, name: string, rule: FieldRule, reason: string): DataError {
  const from = rule.path ?? rule.template;
  return new DataError(
    `${origin}: field "${name}"${from === undefined ? "" : ` (${rule.path === undefined ? "template" : "path"} "${from}")`}: ${reason}; mend data.fields.${name}`,
    { code: "bad_mapping", details: { origin, field: name, ...(from !== undefined && { path: from }) } },
  );
}

function quoted(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return JSON.stringify(line.length > 60 ? `…${line.slice(-60)}` : line);
}
