import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from "yaml";
import { ConfigError } from "../core/index.js";
import { type ConfigDocument, flagNode, pairOf } from "./document.js";

/**
 * Applies one `--set a.b.c=value` to the document. The value is YAML; nothing or `null` takes the key out, so that its
 * default holds. A list element is named by its index, a task also by its id.
 * Throws ConfigError naming the flag.
 */
export function applyOverride(document: ConfigDocument, assignment: string): void {
  const flag = shownFlag(assignment);
  const at = assignment.indexOf("=");
  const keys = assignment.slice(0, Math.max(at, 0)).split(".");
  if (at < 1 || keys.some((key) => key.trim() === "")) {
    throw new ConfigError(`${flag}: expected a.b.c=value, for example --set train.lr=1e-6`, { code: "bad_flag" });
  }
  const value = flagNode(flag, assignment.slice(at + 1));
  const last = keys.pop() ?? "";
  const parent = keys.reduce<YAMLMap | YAMLSeq>((node, key) => stepInto(document, node, key, flag), rootOf(document));
  const nothing = value === null && MEANS_SOMETHING.has([...keys, last].join("."));
  if (value === null && !nothing) remove(parent, last);
  else put(document, parent, last, value ?? (document.yaml.createNode(null) as Node), flag);
}

/** Keys whose null is a value of its own. */
const MEANS_SOMETHING: ReadonlySet<string> = new Set(["judge.temperature"]);

/** The flag as messages name it: without its value where that may hold a secret. */
function shownFlag(assignment: string): string {
  const [key = ""] = assignment.split("=", 1);
  return `--set ${/\b(token|apiKey|judge\.headers|judge\.query|headers|query)\b/i.test(assignment) ? `${key}=…` : assignment}`;
}

function rootOf(document: ConfigDocument): YAMLMap {
  const root = document.yaml.contents;
  if (!isMap(root))
    throw new ConfigError(`${document.file}:1:1: a config is a mapping of keys`, { code: "not_a_mapping" });
  return root as YAMLMap;
}

function stepInto(document: ConfigDocument, parent: YAMLMap | YAMLSeq, key: string, flag: string): YAMLMap | YAMLSeq {
  const child = isSeq(parent) ? parent.items[indexIn(parent, key, flag)] : pairOf(parent, key)?.value;
  if (isMap(child) || isSeq(child)) return child as YAMLMap | YAMLSeq;
  if (isAlias(child)) {
    throw new ConfigError(`${flag}: "${key}" is a YAML alias and shared; change it in ${document.file}`, {
      code: "bad_flag",
    });
  }
  const empty = child === undefined || child === null || (isScalar(child) && child.value === null);
  if (!empty)
    throw new ConfigError(`${flag}: "${key}" holds a single value, it has no keys; set "${key}" itself`, {
      code: "bad_flag",
    });
  const made = document.yaml.createNode({}) as YAMLMap;
  put(document, parent, key, made, flag);
  return made;
}

function put(document: ConfigDocument, parent: YAMLMap | YAMLSeq, key: string, value: Node, flag: string): void {
  document.markFlag(value, flag);
  if (isSeq(parent)) {
    parent.items[indexIn(parent, key, flag)] = value;
    return;
  }
  const there = pairOf(parent, key);
  if (there !== undefined) there.value = value;
  else parent.items.push(document.yaml.createPair(key, value) as Pair<unknown, unknown>);
}

function remove(parent: YAMLMap | YAMLSeq, key: string): void {
  if (!isSeq(parent)) parent.delete(key);
}

/** Index of a list element named by number or by its `id`. */
function indexIn(list: YAMLSeq, key: string, flag: string): number {
  const ids = list.items.map((item) => (isMap(item) ? String(item.get("id") ?? "") : ""));
  const index = /^\d+$/.test(key) ? Number(key) : ids.indexOf(key);
  if (index >= 0 && index < list.items.length) return index;
  const there = ids.map((id, position) => id || String(position)).join(", ") || "nothing";
  throw new ConfigError(`${flag}: the list has no element "${key}"; there is: ${there}`, { code: "bad_flag" });
}
