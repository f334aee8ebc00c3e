const SMALL = (
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen " +
  "eighteen nineteen"
).split(" ");
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

const SCALES: ReadonlyMap<string | undefined, number> = new Map([
  ["thousand", 1e3],
  ["million", 1e6],
  ["billion", 1e9],
  ["trillion", 1e12],
]);

interface Read {
  readonly value: number;
  /** Words that it took. */
  readonly length: number;
}

/** Numbers from zero to 999 trillion that stand in words, as digits: `twenty one`, `one thousand and five`; other words as they are. */
export function withDigits(words: readonly string[]): readonly string[] {
  const plain: string[] = [];
  for (let at = 0; at < words.length; ) {
    const read = numberAt(words, at);
    plain.push(read === undefined ? (words[at] ?? "") : String(read.value));
    at += read?.length ?? 1;
  }
  return plain;
}

/** Groups of falling scale: `two million three thousand and five`. */
function numberAt(words: readonly string[], at: number): Read | undefined {
  let [value, length, limit] = [0, 0, Number.POSITIVE_INFINITY];
  while (limit > 1) {
    const and = length > 0 && words[at + length] === "and" ? 1 : 0;
    const group = belowThousand(words, at + length + and);
    if (group === undefined) break;
    if (group.value === 0) return length === 0 ? group : { value, length };
    const scale = SCALES.get(words[at + length + and + group.length]) ?? 1;
    if (scale >= limit) break;
    value += group.value * scale;
    length += and + group.length + (scale > 1 ? 1 : 0);
    limit = scale;
  }
  return length === 0 ? undefined : { value, length };
}

function belowThousand(words: readonly string[], at: number): Read | undefined {
  const first = belowHundred(words, at);
  if (first === undefined || first.value === 0 || first.value > 9 || words[at + 1] !== "hundred") return first;
  const and = words[at + 2] === "and" ? 1 : 0;
  const rest = belowHundred(words, at + 2 + and);
  if (rest === undefined || rest.value === 0) return { value: 100 * first.value, length: 2 };
  return { value: 100 * first.value + rest.value, length: 2 + and + rest.length };
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
