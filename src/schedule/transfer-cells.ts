import { DataError } from "../core/index.js";
import { shownValue } from "./shown-value.js";

/** A mapping of a JSON document. */
export type Json = Readonly<Record<string, unknown>>;

/** Which numbers a cell takes. */
export interface NumberRule {
  readonly min: number;
  readonly whole?: boolean;
  /** In words. */
  readonly what: string;
}

/** Takes the cells of a transfer file that are asked for. Every method throws a DataError naming file, key and remedy. */
export class TransferCells {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** One row a task, one cell a task in it, in task order. */
  matrix(
    value: unknown,
    key: string,
    tasks: readonly string[],
    rule: NumberRule & { readonly diagonal: boolean },
  ): number[][] {
    const rows = this.object(value, key);
    this.sameTasks(rows, key, tasks, []);
    return tasks.map((row) => {
      const cells = this.object(rows[row], `${key}.${row}`);
      this.sameTasks(cells, `${key}.${row}`, tasks, rule.diagonal ? [] : [row]);
      return tasks.map((column) => {
        if (!rule.diagonal && row === column) return 0;
        return this.number(cells[column], `${key}.${row}.${column}`, rule);
      });
    });
  }

  /** One cell a task. */
  row(value: unknown, key: string, tasks: readonly string[], rule: NumberRule): number[] {
    const cells = this.object(value, key);
    this.sameTasks(cells, key, tasks, []);
    return tasks.map((task) => this.number(cells[task], `${key}.${task}`, rule));
  }

  /** Every task has a cell, and no other has. */
  sameTasks(cells: Json, key: string, tasks: readonly string[], optional: readonly string[]): void {
    const missing = tasks.filter((task) => !Object.hasOwn(cells, task) && !optional.includes(task));
    if (missing.length > 0)
      throw this.wrong(
        key,
        `has no cell for ${missing.map((task) => shownValue(task)).join(", ")}; ${key === "weights" ? "give it one" : "measure it"}, or leave the task out of "tasks"`,
      );
    const extra = Object.keys(cells).find((cell) => !tasks.includes(cell));
    if (extra !== undefined)
      throw this.wrong(key, `has "${extra}", which is not in "tasks"; add it there, or take it out here`);
  }

  /** A mapping. */
  object(value: unknown, key: string): Json {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
    throw this.wrong(
      key === "the file" ? "" : key,
      value === undefined ? "is missing" : `must be a mapping, not ${shownValue(value)}`,
    );
  }

  /** A number that the rule takes. */
  number(value: unknown, key: string, { min, whole, what }: NumberRule): number {
    if (
      typeof value === "number" &&
      Number.isFinite(value) &&
      value >= min &&
      (whole !== true || Number.isInteger(value))
    )
      return value;
    const not = value === null ? "null (JSON has no NaN: was it measured?)" : shownValue(value);
    throw this.wrong(key, `must be ${what}, not ${not}`);
  }

  /** What is wrong at a key; "" = the whole file. */
  wrong(key: string, problem: string): DataError {
    const place = key === "" ? this.#name : `${this.#name}: ${key}`;
    return new DataError(`${place}${key === "" ? ":" : ""} ${problem}`, { code: "bad_transfer", details: { key } });
  }
}
