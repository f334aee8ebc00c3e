import { listField, textField } from "../mapping/field-value.js";
import type { MappedRow } from "../mapping/map-row.js";

/** The accepted answers of a row, or why there is none. */
export function readAnswers(row: MappedRow): readonly string[] | string {
  const label = textField(row, "answerLabel")?.trim();
  if (label !== undefined) return byLabel(row, label);
  const index = textField(row, "answerIndex")?.trim();
  if (index !== undefined) return byIndex(row, index);
  const answers = [...(listField(row, "answer") ?? []), ...(listField(row, "answers") ?? [])]
    .map((text) => text.trim())
    .filter((text) => text !== "");
  if (answers.length === 0) return "the answer is empty";
  return amongOptions(row, [...new Set(answers)]);
}

/** Where the row lists all options, an answer that is none of them is a wrong label or a broken row. */
function amongOptions(row: MappedRow, answers: readonly string[]): readonly string[] | string {
  const options = listField(row, "options") ?? [];
  if (options.length === 0 || answers.some((answer) => options.some((option) => option.trim() === answer)))
    return answers;
  return `"${answers[0]}" is none of the options (a label is mapped as answerLabel, a position as answerIndex)`;
}

function byLabel(row: MappedRow, label: string): readonly string[] | string {
  const options = listField(row, "options") ?? [];
  const labels = listField(row, "labels") ?? options.map((_, index) => String.fromCharCode("A".charCodeAt(0) + index));
  const option = options[labels.findIndex((one) => one.trim().toLowerCase() === label.toLowerCase())];
  return option === undefined || option.trim() === ""
    ? `label "${label}" is none of ${labels.join(", ")}`
    : [option.trim()];
}

function byIndex(row: MappedRow, index: string): readonly string[] | string {
  const options = listField(row, "options") ?? [];
  const option = /^\d+$/.test(index) ? options[Number(index)] : undefined;
  return option === undefined || option.trim() === ""
    ? `index "${index}" is not in 0 … ${options.length - 1}`
    : [option.trim()];
}
