import {
  Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from "yaml";
import { ConfigError } from "../core/index.js";
import type { ConfigIssue, ConfigPath, PlacedIssue } from "./issue.js";

/** Aliases that a file may expand to, so that a few lines cannot become gigabytes. */
const maxAliases = 100;

const yamlOptions = { version: "1.2", schema: "core", strict: true, uniqueKeys: true, prettyErrors: false } as const;

/** Where a value of the config came from. */
export type Origin =
  | { readonly from: "file"; readonly line: number; readonly column: number }
  | { readonly from: "flag"; readonly flag: string };

/** A config file as YAML nodes, which know where they stand. */
export class ConfigDocument {
  readonly #flags = new Map<unknown, string>();

  private constructor(
    readonly file: string,
    readonly yaml: Document,
    private readonly lines: LineCounter,
  ) {}

  /** Throws ConfigError `file:line:column` for what is not YAML. */
  static parse(file: string, text: string): ConfigDocument {
    const lines = new LineCounter();
    const yaml = parseSafely(file, text, lines);
    const wrong = yaml.errors[0] ?? yaml.warnings[0];
    if (wrong !== undefined) {
      const { line, col } = lines.linePos(wrong.pos[0]);
      const message = `${file}:${line}:${col}: not valid YAML: ${firstLine(wrong.message)}; ${syntaxRemedy(text, wrong.pos[0])}`;
      throw new ConfigError(message, { code: "yaml_syntax" });
    }
    if (!isMap(yaml.contents)) {
      const what = yaml.contents === null ? "the file is empty" : "a config is a mapping of keys";
      throw new ConfigError(`${file}:1:1: ${what}; start from the one that omni init writes`, {
        code: "not_a_mapping",
      });
    }
    return new ConfigDocument(file, yaml, lines);
  }

  /** Plain data. Throws ConfigError when aliases expand too far. */
  toData(): unknown {
    try {
      return this.yaml.toJS({ maxAliasCount: maxAliases });
    } catch (cause) {
      const message = `${this.file}:1:1: aliases expand too far (${firstLine(String(cause))}); write the values out`;
      throw new ConfigError(message, { code: "alias_bomb", cause });
    }
  }

  /** Says that a node was put in by a flag, and not by the file. */
  markFlag(node: unknown, flag: string): void {
    this.#flags.set(node, flag);
  }

  /** The issue with its place: a flag, `file:line:column`, or where its nearest parent stands. */
  placed(issue: ConfigIssue): PlacedIssue {
    const origin = this.originOf(issue.path, issue.at);
    return { ...issue, place: origin.from === "flag" ? origin.flag : `${this.file}:${origin.line}:${origin.column}` };
  }

  /** Orders issues as a reader of the file meets them; flags last. */
  compare(a: ConfigIssue, b: ConfigIssue): number {
    const [left, right] = [this.originOf(a.path, a.at), this.originOf(b.path, b.at)];
    const rank = (origin: Origin) =>
      origin.from === "flag" ? Number.MAX_SAFE_INTEGER : origin.line * 1e6 + origin.column;
    return rank(left) - rank(right);
  }

  /** Where the value at a path, or its nearest parent, was written. */
  originOf(path: ConfigPath, at: "key" | "value"): Origin {
    let node: unknown = this.yaml.contents;
    let shown: unknown = node;
    let flag = this.#flags.get(node);
    for (const [depth, part] of path.entries()) {
      const pair = pairOf(node, part);
      const next: unknown = pair === undefined ? itemOf(node, part) : pair.value;
      if (next === undefined) break;
      const key = pair?.key;
      flag = this.#flags.get(next) ?? this.#flags.get(key) ?? flag;
      const last = depth === path.length - 1;
      shown = (last && at === "key") || !isNode(next) ? (key ?? next) : next;
      node = isAlias(next) ? next.resolve(this.yaml) : next;
    }
    if (flag !== undefined) return { from: "flag", flag };
    const { line, col } = this.lines.linePos(isNode(shown) ? (shown.range?.[0] ?? 0) : 0);
    return { from: "file", line, column: col };
  }

  /** True when this very path was written, in the file or by a flag. */
  has(path: ConfigPath): boolean {
    let node: unknown = this.yaml.contents;
    for (const part of path) {
      node = pairOf(node, part)?.value ?? itemOf(node, part);
      if (node === undefined) return false;
      if (isAlias(node)) node = node.resolve(this.yaml);
    }
    return true;
  }
}

/** The key–value pair of a mapping, or undefined. */
export function pairOf(node: unknown, key: string | number): Pair<unknown, unknown> | undefined {
  if (!isMap(node)) return undefined;
  return node.items.find((pair) => String(isScalar(pair.key) ? pair.key.value : pair.key) === String(key));
}

/** The element of a list, or undefined. */
export function itemOf(node: unknown, index: string | number): Node | undefined {
  if (!isSeq(node) || typeof index !== "number") return undefined;
  const item = node.items[index];
  return isNode(item) ? item : undefined;
}

function parseSafely(file: string, text: string, lineCounter: LineCounter): Document {
  try {
    return parseDocument(text, { ...yamlOptions, lineCounter });
  } catch (cause) {
    const message = `${file}:1:1: nested too deeply to be read; a config needs a handful of levels`;
    throw new ConfigError(message, { code: "yaml_depth", cause });
  }
}

/** The value of a `--set` flag as a YAML node. Throws ConfigError naming the flag. */
export function flagNode(flag: string, text: string): Node | null {
  const parsed = parseDocument(text, yamlOptions);
  const wrong = parsed.errors[0] ?? parsed.warnings[0];
  if (wrong !== undefined) {
    throw new ConfigError(`${flag}: the value is not valid YAML: ${firstLine(wrong.message)}; quote it`, {
      code: "bad_flag",
    });
  }
  const value: unknown = parsed.toJS({ maxAliasCount: maxAliases });
  return value === null || value === undefined ? null : (new Document(value, yamlOptions).contents as Node);
}

function syntaxRemedy(text: string, at: number): string {
  const variable = text.slice(Math.max(0, at - 1), at + 1).includes("${");
  return variable ? `put quotes around "\${…}" inside braces` : "correct this line";
}

const firstLine = (message: string) => message.split("\n")[0] ?? message;
