import { hint } from "../config/index.js";
import { type ChatMessage, DataError, type Gold, type Item } from "../core/index.js";
import { unknownUnit } from "../rewards/index.js";
import { parseLimits } from "./code/parse-limits.js";
import { parseTests } from "./code/parse-tests.js";
import { noGold, type QaStyle } from "./family.js";
import { isRecord } from "./sources/index.js";

/** A response with its gold, read from a line of JSON: `{"id", "prompt"?, "response", …}` and the family's own field. */
export interface ResponseLine {
  /** As the line has it. */
  readonly id: string | number;
  readonly item: Item;
  readonly response: string;
  readonly truncated: boolean;
  /** What should be mended though the line can be scored: a gold whose unit nobody knows. Begins with its `file:line`. */
  readonly problem?: DataError;
}

/** A line that is no {@link ResponseLine}. */
export interface WrongLine {
  /** The line's id where it has a usable one. */
  readonly id: string | number | null;
  readonly error: DataError;
}

/** The field that holds the gold of a line, by family; any other family takes the whole line as its custom data. */
const goldFields = { math: "answer", qa: "answers", code: "tests", writing: "reference" } as const;

type Row = Readonly<Record<string, unknown>>;

/**
 * Reads a line for a family. A code line without tests has no gold, and is scored null; any other gold that is missing,
 * like options in letter style or a field of the wrong type, makes the line wrong. `origin` is its `file:line`, which the message begins with.
 */
export function parseResponseLine(
  text: string,
  family: string,
  origin: string,
  style?: QaStyle,
): ResponseLine | WrongLine {
  let id: string | number | null = null;
  try {
    const row = rowOf(text, origin);
    if (isRounded(row.id)) throw wrong(origin, `id ${row.id} is a number that reading JSON rounds; write it as a text`);
    id = idOf(row.id);
    if (id === null) throw wrong(origin, needs(row, "id", "a text or a number"));
    return readRow(row, id, family, origin, style);
  } catch (error) {
    if (error instanceof DataError) return { id, error };
    throw error;
  }
}

function rowOf(text: string, origin: string): Row {
  let row: unknown;
  try {
    row = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/\s+/g, " ").slice(0, 120) : "";
    throw wrong(origin, `not JSON (${reason}); each line must be one JSON object`, cause);
  }
  if (isRecord(row)) return row;
  throw wrong(origin, `a JSON object is expected, not ${Array.isArray(row) ? "a list" : String(typeof row)}`);
}

function idOf(value: unknown): string | number | null {
  if (typeof value === "number") return value;
  return typeof value === "string" && value !== "" && value.length <= 1000 ? value : null;
}

function readRow(row: Row, id: string | number, family: string, origin: string, style?: QaStyle): ResponseLine {
  if (typeof row.response !== "string") throw wrong(origin, needs(row, "response", "a text"));
  if (typeof row.family === "string" && row.family !== family) {
    throw wrong(origin, `family is "${row.family}", but the lines are scored as ${family}; score it on its own`);
  }
  const messages = messagesOf(row.prompt, origin);
  const question = messages.findLast((message) => message.role === "user")?.content ?? "";
  const gold = goldOf(row, family, origin, style);
  const item: Item = { id: String(id), taskId: family, question, messages, gold };
  const problem = problemOf(gold, origin);
  return { id, item, response: row.response, truncated: row.truncated === true, ...(problem && { problem }) };
}

/** A prompt is the question, or chat messages; a last assistant message is the start of the response (its prefill). */
function messagesOf(prompt: unknown, origin: string): readonly ChatMessage[] {
  if (prompt === undefined || prompt === null) return [];
  if (typeof prompt === "string") return [{ role: "user", content: prompt }];
  if (Array.isArray(prompt) && prompt.every(isMessage)) return prompt;
  throw wrong(origin, "prompt must be a text, or a list of {role: system | user | assistant, content}");
}

function isMessage(value: unknown): value is ChatMessage {
  if (!isRecord(value) || typeof value.content !== "string") return false;
  return value.role === "system" || value.role === "user" || value.role === "assistant";
}

