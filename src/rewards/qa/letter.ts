import { undressed, unwrapped } from "./dress.js";
import { letterList } from "./letter-list.js";
import { lightlyNormalised, normaliseAnswer } from "./normalise.js";

export const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The mark that begins a heading, a quotation or an item of a list in Markdown. */
const LINE_MARK = /^(?:#{1,6}|[>•-]) (?=\S)/;
/** Words that lead to the letter and say nothing else: `The correct answer is`, `Option`, `Final answer:`. */
const LEAD =
  /^(?:(?:(?:so|thus|hence|therefore),? )?(?:the |my )?(?:final |correct |right |best )?(?:answer|ans\b\.?|option|choice|letter|答案|选项|答え|正解)(?:是|为|选|は)?(?: choice| option| letter)?(?: is(?!n))?\s*[:-]?\s*)+/i;
/** Words behind the letter that only confirm it. */
const TAIL = /^is (?:the )?(?:correct|right|best)(?: answer| option| choice)?\.?$/i;

/**
 * Options that an answer names by letter, alone or with their own text, in ordinary dress: `**C**. Oslo`, `(c)`, `Answer: C`,
 * `A and C`; undefined where it names none, hedges, or gives a letter the text of another option.
 */
export function chosenOptions(answer: string, options: readonly string[]): readonly number[] | undefined {
  const text = unwrapped(undressed(lightlyNormalised(answer).replace(LINE_MARK, ""))).replace(LEAD, "");
  const letters = letterList(text) ?? (/^[A-Z]{2,}$/.test(text) ? [...text] : undefined);
  const several = letters?.map((letter) => LETTERS.indexOf(letter));
  if (several !== undefined) return several.every((index) => options[index] !== undefined) ? several : undefined;
  const one = chosenOption(text, options);
  return one === undefined ? undefined : [one];
}

function chosenOption(text: string, options: readonly string[]): number | undefined {
  const match = /^(?:[([{"']\s*)?([A-Za-z])(?:\s*[)\]}"']+)?(\s*(?:->|[.,:;!=→-])|\s|$)?\s*(.*)$/su.exec(text);
  if (match === null) return undefined;
  const [whole, letter = "", separator, rest = ""] = match;
  const index = LETTERS.indexOf(letter.toUpperCase());
  const option = options[index];
  if (option === undefined) return undefined;
  // Because is no B.
  const apart = separator !== undefined || /^[^A-Za-z]*[A-Za-z]\s*[)\]}"']/.test(whole);
  if (rest !== "" && !apart) return undefined;
  if (/^[.:,;!]?$/.test(rest) || TAIL.test(rest)) return index;
  // "C, A" names two letters, even where A is also the text of C.
  if (/^\s*,?$/.test(separator ?? "") && /^[([]?[A-Za-z][.)\]]*$/.test(rest)) return undefined;
  const own = normaliseAnswer(undressed(lightlyNormalised(option)));
  return [rest, rest.replace(/^\((.*)\)[.]?$/su, "$1")].some((one) => normaliseAnswer(one) === own) ? index : undefined;
}
