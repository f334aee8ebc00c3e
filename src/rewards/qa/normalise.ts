import { normalisedKeepingScripts } from "../unicode-math.js";
import { withDigits } from "./number-words.js";

/** Longest QA answer that is read, in UTF-16 units. */
export const MAX_QA_CHARS = 4096;

/** NFKC, one spelling of quotes, dashes, digits and powers, single blanks: what is equal here is equal to any reader. */
export function lightlyNormalised(text: string): string {
  return normalisedKeepingScripts(text)
    .replace(/[‘’‛′]/g, "'")
    .replace(/[“”‟″]/g, '"')
    .replace(/[‐‑‒–—−]/g, "-")
    .replace(/(?<=\d)٫(?=\d)/g, ".")
    .replace(/(?<=\d)٬(?=\d)/g, ",")
    .replace(/\s+/g, " ")
    .trim();
}

/**
 * A QA answer as it is compared: {@link lightlyNormalised}, case folded (`ß` = `ss`), articles dropped where a word follows,
 * prose punctuation dropped at word edges, apostrophes between letters dropped, hyphens there read as blanks, brackets around
 * one letter dropped, numbers in one spelling (`1,000.0` = `1000`, `twenty-one` = `21`). Signs that carry meaning (`-5`, `C++`,
 * `50%`, `5!`, `3.14`, `x^2`) stay, and so does an answer that is nothing but punctuation. docs/rewards.md has the table.
 */
export function normaliseAnswer(text: string): string {
  const light = lightlyNormalised(text);
  const words = folded(unwrapped(light).replace(/^[([](\p{L})[)\]]$/u, "$1"))
    .replace(/(?<=\p{L})'(?=\p{L})/gu, "")
    .replace(/(?<=\p{L})-(?=\p{L})/gu, " ")
    .split(" ");
  const plain = withDigits(words.map(plainWord).filter((word) => word !== ""));
  const kept = plain.filter((word, i) => i === plain.length - 1 || !(word === "a" || word === "an" || word === "the"));
  return kept.length === 0 ? light : kept.join(" ");
}

/** Lower case as Unicode folds it, where that differs from lower case in letters that answers have. */
function folded(text: string): string {
  return text.toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ").replaceAll("i\u0307", "i");
}

/** Drops quotes, emphasis or `\text{}` around the whole. */
export function unwrapped(text: string): string {
  for (const [open, close] of [
    ["**", "**"],
    ["\\text{", "}"],
    ['"', '"'],
    ["'", "'"],
    ["`", "`"],
    ["*", "*"],
  ] as const) {
    const inner = text.slice(open.length, text.length - close.length);
    if (
      text.length > open.length + close.length &&
      text.startsWith(open) &&
      text.endsWith(close) &&
      !inner.includes(close)
    ) {
      return unwrapped(inner.trim());
    }
  }
  return text;
}

function plainWord(word: string): string {
  let begin = 0;
  let end = word.length;
  while (begin < end && /["'`,;:?¿¡]/.test(word[begin] ?? "")) begin += 1;
  while (end > begin && isTrailing(word, end, begin)) end -= 1;
  const bare = word.slice(begin, end);
  return plainNumber(bare);
}

function isTrailing(word: string, end: number, begin: number): boolean {
  const last = word[end - 1] ?? "";
  // 5! is a factorial.
  if (last === "!") return !(end - 2 >= begin && /\d/.test(word[end - 2] ?? ""));
  return /["'`,;:?.]/.test(last);
}

/** `1,000` → `1000`, `5.00` → `5`, `.5` → `0.5`; anything else as it is. */
function plainNumber(word: string): string {
  const match = /^([-+]?)(\d{1,3}(?:,\d{3})+|\d*)(?:\.(\d+))?$/.exec(word);
  if (match === null || word === "" || !/\d/.test(word)) return word;
  const [, sign = "", whole = "", point = ""] = match;
  const digits = whole.replaceAll(",", "").replace(/^0+(?=\d)/, "") || "0";
  const decimals = withoutTrailingZeros(point);
  return `${sign === "-" ? "-" : ""}${digits}${decimals === "" ? "" : `.${decimals}`}`;
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === "0") end -= 1;
  return digits.slice(0, end);
}
