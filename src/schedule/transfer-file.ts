import { shownValue } from "./shown-value.js";
import { type Json, type NumberRule, TransferCells } from "./transfer-cells.js";
import { type Accuracies, mixedScaleOf, type Scale, wrongScaleOf } from "./transfer-scale.js";
import { smoothed, type TransferTable } from "./transfer-table.js";

/** How many items each accuracy was measured on. */
export interface TransferCounts {
  /** Items of task i, asked of the base model. */
  readonly base: readonly number[];
  /** after[i][j]: items of task i asked of the model trained on j (row evaluated, column trained). */
  readonly after: readonly (readonly number[])[];
}

/** What each item of each task earned: the same items, in the same order, were asked of every model. */
export interface ItemResults {
  /** base[i]: one value an item of task i, 0 … 1. */
  readonly base: readonly (readonly number[])[];
  /** after[i][j]: of task i after training j (row evaluated, column trained). */
  readonly after: readonly (readonly (readonly number[])[])[];
}

/** What an entropy probe tells (eq. 11–12): H[i][j], **row = trained, column = evaluated**. */
export interface EntropyProbe {
  readonly change: readonly (readonly number[])[];
  /** Whether a task's answers are checked (math, code, QA) or judged (writing). */
  readonly verifiable: readonly boolean[];
}

/** A transfer file as read: everything in fractions and task order. */
export interface TransferFile {
  readonly scale: Scale;
  readonly table: TransferTable;
  readonly counts: TransferCounts | undefined;
  readonly results: ItemResults | undefined;
  readonly entropy: EntropyProbe | undefined;
  /** What a reader should know: smoothed zeros, accuracies measured on few items. */
  readonly notes: readonly string[];
}

/**
 * Reads contract 1 of `omni schedule`: `scale`, `tasks`, `base`, and either `after` (trained → evaluated → accuracy) or
 * `single` with `transfer` (evaluated → trained → natural log ratio); optional `weights`, `counts`, `entropy`, `kinds`.
 * @param name of the file, for messages
 * @throws DataError naming file and key, with the remedy
 */
export function readTransferFile(document: unknown, name: string): TransferFile {
  return new Reader(name).file(document);
}

const known = [
  "scale",
  "tasks",
  "base",
  "single",
  "transfer",
  "after",
  "weights",
  "counts",
  "results",
  "entropy",
  "kinds",
  "checkpoints",
  "about",
];

class Reader {
  readonly #cells: TransferCells;
  readonly #notes: string[] = [];

  constructor(name: string) {
    this.#cells = new TransferCells(name);
  }

  file(document: unknown): TransferFile {
    const root = this.#cells.object(document, "the file");
    const scale = this.#scale(root);
    const tasks = this.#tasks(root);
    if (root.after === undefined && root.transfer === undefined) {
      throw this.#cells.wrong(
        "",
        'give "after" (trained → evaluated → accuracy), or "single" and "transfer" (evaluated → trained → log ratio)',
      );
    }
    if (root.after !== undefined && root.transfer !== undefined) {
      throw this.#cells.wrong("transfer", 'stands beside "after"; give one of the two');
    }
    const counts = this.#counts(root, tasks);
    const raw = this.#accuracies(root, tasks);
    const wrongScale = wrongScaleOf(scale, raw);
    if (wrongScale !== undefined) throw this.#cells.wrong("scale", wrongScale);
    const mixed = mixedScaleOf(scale, tasks, raw);
    if (mixed !== undefined) this.#notes.push(mixed);
    const unit = scale === "percent" ? 100 : 1;
    const positive = (value: number, items: number | undefined, key: string) =>
      this.#positive(value / unit, items, key);
    const base = raw.base.map((value, i) => positive(value, counts?.base[i], `base.${tasks[i]}`));
    const single = raw.single.map((value, i) => positive(value, counts?.after[i]?.[i], `${raw.singleKey(i)}`));
    const transfer =
      raw.after === undefined
        ? this.#logRatios(root, tasks)
        : raw.after.map((row, i) =>
            row.map((value, j) => {
              if (i === j) return 0;
              const key = `after.${tasks[j]}.${tasks[i]}`;
              return Math.log(positive(value, counts?.after[i]?.[j], key)) - Math.log(base[i] ?? 1);
            }),
          );
    const table = { tasks, base, single, transfer, weights: this.#weights(root, tasks) };
    return {
      scale,
      table,
      counts,
      results: this.#results(root, tasks),
      entropy: this.#entropy(root, tasks),
      notes: this.#notes,
    };
  }

