const SMALL = (
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen " +
  "eighteen nineteen"
).split(" ");
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** Powers of ten. */
const SCALES: ReadonlyMap<string | undefined, number> = new Map([
  ["hundred", 2],
  ["thousand", 3],
  ["million", 6],
  ["billion", 9],
  ["trillion", 12],
]);

interface Read {
  readonly value: number;
  /** Words that it took. */
  readonly length: number;
}

/**
 * Numbers from zero to 999 trillion that stand in words, or half in words, as digits: `twenty one`, `one thousand and five`,
 * `a hundred`, `3.5 million`; percent as a sign behind its number. Other words as they are.
 */
export function withDigits(words: readonly string[]): readonly string[] {
  const plain: string[] = [];
  for (let at = 0; at < words.length; ) {
    const read = numberAt(words, at);
    const scaled = read === undefined ? scaledAt(words, at) : undefined;
    plain.push(read === undefined ? (scaled?.text ?? words[at] ?? "") : String(read.value));
    at += read?.length ?? scaled?.length ?? 1;
  }
  return withPercent(plain);
}

/** Groups of falling scale: `two million three thousand and five`, `2 million 3 thousand`. */
function numberAt(words: readonly string[], at: number): Read | undefined {
  let [value, length, limit] = [0, 0, Number.POSITIVE_INFINITY];
  while (limit > 1) {
    const and = length > 0 && words[at + length] === "and" ? 1 : 0;
    const group = belowThousand(words, at + length + and);
    if (group === undefined) break;
    if (group.value === 0) return length === 0 ? group : { value, length };
    const power = SCALES.get(words[at + length + and + group.length]) ?? 0;
    const scale = power > 2 ? 10 ** power : 1;
    if (scale >= limit) break;
    value += group.value * scale;
    length += and + group.length + (scale > 1 ? 1 : 0);
    limit = scale;
  }
  return length === 0 ? undefined : { value, length };
}

function belowThousand(words: readonly string[], at: number): Read | undefined {
  const first = belowHundred(words, at) ?? countBefore(words, at);
  if (first === undefined || first.value % 10 === 0 || words[at + first.length] !== "hundred") return first;
  const length = first.length + 1;
  const and = words[at + length] === "and" ? 1 : 0;
  const rest = belowHundred(words, at + length + and);
  if (rest === undefined || rest.value === 0) return { value: 100 * first.value, length };
  return { value: 100 * first.value + rest.value, length: length + and + rest.length };
}

function belowHundred(words: readonly string[], at: number): Read | undefined {
  const small = SMALL.indexOf(words[at] ?? "");
  if (small >= 0) return { value: small, length: 1 };
  const ten = TENS.indexOf(words[at] ?? "");
  if (ten < 0) return undefined;
  const unit = SMALL.indexOf(words[at + 1] ?? "");
  const tens = 10 * (ten + 2);
  return unit > 0 && unit < 10 ? { value: tens + unit, length: 2 } : { value: tens, length: 1 };
}

/** `a` or digits, where they count what follows: `a hundred`, `3 million`. */
function countBefore(words: readonly string[], at: number): Read | undefined {
  const word = words[at] ?? "";
  const scale = words[at + 1];
  if (!SCALES.has(scale)) return undefined;
  if (word.trimEnd() === "a") return { value: 1, length: 1 };
  return /^[1-9]\d{0,2}$/.test(word) && (scale !== "hundred" || word.length < 3)
    ? { value: Number(word), length: 1 }
    : undefined;
}

/** A decimal or an amount of money before its scale: `3.5 million`, `$3 million`. Exact: the point is moved. */
function scaledAt(
  words: readonly string[],
  at: number,
): { readonly text: string; readonly length: number } | undefined {
  const power = SCALES.get(words[at + 1]);
  const [, sign = "", whole = "", point = ""] =
    /^(-?[$€£¥₹]?)([1-9]\d{0,14}|0)(?:\.(\d{1,15}))?$/.exec(words[at] ?? "") ?? [];
  if (power === undefined || whole === "") return undefined;
  const moved = whole + point.slice(0, power).padEnd(power, "0");
  const rest = point.slice(power);
  const text = `${sign}${moved.replace(/^0+(?=\d)/, "")}${rest === "" ? "" : `.${rest}`}`;
  return { text, length: 2 };
}

/** `60 %`, `60 percent`, `60 per cent` as `60%`; percent points are no percent. */
function withPercent(words: readonly string[]): readonly string[] {
  const plain: string[] = [];
  for (let at = 0; at < words.length; ) {
    const length = /^-?[\d.]+$/.test(words[at] ?? "") ? percentAt(words, at + 1) : 0;
    plain.push(`${words[at]}${length > 0 ? "%" : ""}`);
    at += 1 + length;
  }
  return plain;
}

function percentAt(words: readonly string[], at: number): number {
  const word = words[at] ?? "";
  const length = /^(?:\\?%|percent|pct)$/.test(word) ? 1 : word === "per" && words[at + 1] === "cent" ? 2 : 0;
  return /^points?$/.test(words[at + length] ?? "") ? 0 : length;
}
