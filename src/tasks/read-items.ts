import { createHash } from "node:crypto";
import { DataError, type Item, throwIfAborted } from "../core/index.js";
import type { Family, FamilyContext } from "./family.js";
import type { FieldRule } from "./mapping/field-rule.js";
import { listField, textField } from "./mapping/field-value.js";
import { type MappedRow, mapRow } from "./mapping/map-row.js";
import { type PromptSpec, promptMessages } from "./prompt.js";
import type { Source } from "./sources/index.js";
import { WhereFilter, type WhereSpec } from "./where.js";

/** How rows of a source become items of a task. */
export interface ReadPlan {
  readonly taskId: string;
  readonly family: Family;
  readonly rules: Readonly<Record<string, FieldRule>>;
  readonly where: WhereSpec;
  readonly prompt: PromptSpec;
  readonly context: Omit<FamilyContext, "itemId">;
}

/** Items with what was left out on the way. */
export interface ReadItems {
  readonly items: readonly Item[];
  /** Rows in the source. */
  readonly rows: number;
  readonly droppedByWhere: number;
  /** Rows equal to an earlier one. */
  readonly duplicates: number;
}

/** Reads a whole source. Throws DataError for a row that cannot be mapped, and when nothing is left, saying what removed it. */
export async function readItems(source: Source, plan: ReadPlan, signal?: AbortSignal): Promise<ReadItems> {
  const where = new WhereFilter(plan.where);
  const byId = new Map<string, { readonly item: Item; readonly content: string; readonly origin: string }>();
  let rows = 0;
  let duplicates = 0;
  for await (const raw of source.rows(signal)) {
    throwIfAborted(signal);
    rows += 1;
    if (!where.keeps(raw)) continue;
    const row = mapRow(raw, plan.rules);
    const content = contentId(row, plan.family);
    const item = itemOf(row, content, plan);
    const earlier = byId.get(item.id);
    if (!earlier) byId.set(item.id, { item, content, origin: raw.origin });
    else if (earlier.content === content) duplicates += 1;
    else throw sameId(item.id, earlier.origin, raw.origin);
  }
  if (rows === 0) throw new DataError(`${source.name}: the data set is empty`, { code: "data_empty" });
  if (byId.size === 0) throw new DataError(`${source.name}: ${where.explainEmpty(rows)}`, { code: "data_empty" });
  const items = [...byId.values()].map(({ item }) => item);
  requireGold(items, source.name);
  return { items, rows, droppedByWhere: where.dropped, duplicates };
}

function itemOf(row: MappedRow, content: string, plan: ReadPlan): Item {
  const question = textField(row, "question")?.trim();
  if (question === undefined) {
    throw new DataError(
      `${row.origin}: field "question" is empty; mend the row, or map data.fields.question to another path`,
      {
        code: "bad_row",
      },
    );
  }
  const id = itemId(row, content);
  const { gold, variables, template } = plan.family.build(row, { ...plan.context, itemId: id });
  const messages = promptMessages(
    plan.prompt,
    { system: plan.family.system, template },
    {
      ...mappedTexts(row),
      ...variables,
      question,
    },
  );
  const demonstration = textField(row, "demonstration");
  const category = textField(row, "category")?.trim();
  const opening = listField(row, "opening");
  return {
    id,
    taskId: plan.taskId,
    question,
    messages,
    gold,
    ...(opening !== undefined && opening.length > 0 && { opening }),
    ...(category !== undefined && category !== "" && { category }),
    ...(demonstration !== undefined && { demonstration }),
  };
}

function itemId(row: MappedRow, content: string): string {
  const given = textField(row, "id")?.trim() ?? content;
  if (given.length <= 200 && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(given)) return given;
  throw new DataError(
    `${row.origin}: field "id" must be at most 200 characters without control characters; map another`,
    {
      code: "bad_row",
    },
  );
}

/** An id that only the content decides: what is asked and what is right, not the demonstration. */
function contentId(row: MappedRow, family: Family): string {
  const parts = ["question", ...family.goldFields].map((name) => row.fields[name] ?? null);
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/** Mapped fields as placeholders: lists one element a line. */
function mappedTexts(row: MappedRow): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(row.fields).map(([name, value]) => {
      if (value === null || value === undefined) return [name, ""];
      if (Array.isArray(value))
        return [name, value.map((one) => (typeof one === "object" ? JSON.stringify(one) : String(one))).join("\n")];
      return [name, typeof value === "object" ? JSON.stringify(value) : String(value)];
    }),
  );
}

function sameId(id: string, first: string, second: string): DataError {
  return new DataError(
    `${second}: id "${id}" is already that of another item (${first}); make ids unique, or map data.fields.id to another field`,
    { code: "duplicate_id" },
  );
}

/** One broken gold is a fact about a row; all of them are a wrong mapping. */
function requireGold(items: readonly Item[], name: string): void {
  const reasons = items.flatMap(({ gold, id }) => (gold.kind === "none" ? [`item ${id}: ${gold.reason}`] : []));
  if (reasons.length < items.length) return;
  throw new DataError(`${name}: no item has a usable answer (${reasons[0]}); check data.fields`, { code: "no_gold" });
}
