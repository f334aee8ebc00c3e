import { type Family, formatRequest, noGold } from "../family.js";
import { textField } from "../mapping/field-value.js";

/**
 * Open-ended writing: `reference` is a good answer that a judge compares with. `opening` are earlier user turns of the
 * conversation, which the policy answers first; the judge sees them before the question.
 */
export const writingFamily: Family = {
  name: "writing",
  goldFields: ["reference"],
  required: [["reference"]],
  variables: [],
  system: `${formatRequest} The answer is the finished text alone.`,
  build: (row) => {
    const reference = textField(row, "reference")?.trim();
    return {
      gold: reference === undefined ? noGold("the reference is empty") : { kind: "writing", reference },
      variables: {},
      template: "{question}",
    };
  },
};
