import { lookUp, shownKeys } from "./mapping/dotted-path.js";
import { didYouMean } from "./mapping/nearest-name.js";
import type { SourceRow } from "./sources/index.js";

type Scalar = string | number | boolean;

/** Conditions on a row by dotted path: equal to the value, or to one of the values. All must hold. */
export type WhereSpec = Readonly<Record<string, Scalar | readonly Scalar[]>>;

/** Keeps rows that meet the conditions, and remembers enough to explain an empty result. */
export class WhereFilter {
  #dropped = 0;
  readonly #conditions: readonly { readonly path: string; readonly wanted: ReadonlySet<string> }[];
  readonly #seen = new Map<string, Set<string>>();
  readonly #keys = new Set<string>();

  constructor(spec: WhereSpec) {
    this.#conditions = Object.entries(spec).map(([path, values]) => ({
      path,
      wanted: new Set((Array.isArray(values) ? values : [values]).map(String)),
    }));
  }

  /** Rows left out so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Compares as text, so that CSV's "3" equals 3. A row without the path does not meet the condition. */
  keeps({ row }: SourceRow): boolean {
    const failing = this.#conditions.find(({ path, wanted }) => {
      const looked = lookUp(row, path);
      if (!looked.found || looked.value === null) return true;
      if (wanted.has(String(looked.value))) return false;
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
    const shown = this.#conditions.map(({ path, wanted }) => `${path} = ${[...wanted].join(" | ")}`).join(" and ");
    const hints = this.#conditions.map(({ path, wanted }) => {
      const values = [...(this.#seen.get(path) ?? [])];
      if (values.length > 0) return `${path} is one of ${values.join(", ")}${didYouMean([...wanted][0] ?? "", values)}`;
      const keys = [...this.#keys];
      return keys.includes(path.split(".")[0] ?? "") ? "" : `rows have ${shownKeys(keys)}${didYouMean(path, keys)}`;
    });
    return [`data.where (${shown}) removed all ${rows} rows`, ...hints.filter((hint) => hint !== "")].join("; ");
  }

  #remember(path: string, value: string): void {
    const values = this.#seen.get(path) ?? new Set();
    if (values.size < 8 && value.length <= 60) values.add(value);
    this.#seen.set(path, values);
  }
}
