import { type Family, formatRequest, noGold } from "../family.js";
import { textField } from "../mapping/field-value.js";

/** Problems with one exact answer: `answer` is a number, an expression or LaTeX. */
export const mathFamily: Family = {
  name: "math",
  goldFields: ["answer"],
  required: [["answer"]],
  variables: [],
  system: `${formatRequest} The answer is only the number or expression asked for.`,
  build: (row) => {
    const answer = textField(row, "answer")?.trim();
    return {
      gold: answer === undefined ? noGold("the answer is empty") : { kind: "math", answer },
      variables: {},
      template: "{question}",
    };
  },
};
