/**
 * Answers a second of the in-process math verifier, one thread, against the usual alternative: a chain of regular
 * expressions that normalises LaTeX, then floating-point equality. Both see the same pairs in the same run.
 * Prints one JSON line; the first argument is how many seconds each is measured (default 2).
 */
import { compareAnswers } from "../src/rewards/math/compare.js";

const golds = [
  ...["42", "-17", "1,234", "0.75", "\\frac{25}{84}", "\\dfrac{1}{2}", "3.5", "1000000.1", "6.63e-34", "25\\%"],
  ...["\\$18.00", "8 \\pi", "\\left( -3, \\frac{1}{14} \\right)", "x^2 + 3x - 4", "\\text{Evelyn}", "90^\\circ"],
  ...["5\\text{ cm}", "1 1/2", "\\sqrt{51}", "\\begin{pmatrix} 1 \\\\ 0 \\end{pmatrix}"],
];
const forms: readonly ((gold: string) => string)[] = [
  (gold) => gold,
  (gold) => ` ${gold}. `,
  (gold) => `$${gold}$`,
  (gold) => gold.replace("\\frac", "\\dfrac"),
  (gold) => `${gold}1`,
  (gold) => `I think it is ${gold}`,
];

/** A pair with what a person would say of it. */
interface Pair {
  readonly answer: string;
  readonly gold: string;
  readonly equal: boolean;
}

const pairs: readonly Pair[] = [
  ...golds.flatMap((gold) => forms.map((form, i) => ({ answer: form(gold), gold, equal: i < 4 }))),
  { answer: "0.5", gold: "\\frac12", equal: true },
  { answer: "1.5", gold: "1 1/2", equal: true },
  { answer: "11/2", gold: "1 1/2", equal: false },
  { answer: "1.6e-19", gold: "6.63e-34", equal: false },
  { answer: "1000000.2", gold: "1000000.1", equal: false },
  { answer: "0.30000000000000001", gold: "0.3", equal: false },
];

function naiveNormal(text: string): string {
  return text
    .replace(/\\(left|right|!|,|;|:|displaystyle)/g, "")
    .replace(/\\[dt]frac/g, "\\frac")
    .replace(/\\text\{([^}]*)\}/g, "$1")
    .replace(/\\frac(\d)(\d)/g, "\\frac{$1}{$2}")
    .replace(/\\frac\{(-?\d+)\}\{(-?\d+)\}/g, "$1/$2")
    .replace(/\^\{?\\circ\}?/g, "")
    .replace(/\\?[$%]/g, "")
    .replace(/(\d),(\d{3})/g, "$1$2")
    .replace(/\s+/g, "")
    .replace(/\.$/, "");
}

function naiveNumber(text: string): number {
  const parts = text.split("/");
  return parts.length === 2 ? Number(parts[0]) / Number(parts[1]) : Number(text || "x");
}

function naiveEqual(answer: string, gold: string): boolean {
  const [a, b] = [naiveNormal(answer), naiveNormal(gold)];
  return a === b || Math.abs(naiveNumber(a) - naiveNumber(b)) < 1e-6;
}

/** Answers a second over about `seconds`, and the share of pairs judged as a person would. */
function measure(equal: (answer: string, gold: string) => boolean, seconds: number) {
  const right = pairs.filter((pair) => equal(pair.answer, pair.gold) === pair.equal).length;
  const began = performance.now();
  let answers = 0;
  while (performance.now() - began < seconds * 1000) {
    for (const pair of pairs) equal(pair.answer, pair.gold);
    answers += pairs.length;
  }
  const perSecond = Math.round(answers / ((performance.now() - began) / 1000));
  return { perSecond, right, of: pairs.length };
}

/** Slowest of `rounds` calls on 100 kB of hostile text, milliseconds. */
function slowestHostile(): number {
  const units = ["9", "{", "\\frac", "1,", "-", "\\boxed{", "(", "\ud800"];
  const times = units.flatMap((unit) =>
    [100_000, 4096].map((length) => {
      const answer = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
      const began = performance.now();
      compareAnswers(answer, "(1, 2)");
      return performance.now() - began;
    }),
  );
  return Math.max(...times);
}

const seconds = Number(process.argv[2] ?? 2);
const exact = (answer: string, gold: string) => compareAnswers(answer, gold).outcome === "equal";
measure(exact, seconds / 4);
measure(naiveEqual, seconds / 4);
const ours = measure(exact, seconds);
const naive = measure(naiveEqual, seconds);
const ratio = Number((ours.perSecond / naive.perSecond).toFixed(3));
console.log(JSON.stringify({ ours, naive, ratio, slowestHostileMs: Number(slowestHostile().toFixed(2)) }));
