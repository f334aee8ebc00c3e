import { isRecord } from "../sources/index.js";
import { didYouMean } from "./nearest-name.js";

/** What a path leads to, or where it broke off. A null on the way is a value that is there: null. */
export type Looked =
  | { readonly found: true; readonly value: unknown }
  | { readonly found: false; readonly reason: string };

/**
 * Follows a dotted path: names are keys, whole numbers index lists (negative from the end), `*` takes every element.
 * A key that itself holds dots is tried first.
 */
export function lookUp(row: unknown, path: string): Looked {
  return follow(row, path.split("."), "");
}

function follow(value: unknown, segments: readonly string[], at: string): Looked {
  const [segment, ...rest] = segments;
  if (segment === undefined || value === null) return { found: true, value };
  const where = at === "" ? "the row" : `"${at}"`;
  if (Array.isArray(value)) return followList(value, segment, rest, at, where);
  if (!isRecord(value)) return { found: false, reason: `${where} is a ${typeof value}, which has no "${segment}"` };
  const whole = segments.join(".");
  if (Object.hasOwn(value, whole)) return { found: true, value: value[whole] };
  if (Object.hasOwn(value, segment)) return follow(value[segment], rest, joined(at, segment));
  const keys = Object.keys(value);
  return {
    found: false,
    reason: `${where} has no "${segment}"; it has ${shownKeys(keys)}${didYouMean(segment, keys)}`,
  };
}

function followList(
  list: readonly unknown[],
  segment: string,
  rest: readonly string[],
  at: string,
  where: string,
): Looked {
  if (segment === "*") {
    const values: unknown[] = [];
    for (const [index, element] of list.entries()) {
      const looked = follow(element, rest, joined(at, String(index)));
      if (!looked.found) return looked;
      values.push(looked.value);
    }
    return { found: true, value: values };
  }
  if (!/^-?\d+$/.test(segment)) {
    return {
      found: false,
      reason: `${where} is a list of ${list.length}: index it (0) or take all (*), not "${segment}"`,
    };
  }
  const index = Number(segment);
  if (index >= list.length || index < -list.length) {
    return { found: false, reason: `${where} is a list of ${list.length}, which has no element ${segment}` };
  }
  return follow(list.at(index), rest, joined(at, segment));
}

function joined(at: string, segment: string): string {
  return at === "" ? segment : `${at}.${segment}`;
}

/** The keys of a row as messages show them. */
export function shownKeys(keys: readonly string[]): string {
  if (keys.length === 0) return "no keys";
  return keys.slice(0, 12).join(", ") + (keys.length > 12 ? ` and ${keys.length - 12} more` : "");
}
