import type { Gold } from "../core/index.js";
import type { MappedRow } from "./mapping/map-row.js";

/** How a QA prompt shows its options. */
export type QaStyle = "full-text" | "letter" | "open";

/** What a family may know beyond the row. */
export interface FamilyContext {
  readonly itemId: string;
  readonly seed: number;
  /** Undefined = full-text where the row has options, else open. */
  readonly style?: QaStyle;
}

/** What a family makes of a row. */
export interface FamilyPart {
  readonly gold: Gold;
  /** Values of the template's placeholders beyond `{question}` and the mapped fields. */
  readonly variables: Readonly<Record<string, string>>;
  /** The default template for this row. */
  readonly template: string;
}

/** A kind of task: which fields it reads, how it asks, what right is. Adding one: this, a folder, a line in families.ts. */
export interface Family {
  readonly name: string;
  /** Fields that make the gold, with `question` before them; a config maps them by these names. */
  readonly goldFields: readonly string[];
  /** Those without which a row cannot be read: one name of each group must be mapped or in the row. */
  readonly required: readonly (readonly string[])[];
  /** Names that {@link FamilyPart.variables} fills. */
  readonly variables: readonly string[];
  readonly system: string;
  /** Throws DataError for a field of the wrong kind; a value that is merely missing or broken makes a gold of kind none. */
  build(row: MappedRow, context: FamilyContext): FamilyPart;
}

/** A gold that cannot be used, with the reason that reports show. */
export function noGold(reason: string): Gold {
  return { kind: "none", reason };
}

/** The system prompt's first half, short enough for a model of 135M parameters. */
export const formatRequest = "Reply in this form: <think>short reasoning</think><answer>final answer</answer>.";
