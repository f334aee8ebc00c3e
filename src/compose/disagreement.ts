import type { Disagreement } from "../rewards/index.js";

/** Tells where the two math verifiers disagree, a line each. */
export function noticed(notice: (line: string) => void): (disagreement: Disagreement) => void {
  return ({ answer, gold, verdicts }) => {
    const said = Object.entries(verdicts).map(([name, verdict]) => `${name} says ${verdict}`);
    notice(`math verifiers disagree on ${JSON.stringify(answer)} for ${JSON.stringify(gold)}: ${said.join(", ")}`);
  };
}
