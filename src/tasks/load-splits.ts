import { DataError, type Item, type Splits } from "../core/index.js";
import { countSplits, type LoadReport } from "./load-report.js";
import { type ReadItems, type ReadPlan, readItems } from "./read-items.js";
import { type Selection, selectItems, type TokenLengths } from "./select-items.js";
import type { Source } from "./sources/index.js";
import { splitByQuestion, withoutQuestionsOf } from "./split.js";

/** A held-out part: a share of the main source, or a source of its own. */
export type HeldOut = number | Source;

/** Everything that decides a task's items. */
export interface LoadPlan {
  readonly read: ReadPlan;
  readonly selection: Omit<Selection, "tokenLengths">;
  readonly source: Source;
  readonly validation: HeldOut;
  readonly test: HeldOut;
}

/** A task's items with the account of what was left out. */
export interface Loaded {
  readonly splits: Splits;
  readonly report: LoadReport;
}

/** A task's rows as items, before anything is measured or split. */
export interface ReadSources {
  readonly main: ReadItems;
  /** Undefined where the part is a share of `main`. */
  readonly validation: ReadItems | undefined;
  readonly test: ReadItems | undefined;
}

/** Reads every source of a task. Throws DataError for a row that cannot be mapped and for an empty source. */
export async function readSources(plan: LoadPlan, signal?: AbortSignal): Promise<ReadSources> {
  const ofFile = async (heldOut: HeldOut) =>
    typeof heldOut === "number" ? undefined : readItems(heldOut, plan.read, signal);
  const main = await readItems(plan.source, plan.read, signal);
  return { main, test: await ofFile(plan.test), validation: await ofFile(plan.validation) };
}

/** Filters and splits what was read. A question is in one split only: test wins over validation, validation over train. */
export async function splitSources(
  plan: LoadPlan,
  read: ReadSources,
  tokenLengths: TokenLengths | undefined,
  signal?: AbortSignal,
): Promise<Loaded> {
  const tally = new Tally();
  const selected = async (items: ReadItems, source: HeldOut, selection: Selection) => {
    const name = typeof source === "number" ? plan.source.name : source.name;
    const chosen = await selectItems(
      items.items,
      { ...selection, ...(tokenLengths && { tokenLengths }) },
      name,
      signal,
    );
    tally.add(items, chosen.tooLong, chosen.overLimit);
    return chosen.items;
  };
  const main = await selected(read.main, plan.source, plan.selection);
  const shares = { validation: shareOf(plan.validation), test: shareOf(plan.test) };
  const split = splitByQuestion(main, shares, plan.selection.seed);
  const { limit: _, ...unlimited } = plan.selection;
  const ofFile = async (items: ReadItems | undefined, source: HeldOut) =>
    items === undefined ? undefined : selected(items, source, unlimited);
  const test = (await ofFile(read.test, plan.test)) ?? split.test;
  const validation = tally.withoutQuestions((await ofFile(read.validation, plan.validation)) ?? split.validation, test);
  const train = tally.withoutQuestions(split.train, test, validation);
  if (train.length === 0) {
    throw new DataError(
      `${plan.source.name}: no item is left to train on: all ${main.length} went to or are asked in the held-out parts; lower data.split or name other files`,
      { code: "data_empty" },
    );
  }
  const splits = { train, validation, test };
  requireUniqueIds(splits);
  return { splits, report: { taskId: plan.read.taskId, ...tally.counts(), ...countSplits(splits) } };
}

function shareOf(heldOut: HeldOut): number {
  return typeof heldOut === "number" ? heldOut : 0;
}

/** Files of their own may repeat an id with another question. */
function requireUniqueIds(splits: Splits): void {
  const seen = new Set<string>();
  for (const { id, taskId } of [...splits.train, ...splits.validation, ...splits.test]) {
    if (seen.has(id)) {
      throw new DataError(
        `task "${taskId}": id "${id}" is in two files with different questions; map data.fields.id to another field`,
        {
          code: "duplicate_id",
        },
      );
    }
    seen.add(id);
  }
}

/** Adds up what each stage left out. */
class Tally {
  #rows = 0;
  #where = 0;
  #duplicates = 0;
  #limit = 0;
  #tooLong = 0;
  #heldOutQuestion = 0;

  add(read: ReadItems, tooLong: number, overLimit: number): void {
    this.#rows += read.rows;
    this.#where += read.droppedByWhere;
    this.#duplicates += read.duplicates;
    this.#tooLong += tooLong;
    this.#limit += overLimit;
  }

  withoutQuestions(items: readonly Item[], ...heldOut: readonly (readonly Item[])[]): readonly Item[] {
    const rest = withoutQuestionsOf(items, ...heldOut);
    this.#heldOutQuestion += items.length - rest.length;
    return rest;
  }

  counts(): Pick<LoadReport, "rows" | "dropped"> {
    return {
      rows: this.#rows,
      dropped: {
        where: this.#where,
        duplicates: this.#duplicates,
        limit: this.#limit,
        tooLong: this.#tooLong,
        heldOutQuestion: this.#heldOutQuestion,
      },
    };
  }
}
