import type { AnswerNode } from "./answer-node.js";

/** The text of a symbol or of an unknown function's call, which an equation is solved for; "" for anything else. */
export function subjectOf(node: AnswerNode | undefined): string {
  if (node?.kind !== "value" || node.unit !== "") return "";
  const { expression } = node;
  if (expression.kind === "symbol") return /^(pi|i|infinity)$/.test(expression.name) ? "" : expression.name;
  if (expression.kind !== "call" || expression.head !== "Apply") return "";
  const [arg] = expression.args;
  return arg?.kind === "symbol" ? `${expression.name}(${arg.name})` : "";
}
