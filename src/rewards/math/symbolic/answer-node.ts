import type { Tolerated } from "../tolerance.js";
import type { Expression } from "./expression.js";

/** An answer's structure, with expressions at its leaves. */
export type AnswerNode =
  /**
   * `words`: the text, where letters alone may spell words as well as a product. `tolerated`: of a gold that is a decimal number, how
   * near is near enough.
   */
  | {
      readonly kind: "value";
      readonly expression: Expression;
      readonly unit: string;
      readonly words?: string;
      readonly tolerated?: Tolerated;
    }
  /** `(a, b]`, `[a, b]`, `\{a, b\}`, `\langle a, b \rangle`, and `a, b` with empty brackets. */
  | { readonly kind: "group"; readonly open: string; readonly close: string; readonly items: readonly AnswerNode[] }
  | { readonly kind: "matrix"; readonly rows: readonly (readonly AnswerNode[])[]; readonly determinant: boolean }
  | { readonly kind: "relation"; readonly sides: readonly AnswerNode[]; readonly operators: readonly Relation[] }
  /** `a ∪ b`, `a ∩ b`, `a ∖ b`; of conditions, `or` and `and`. */
  | {
      readonly kind: "combined";
      readonly by: "union" | "intersection" | "difference";
      readonly parts: readonly AnswerNode[];
    }
  /** `\{member | condition\}`. */
  | { readonly kind: "builder"; readonly member: AnswerNode; readonly condition: AnswerNode }
  | { readonly kind: "named"; readonly set: "reals" | "empty" | "integers" | "naturals" | "rationals" | "complexes" }
  | { readonly kind: "ratio"; readonly parts: readonly AnswerNode[] }
  | { readonly kind: "text"; readonly text: string };

/** Relations, in one spelling. */
export type Relation = "=" | "<" | ">" | "\\le" | "\\ge" | "\\ne" | "\\in" | "\\equiv";
