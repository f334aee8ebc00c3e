import { join } from "node:path";
import { hint, type JudgeConfig, type OmniConfig } from "../config/index.js";
import { ConfigError, DataError } from "../core/index.js";
import { type Asker, type AskerStats, extractAnswer, openAsker } from "../rewards/index.js";
import { makeDistractors } from "../tasks/index.js";
import { type FillOptions, type FillSummary, fillLines } from "./fill-lines.js";
import { cacheFolder } from "./places.js";
import { openWorkers } from "./workers.js";

/** What making data takes: a model (the config's judge section), a file to read and one to write. */
export interface MakeDataOptions extends Pick<FillOptions, "lines" | "output" | "onLine" | "onFailure"> {
  readonly config: OmniConfig;
  /** Name of the question's field in the rows. */
  readonly question: string;
  readonly signal: AbortSignal;
}

/** What was made and what it cost. */
export interface MakeDataSummary extends FillSummary {
  readonly usage: AskerStats;
}

/** Adds `distractors`, 15 wrong options, to rows with a question and its answer (a text or a list). */
export async function fillDistractors(
  options: MakeDataOptions & { readonly answer: string; readonly count: number },
): Promise<MakeDataSummary> {
  const { config, question, answer, count, signal, onFailure } = options;
  const verify = await openWorkers(config, onFailure);
  const filled = fill(options, "distractors", (row, asker) => {
    const given = row[answer];
    const answers = (Array.isArray(given) ? given : [given]).filter(
      (one) => (typeof one === "string" && one.trim() !== "") || typeof one === "number",
    );
    if (answers.length === 0) throw missing(row, answer);
    const asked = { question: textOf(row, question), answers: answers.map(String) };
    return makeDistractors(asked, asker, { seed: config.seed, count, verify, signal });
  });
  return filled.finally(() => verify.close());
}

/** Adds `reference`, a model's own answer, to rows with a question; a think block and answer tags are taken off. */
export function fillReferences(options: MakeDataOptions & { readonly system: string }): Promise<MakeDataSummary> {
  const { question, system, signal } = options;
  return fill(options, "reference", async (row, asker) => {
    const user = { role: "user" as const, content: textOf(row, question) };
    const content = await asker.text(system === "" ? [user] : [{ role: "system", content: system }, user], signal);
    return answerText(content);
  });
}

async function fill(
  options: MakeDataOptions,
  field: string,
  make: (row: Readonly<Record<string, unknown>>, asker: Asker) => Promise<unknown>,
): Promise<MakeDataSummary> {
  const { judge } = options.config;
  if (judge === undefined) {
    throw new ConfigError(
      "a model is needed: --config FILE with a section judge, or --set judge.baseUrl=URL --set judge.model=NAME",
      { code: "no_judge" },
    );
  }
  const { cache: _, ...endpoint } = judge;
  const folder = cacheOf(judge);
  const asker = openAsker({ ...endpoint, ...(folder !== undefined && { cache: folder }) });
  const { lines, output, onLine, onFailure } = options;
  const work = { lines, output, onLine, onFailure, field, window: 2 * judge.maxConcurrency };
  const summary = await fillLines({ ...work, make: async (row) => make(row, asker) });
  return { ...summary, usage: asker.stats() };
}

function cacheOf({ cache }: JudgeConfig): string | undefined {
  return cache === "off" ? undefined : cache === "auto" ? join(cacheFolder(), "replies") : cache;
}

function textOf(row: Readonly<Record<string, unknown>>, field: string): string {
  const value = row[field];
  if (typeof value === "string" && value.trim() !== "") return value;
  throw missing(row, field);
}

function missing(row: Readonly<Record<string, unknown>>, field: string): DataError {
  const problem = Object.hasOwn(row, field)
    ? "is empty, or no text; fill it in"
    : `is missing${hint(field, Object.keys(row).slice(0, 20))}`;
  return new DataError(`field "${field}" ${problem}`, { code: "bad_line" });
}

function answerText(content: string): string {
  const answer = extractAnswer(content, { unwrapBoxed: false });
  if (answer.kind === "answer") return answer.text;
  const thinkEnd = content.lastIndexOf("</think>");
  return (thinkEnd < 0 ? content : content.slice(thinkEnd + "</think>".length)).trim();
}
