import { DataError, type Gold } from "../../core/index.js";
import { type Family, type FamilyContext, type FamilyPart, formatRequest, noGold, type QaStyle } from "../family.js";
import { listField } from "../mapping/field-value.js";
import type { MappedRow } from "../mapping/map-row.js";
import { arrangeOptions } from "./arrange-options.js";
import { readAnswers } from "./read-answers.js";

const templates: Readonly<Record<QaStyle, string>> = {
  "full-text": "{question}\n\nOptions:\n{options}\n\nAnswer with the text of the right option.",
  letter: "{question}\n\nOptions:\n{options}\n\nAnswer with the letter of the right option.",
  open: "{question}",
};

/**
 * Questions with accepted answers: `answer` (text) or `answers` (list), or `answerLabel`/`answerIndex` into `options`
 * (with `labels`, default A, B, C …); `distractors` are wrong options. Options are shuffled by seed and item id.
 */
export const qaFamily: Family = {
  name: "qa",
  goldFields: ["answer", "answers", "answerLabel", "answerIndex", "options", "labels", "distractors"],
  required: [["answer", "answers", "answerLabel", "answerIndex"]],
  variables: ["options"],
  system: `${formatRequest} Keep the answer short.`,
  build,
};

function build(row: MappedRow, context: FamilyContext): FamilyPart {
  const given = [...(listField(row, "options") ?? []), ...(listField(row, "distractors") ?? [])].filter(
    (option) => option.trim() !== "",
  );
  const style = context.style ?? (given.length > 0 ? "full-text" : "open");
  const answers = readAnswers(row);
  if (typeof answers === "string")
    return { gold: noGold(answers), variables: { options: "" }, template: templates.open };
  if (style === "open") return { gold: { kind: "qa", answers }, variables: { options: "" }, template: templates.open };
  if (given.length === 0) {
    throw new DataError(
      `${row.origin}: style "${style}" needs options, but the row has none; map data.fields.options or distractors, or use style: open`,
      { code: "bad_mapping", details: { origin: row.origin, field: "options" } },
    );
  }
  const options = arrangeOptions(answers, given, context.seed, context.itemId);
  if (options.length < 2)
    return { gold: noGold("no wrong option"), variables: { options: options.join("\n") }, template: templates[style] };
  const gold: Gold = { kind: "qa", answers, options };
  return { gold, variables: { options: shown(options, style) }, template: templates[style] };
}

function shown(options: readonly string[], style: QaStyle): string {
  return options.map((option, index) => (style === "letter" ? `${letter(index)}. ${option}` : option)).join("\n");
}

function letter(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}