function goldOf(row: Row, family: string, origin: string, style?: QaStyle): Gold {
  switch (family) {
    case "math": {
      if (isRounded(row.answer)) {
        throw wrong(origin, `answer ${String(row.answer)} is a number that reading JSON rounds; write it as a text`);
      }
      const answer = scalar(row.answer);
      if (answer === undefined) throw wrong(origin, needs(row, "answer", "a text or a number", family));
      return { kind: "math", answer };
    }
    case "qa":
      return qaGold(row, origin, style);
    case "code":
      return codeGold(row, origin);
    case "writing":
      if (typeof row.reference !== "string") throw wrong(origin, needs(row, "reference", "a text", family));
      if (row.rubric !== undefined && row.rubric !== null && typeof row.rubric !== "string") {
        throw wrong(origin, needs(row, "rubric", "a text"));
      }
      return { kind: "writing", reference: row.reference, ...(row.rubric && { rubric: row.rubric }) };
    default:
      return { kind: "custom", data: row };
  }
}

function problemOf(gold: Gold, origin: string): DataError | undefined {
  const unit = gold.kind === "math" ? unknownUnit(gold.answer) : undefined;
  if (unit === undefined) return undefined;
  const remedy = "answers count with that word or without a unit; use a known unit, or leave it out";
  const message = `${origin}: field "answer" has the unknown unit "${unit.slice(0, 40)}"; ${remedy}`;
  return new DataError(message, { code: "unknown_unit", details: { origin, unit } });
}

function qaGold(row: Row, origin: string, style?: QaStyle): Gold {
  const answers = scalars(row.answers ?? row.answer);
  if (answers === undefined) throw wrong(origin, needs(row, "answers", "a list of texts", "qa"));
  const options = row.options === undefined || row.options === null ? undefined : scalars(row.options);
  if (options === undefined && (row.options || style === "letter"))
    throw wrong(origin, needs(row, "options", "a list of texts"));
  return { kind: "qa", answers, ...(options && { options }) };
}

function codeGold({ tests, limits: given }: Row, origin: string): Gold {
  const limits = parseLimits(given);
  if (typeof limits === "string") throw wrong(origin, limits);
  if (Object.values(limits).some((value) => typeof value !== "number" || !(value > 0))) {
    throw wrong(origin, 'field "limits" must hold numbers above 0');
  }
  if (tests === undefined || tests === null) return noGold("no tests");
  if (!isRecord(tests)) {
    throw wrong(origin, `tests must be an object {kind: stdio | unittest | asserts, …}, not ${kindOf(tests)}`);
  }
  const parsed = parseTests(tests, origin);
  return typeof parsed === "string" ? noGold(parsed) : { kind: "code", tests: parsed, ...(given ? { limits } : {}) };
}

/** A number that is not the one written: JSON numbers are read as doubles. */
function isRounded(value: unknown): value is number {
  return typeof value === "number" && (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER);
}

function scalar(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

function scalars(value: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.flatMap((one) => scalar(one) ?? []);
  return texts.length === list.length ? texts : undefined;
}

/** What is wrong with a field that a line cannot do without; `family` where its name tells which family a line is of. */
function needs(row: Row, name: string, wanted: string, family?: string): string {
  const given = row[name];
  if (given !== undefined && given !== null) return `field "${name}" must be ${wanted}, not ${kindOf(given)}`;
  if (given === null) return `field "${name}" is null; it must be ${wanted}`;
  const other = Object.entries(goldFields).find(([one, field]) => one !== family && row[field] !== undefined);
  const looks = family !== undefined && other !== undefined ? `; this looks like a line of family ${other[0]}` : "";
  return `field "${name}" is missing${looks || hint(name, Object.keys(row).slice(0, 20)) || "; add it"}`;
}

function kindOf(value: unknown): string {
  if (value === "") return "an empty text";
  if (Array.isArray(value)) return "a list";
  if (value === null) return "null";
  return typeof value === "string" ? "a text" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function wrong(origin: string, problem: string, cause?: unknown): DataError {
  return new DataError(`${origin}: ${problem}`, { code: "bad_line", details: { origin }, cause });
}
