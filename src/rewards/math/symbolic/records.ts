import type { AnswerNode } from "./answer-node.js";
import { subjectOf } from "./subject.js";

type Assignment = { readonly name: string; readonly subject: AnswerNode; readonly value: AnswerNode };

/**
 * `p = 3, q = 2; p = 7, q = 4` as `(p, q) = (3, 2)` and `(p, q) = (7, 4)`: assignments that repeat the same two names or more. Each
 * round becomes one relation, its names in alphabetical order; undefined for any other items.
 */
export function recordsOf(items: readonly AnswerNode[]): readonly AnswerNode[] | undefined {
  const assignments = items.map(assignmentOf);
  if (!assignments.every((one) => one !== undefined)) return undefined;
  const width = new Set(assignments.map(({ name }) => name)).size;
  if (width < 2 || assignments.length <= width || assignments.length % width !== 0) return undefined;
  const rounds = Array.from({ length: assignments.length / width }, (_, k) =>
    assignments.slice(k * width, (k + 1) * width).sort((a, b) => (a.name < b.name ? -1 : 1)),
  );
  if (rounds.some((round) => new Set(round.map(({ name }) => name)).size < width)) return undefined;
  return rounds.map((round) => ({
    kind: "relation",
    sides: [tuple(round.map(({ subject }) => subject)), tuple(round.map(({ value }) => value))],
    operators: ["="],
  }));
}

function assignmentOf(node: AnswerNode): Assignment | undefined {
  if (node.kind !== "relation" || node.operators.join() !== "=") return undefined;
  const [subject, value] = node.sides;
  const name = subjectOf(subject);
  return name === "" || subject === undefined || value === undefined ? undefined : { name, subject, value };
}

function tuple(items: readonly AnswerNode[]): AnswerNode {
  return { kind: "group", open: "(", close: ")", items };
}
