import { ConfigError } from "../core/index.js";
import { lookUp, shownKeys } from "./mapping/dotted-path.js";
import { didYouMean } from "./mapping/nearest-name.js";
import type { SourceRow } from "./sources/index.js";

type Scalar = string | number | boolean;

/** What a value must be beside equal: all that is given must hold. */
export interface Condition {
  /** At least and at most: numbers as numbers, all else as text, so that ISO dates work. */
  readonly from?: Scalar;
  readonly to?: Scalar;
  /** A regular expression that is found in it, or is not. */
  readonly matches?: string;
  readonly lacks?: string;
  /** At most so many elements of a list, or characters of a text. */
  readonly most?: number;
}

/** Conditions on a row by dotted path: equal to the value, to one of the values, or as a condition says. All must hold. */
export type WhereSpec = Readonly<Record<string, Scalar | readonly Scalar[] | Condition>>;

interface Check {
  readonly path: string;
  readonly holds: (value: unknown) => boolean;
  readonly shown: string;
  /** The first value that is wanted, for a suggestion. */
  readonly first: string;
}

/** Keeps rows that meet the conditions, and remembers enough to explain an empty result. */
export class WhereFilter {
  #dropped = 0;
  readonly #checks: readonly Check[];
  readonly #seen = new Map<string, Set<string>>();
  readonly #keys = new Set<string>();

  /** Throws ConfigError for an expression that is none. */
  constructor(spec: WhereSpec) {
    this.#checks = Object.entries(spec).map(([path, wanted]) => checkOf(path, wanted));
  }

  /** Rows left out so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Compares as text, so that CSV's "3" equals 3. A row without the path does not meet the condition. */
  keeps({ row }: SourceRow): boolean {
    const failing = this.#checks.find(({ path, holds }) => {
      const looked = lookUp(row, path);
      if (!looked.found || looked.value === null) return true;
      if (holds(looked.value)) return false;
      this.#remember(path, String(looked.value));
      return true;
    });
    if (failing === undefined) return true;
    if (this.#keys.size < 100) for (const key of Object.keys(row)) this.#keys.add(key);
    this.#dropped += 1;
    return false;
  }

  /** Why nothing was kept of `rows` rows, with the values or keys that are there. */
  explainEmpty(rows: number): string {
    const all = this.#checks.map(({ path, shown }) => `${path} ${shown}`).join(" and ");
    const hints = this.#checks.map(({ path, first }) => {
      const values = [...(this.#seen.get(path) ?? [])];
      if (values.length > 0) return `${path} is one of ${values.join(", ")}${didYouMean(first, values)}`;
      const keys = [...this.#keys];
      return keys.includes(path.split(".")[0] ?? "") ? "" : `rows have ${shownKeys(keys)}${didYouMean(path, keys)}`;
    });
    return [`data.where (${all}) removed all ${rows} rows`, ...hints.filter((hint) => hint !== "")].join("; ");
  }

  #remember(path: string, value: string): void {
    const values = this.#seen.get(path) ?? new Set();
    if (values.size < 8 && value.length <= 60) values.add(value);
    this.#seen.set(path, values);
  }
}

function checkOf(path: string, wanted: WhereSpec[string]): Check {
  if (typeof wanted !== "object") return equalsOne(path, [wanted]);
  return isCondition(wanted) ? meets(path, wanted) : equalsOne(path, wanted);
}

const isCondition = (wanted: readonly Scalar[] | Condition): wanted is Condition => !Array.isArray(wanted);

function equalsOne(path: string, values: readonly Scalar[]): Check {
  const texts = new Set(values.map(String));
  return {
    path,
    holds: (value) => texts.has(String(value)),
    shown: `= ${[...texts].join(" | ")}`,
    first: [...texts][0] ?? "",
  };
}

function meets(path: string, condition: Condition): Check {
  const { from, to, most } = condition;
  const matches = expression(condition.matches, `data.where.${path}.matches`);
  const lacks = expression(condition.lacks, `data.where.${path}.lacks`);
  const holds = (value: unknown) =>
    (from === undefined || compare(value, from) >= 0) &&
    (to === undefined || compare(value, to) <= 0) &&
    (matches === undefined || matches.test(String(value))) &&
    (lacks === undefined || !lacks.test(String(value))) &&
    (most === undefined || (Array.isArray(value) ? value.length : String(value).length) <= most);
  return { path, holds, shown: JSON.stringify(condition), first: String(from ?? to ?? "") };
}

function compare(value: unknown, bound: Scalar): number {
  const [a, b] = [Number(value), Number(bound)];
  if (String(value).trim() !== "" && Number.isFinite(a) && Number.isFinite(b)) return a - b;
  return String(value) < String(bound) ? -1 : String(value) === String(bound) ? 0 : 1;
}

function expression(source: string | undefined, place: string): RegExp | undefined {
  if (source === undefined) return undefined;
  try {
    return new RegExp(source, "iu");
  } catch (cause) {
    throw new ConfigError(
      `${place}: ${cause instanceof Error ? cause.message : String(cause)}; in YAML, single quotes keep backslashes`,
      { cause },
    );
  }
}