  #scale(root: Json): Scale {
    const unknownKey = Object.keys(root).find((key) => !known.includes(key));
    if (unknownKey !== undefined) this.#notes.push(`key "${unknownKey}" is not known and was not read`);
    if (root.scale === "percent" || root.scale === "fraction") return root.scale;
    const remedy = 'say "percent" (0 … 100) or "fraction" (0 … 1)';
    throw this.#cells.wrong(
      "scale",
      root.scale === undefined ? `is missing; ${remedy}` : `is ${shownValue(root.scale)}; ${remedy}`,
    );
  }

  #tasks(root: Json): readonly string[] {
    const { tasks } = root;
    if (!Array.isArray(tasks) || !tasks.every((task): task is string => typeof task === "string" && task !== "")) {
      throw this.#cells.wrong("tasks", 'must be a list of names, for example ["math", "code"]');
    }
    const twice = tasks.find((task, at) => tasks.indexOf(task) !== at);
    if (twice !== undefined) throw this.#cells.wrong("tasks", `names "${twice}" twice`);
    if (tasks.length < 2)
      throw this.#cells.wrong("tasks", "has one name; with one task there is nothing to order: give two or more");
    return tasks;
  }

  #accuracies(root: Json, tasks: readonly string[]): Accuracies {
    const base = this.#cells.row(root.base, "base", tasks, accuracy);
    if (root.after === undefined) {
      return {
        base,
        single: this.#cells.row(root.single, "single", tasks, accuracy),
        singleKey: (i: number) => `single.${tasks[i]}`,
        after: undefined,
      };
    }
    const byTrained = this.#cells.matrix(root.after, "after", tasks, { diagonal: true, ...accuracy });
    // The file has trained → evaluated; rows of ours are the evaluated task.
    const after = tasks.map((_, i) => tasks.map((_, j) => byTrained[j]?.[i] ?? 0));
    const diagonal = tasks.map((_, i) => after[i]?.[i] ?? 0);
    return { base, single: diagonal, singleKey: (i: number) => `after.${tasks[i]}.${tasks[i]}`, after };
  }

  #logRatios(root: Json, tasks: readonly string[]): number[][] {
    const rows = this.#cells.matrix(root.transfer, "transfer", tasks, {
      diagonal: false,
      min: Number.NEGATIVE_INFINITY,
      what: "a natural log ratio",
    });
    for (const [i, row] of rows.entries()) {
      // Beyond it a prediction is no number any more: e^709 is the greatest there is, e^−745 is 0.
      if (row.reduce((sum, ratio) => sum + Math.abs(ratio), 0) <= maxLogChange) continue;
      const remedy = "give natural log ratios, ln(after / base)";
      throw this.#cells.wrong(
        `transfer.${tasks[i]}`,
        `adds up to more than ${maxLogChange}, no accuracy changes so; ${remedy}`,
      );
    }
    return rows;
  }

  #weights(root: Json, tasks: readonly string[]): readonly number[] {
    if (root.weights === undefined) return tasks.map(() => 1 / tasks.length);
    return this.#cells.row(root.weights, "weights", tasks, { min: 0, what: "a weight from 0" });
  }

  #counts(root: Json, tasks: readonly string[]): TransferCounts | undefined {
    const { counts } = root;
    const item = { min: 1, whole: true, what: "a number of items from 1" };
    if (counts === undefined) return undefined;
    if (typeof counts === "number") {
      const n = this.#cells.number(counts, "counts", item);
      return { base: tasks.map(() => n), after: tasks.map(() => tasks.map(() => n)) };
    }
    const both = this.#cells.object(counts, "counts");
    const base = this.#cells.row(both.base, "counts.base", tasks, item);
    const byTrained = this.#cells.matrix(both.after, "counts.after", tasks, { diagonal: true, ...item });
    return { base, after: tasks.map((_, i) => tasks.map((_, j) => byTrained[j]?.[i] ?? 0)) };
  }

  #results(root: Json, tasks: readonly string[]): ItemResults | undefined {
    if (root.results === undefined) return undefined;
    const both = this.#cells.object(root.results, "results");
    const base = this.#cells.object(both.base, "results.base");
    this.#cells.sameTasks(base, "results.base", tasks, []);
    const after = this.#cells.object(both.after, "results.after");
    this.#cells.sameTasks(after, "results.after", tasks, []);
    const rows = tasks.map((task) => this.#items(base[task], `results.base.${task}`, undefined));
    const cells = tasks.map((task, i) =>
      tasks.map((trained) => {
        const key = `results.after.${trained}`;
        return this.#items(this.#cells.object(after[trained], key)[task], `${key}.${task}`, rows[i]?.length);
      }),
    );
    return { base: rows, after: cells };
  }

  #items(value: unknown, key: string, length: number | undefined): readonly number[] {
    if (!Array.isArray(value) || value.length === 0)
      throw this.#cells.wrong(key, "must be a list of one number an item");
    if (length !== undefined && value.length !== length) {
      throw this.#cells.wrong(
        key,
        `has ${value.length} items, the base model was asked ${length}; ask all models the same`,
      );
    }
    return value.map((item, at) => this.#cells.number(item, `${key}.${at}`, { min: 0, what: "a number from 0" }));
  }

  #entropy(root: Json, tasks: readonly string[]): EntropyProbe | undefined {
    if (root.entropy === undefined) return undefined;
    const change = this.#cells.matrix(root.entropy, "entropy", tasks, {
      diagonal: false,
      min: -1,
      what: "a relative change from -1",
    });
    const kinds = this.#cells.object(root.kinds ?? {}, "kinds");
    const verifiable = tasks.map((task) => {
      const kind = kinds[task];
      if (kind === "verifiable" || kind === "generative") return kind === "verifiable";
      throw this.#cells.wrong(`kinds.${task}`, 'is needed beside "entropy": "verifiable" or "generative"');
    });
    return { change, verifiable };
  }

  #positive(value: number, items: number | undefined, key: string): number {
    if (value > 0) return value;
    if (items === undefined) {
      throw this.#cells.wrong(
        key,
        'is 0, whose logarithm is −∞; give "counts", so that it can be smoothed to ½/(n + 1), or evaluate on more items',
      );
    }
    this.#notes.push(`${key} is 0 of ${items} items and counts as ½/(n + 1) = ${(0.5 / (items + 1)).toPrecision(2)}`);
    return smoothed(value, items);
  }
}

const maxLogChange = 700;

const accuracy: NumberRule = { min: 0, what: "an accuracy from 0" };
