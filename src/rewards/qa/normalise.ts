import { normalisedKeepingScripts } from "../unicode-math.js";
import { marked, withoutArticles } from "./articles.js";
import { unwrapped } from "./dress.js";
import { letterList } from "./letter-list.js";
import { withPlainMarks } from "./marks.js";
import { withDigits } from "./number-words.js";

/** Longest QA answer that is read, in UTF-16 units. */
export const MAX_QA_CHARS = 4096;

/** NFKC, one spelling of marks, digits and powers, single blanks, nothing invisible: what is equal here is equal to any reader. */
export function lightlyNormalised(text: string): string {
  return withPlainMarks(normalisedKeepingScripts(withPlainMarks(text)))
    .replace(/\s+/g, " ")
    .trim();
}

/**
 * A QA answer as it is compared: {@link lightlyNormalised}, case folded (`ß` = `ss`), articles dropped where a word follows,
 * prose punctuation dropped at word edges, apostrophes between letters dropped, hyphens there read as blanks, brackets around
 * one letter dropped, numbers in one spelling (`1,000.0` = `1000`, `twenty-one` = `21`, `60 percent` = `60%`). Signs that carry
 * meaning (`-5`, `C++`, `50%`, `5!`, `3.14`, `x^2`, the zeros of `007`) stay, and so does an answer that is nothing but
 * punctuation. docs/rewards.md has the table.
 */
export function normaliseAnswer(text: string): string {
  const light = lightlyNormalised(text);
  const bare = unwrapped(light.replace(/(?<=[^\s.])\.$/, ""));
  const letters = letterList(bare);
  if (letters !== undefined) return letters.join(", ").toLowerCase();
  const words = bare
    .replace(/^[([](\p{L})[)\]]$/u, "$1")
    .split(" ")
    .flatMap((word, i, all) => plainWords(word, all[i - 1]));
  const kept = withoutArticles(withDigits(words));
  return kept.length === 0 ? light : kept.join(" ");
}

/** The words of one that stood between blanks: `well-known` is two. */
function plainWords(written: string, before: string | undefined): readonly string[] {
  const parts = folded(written)
    .replace(/(?<=\p{L})'(?=\p{L})/gu, "")
    .replace(/(?<=\p{L})-(?=\p{L})/gu, " ")
    .split(" ");
  const words = parts.map((part) => plainWord(part, before)).filter((word) => word !== "");
  const [only] = words;
  return words.length === 1 && only !== undefined ? [marked(only, written, before)] : words;
}

/** Lower case as Unicode folds it, where that differs from lower case in letters that answers have. */
function folded(text: string): string {
  return text.toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ").replaceAll("i\u0307", "i");
}

function plainWord(word: string, before: string | undefined): string {
  let begin = 0;
  let end = word.length;
  while (begin < end && /["'`,;:?¿¡]/.test(word[begin] ?? "")) begin += 1;
  while (end > begin && isTrailing(word, end, begin)) end -= 1;
  // U.S. is the US.
  const bare = word.slice(begin, end).replace(/^(?:\p{L}\.)+\p{L}$/u, (initials) => initials.replaceAll(".", ""));
  return plainNumber(bare.replace(/(?<=\d)\\%$/, "%"), before);
}

function isTrailing(word: string, end: number, begin: number): boolean {
  const last = word[end - 1] ?? "";
  // 5! is a factorial.
  if (last === "!") return !(end - 2 >= begin && /\d/.test(word[end - 2] ?? ""));
  return /["'`,;:?.]/.test(last);
}

/** `1,000` → `1000`, `5.00` → `5`, `.5` → `0.5`; anything else as it is, `007` too. */
function plainNumber(word: string, before: string | undefined): string {
  const match = /^([-+]?)([$€£¥₹]?)(\d{1,3}(?:,\d{3})+|\d*)(?:\.(\d+))?(%?)$/.exec(word);
  if (match === null || !/\d/.test(word)) return word;
  const [, sign = "", currency = "", whole = "", point = "", percent = ""] = match;
  if (/^0[\d,]/.test(whole)) return word;
  // 3.10 of a version is not its 3.1, while 3.0 is its 3.
  const version = before !== undefined && /\p{L}$/u.test(before) && /[1-9]/.test(point);
  const decimals = version ? point : withoutTrailingZeros(point);
  const digits = whole.replaceAll(",", "") || "0";
  return `${sign === "-" ? "-" : ""}${currency}${digits}${decimals === "" ? "" : `.${decimals}`}${percent}`;
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === "0") end -= 1;
  return digits.slice(0, end);
}
