/** A final verdict on an answer: nothing is left undecided. `bad_gold` is the item's fault. */
export type Verdict =
  | {
      readonly outcome: "equal";
      readonly by: "text" | "number" | "tolerance" | "word" | "elements" | "symbolic" | "math-verify";
    }
  | { readonly outcome: "different"; readonly reason: string }
  | { readonly outcome: "bad_gold"; readonly reason: string };
