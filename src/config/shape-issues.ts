import type { z } from "zod";
import { type ConfigIssue, type ConfigPath, showPath } from "./issue.js";
import { keysAt } from "./json-schema.js";
import { hint } from "./suggest.js";

/** What zod found wrong with `value`, in words a user can act on. */
export function shapeIssues(error: z.ZodError, value: unknown): ConfigIssue[] {
  return error.issues.flatMap((issue) => translate(issue, value));
}

function translate(issue: z.core.$ZodIssue, root: unknown): ConfigIssue[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(path, key, root));
  const given = valueAt(root, path);
  if (given === undefined) return [missingKey(path, issue)];
  const name = path.length === 0 ? "" : `${showPath(path)}: `;
  return [{ path, at: "value", code: "wrong_value", message: `${name}${problem(issue, given)}` }];
}

function unknownKey(path: ConfigPath, key: string, root: unknown): ConfigIssue {
  const where = path.length === 0 ? "" : ` in ${showPath(path)}`;
  const message = `unknown key "${key}"${where}${hint(key, keysAt(path, root))}`;
  return { path: [...path, key], at: "key", code: "unknown_key", message };
}

function missingKey(path: ConfigPath, issue: z.core.$ZodIssue): ConfigIssue {
  const parent = path.slice(0, -1);
  const where = parent.length === 0 ? "" : ` in ${showPath(parent)}`;
  const key = String(path.at(-1) ?? "");
  const message = `missing key "${key}"${where}; add ${key}: ${example(path, issue)}`;
  return { path: parent, at: "key", code: "missing_key", message };
}

const examples: Readonly<Record<string, string>> = {
  version: "1",
  model: "{ base: smollm2-135m-instruct }",
  base: "smollm2-135m-instruct",
  id: "a name of your choice",
  family: "math | code | qa | writing",
  data: "{ source: data/items.jsonl }",
  source: "data/items.jsonl",
  order: "[the task ids]",
  ratios: "{ task id: share }",
  kind: "joint | curriculum | mixed",
  baseUrl: "https://host/v1",
};

function example(path: ConfigPath, issue: z.core.$ZodIssue): string {
  const known = examples[String(path.at(-1))];
  if (path[0] === "judge" && path.at(-1) === "model") return "gpt-4.1-mini";
  if (known !== undefined) return known;
  return issue.code === "invalid_type" ? `a ${typeName(issue.expected)}` : "a value";
}

function problem(issue: z.core.$ZodIssue, given: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${article(typeName(issue.expected))}, got ${show(given)}`;
    case "invalid_value": {
      const allowed = issue.values.map(String);
      const meant = typeof given === "string" ? hint(given, allowed) : `; there is: ${allowed.join(", ")}`;
      return `${show(given)} is not allowed${meant}`;
    }
    case "too_small":
      return `expected ${sized(issue.origin)}${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}, got ${show(given)}`;
    case "too_big":
      return `expected ${sized(issue.origin)}${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}, got ${show(given)}`;
    case "invalid_union": {
      if ("options" in issue && Array.isArray(issue.options)) {
        return `${show(given)} is not allowed${hint(String(given), issue.options.map(String))}`;
      }
      return `${issue.message}, got ${show(given)}`;
    }
    case "custom":
      // Of a value that may be a secret.
      return issue.message;
    default:
      return `${issue.message}, got ${show(given)}`;
  }
}

function sized(origin: string): string {
  if (origin === "array") return "a list of length ";
  if (origin === "string") return "a text of length ";
  return "";
}

function typeName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    object: "mapping",
    record: "mapping",
    array: "list",
    string: "text",
    int: "whole number",
    boolean: "true or false",
  };
  return names[expected] ?? expected;
}

const article = (noun: string) => (noun.startsWith("true") ? noun : `a ${noun}`);

function show(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value !== "string") return String(value);
  return value === ""
    ? "an empty text"
    : `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value)}`;
}

function valueAt(root: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>((value, part) => {
    return typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[part] : undefined;
  }, root);
}
