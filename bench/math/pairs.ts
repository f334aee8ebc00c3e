/** An answer and a gold, with whether they mean the same; `how` names the derivation. */
export interface Pair {
  readonly answer: string;
  readonly gold: string;
  readonly equal: boolean;
  readonly how: string;
}

type Derivation = readonly [how: string, derive: (gold: string) => string | undefined];

const INTEGER = /^-?\d+$/;
const FRACTION = /^(-?)\\[dt]?frac\{?(\d+)\}?\{?(\d+)\}?$/;

const swap = (from: RegExp | string, to: string) => (gold: string) => {
  const out = gold.replace(from, to);
  return out === gold ? undefined : out;
};
const integer = (write: (n: number) => string | undefined) => (gold: string) =>
  INTEGER.test(gold) && Math.abs(Number(gold)) < 1e12 ? write(Number(gold)) : undefined;
const fraction = (write: (num: number, den: number, sign: string) => string | undefined) => (gold: string) => {
  const [, sign = "", num, den] = FRACTION.exec(gold) ?? [];
  return num === undefined ? undefined : write(Number(num), Number(den), sign);
};
const tuple = (write: (items: readonly string[]) => string | undefined) => (gold: string) => {
  const [, inner] = /^(?:\\left)?\((.*?)(?:\\right)?\)$/.exec(gold) ?? [];
  const items = inner?.split(",").map((item) => item.trim());
  return items === undefined || items.length < 2 || /[()]/.test(inner ?? "") ? undefined : write(items);
};
const bareList = (write: (items: readonly string[]) => string | undefined) => (gold: string) => {
  const items = gold.split(",").map((item) => item.trim());
  const clean =
    items.length > 1 &&
    !/^\d{1,3}(,\d{3})+$/.test(gold) &&
    !/[()[\]{}!]|text|matrix/.test(gold.replaceAll(/\\(sqrt|frac)(\{[^{}]*\})+/g, ""));
  return clean ? write(items) : undefined;
};
const terminates = (den: number): boolean =>
  /^1*$/.test(
    String(den).replace(/.*/, (d) => {
      let rest = Number(d);
      while (rest % 2 === 0) rest /= 2;
      while (rest % 5 === 0) rest /= 5;
      return rest === 1 ? "1" : "0";
    }),
  );

/** Forms of a gold that any reader takes for the same answer. */
const EQUAL: readonly Derivation[] = [
  ["as it is", (gold) => gold],
  ["full stop", (gold) => `${gold}.`],
  ["\\dfrac", swap(/\\frac/g, "\\dfrac")],
  ["\\frac", swap(/\\[dt]frac/g, "\\frac")],
  ["\\displaystyle", (gold) => `\\displaystyle ${gold}`],
  ["\\left \\right", swap(/^\((.*)\)$/, "\\left($1\\right)")],
  ["negative thin spaces", swap(/, */g, ",\\! ")],
  [
    "no blanks",
    (gold) =>
      /\\[a-z]+ [a-z]|\d \d/i.test(gold) || !gold.includes(" ") ? undefined : gold.replaceAll(/ (?![a-zA-Z])/g, ""),
  ],
  ["decimal zeros", integer((n) => `${n}.00`)],
  ["plus sign", integer((n) => (n > 0 ? `+${n}` : undefined))],
  ["thousands", integer((n) => (Math.abs(n) >= 1000 ? n.toLocaleString("en-US") : undefined))],
  [
    "LaTeX thousands",
    integer((n) => (Math.abs(n) >= 1000 ? n.toLocaleString("en-US").replaceAll(",", "{,}") : undefined)),
  ],
  ["integer as fraction", integer((n) => `\\frac{${n * 6}}{6}`)],
  ["integer as a/b", integer((n) => `${n * 4}/4`)],
  ["e-notation", integer((n) => (n !== 0 ? `${n / 1000}e3` : undefined))],
  ["times ten to the", integer((n) => (n !== 0 ? `${n / 100} \\times 10^{2}` : undefined))],
  ["assignment", (gold) => (/[=,:\\]|[a-z]/i.test(gold) ? undefined : `x = ${gold}`)],
  ["sum", integer((n) => `${n - 7} + 7`)],
  ["with \\text{}", integer((n) => `\\text{${n}}`)],
  ["a/b", fraction((num, den, sign) => `${sign}${num}/${den}`)],
  ["not reduced", fraction((num, den, sign) => `${sign}\\frac{${num * 3}}{${den * 3}}`)],
  ["sign in the numerator", fraction((num, den, sign) => (sign ? `\\frac{-${num}}{${den}}` : undefined))],
  ["decimal", fraction((num, den, sign) => (terminates(den) ? `${sign}${num / den}` : undefined))],
  [
    "mixed number",
    fraction((num, den, sign) =>
      num > den && num % den ? `${sign}${Math.floor(num / den)} ${num % den}/${den}` : undefined,
    ),
  ],
  [
    "LaTeX mixed number",
    fraction((num, den, sign) =>
      num > den && num % den ? `${sign}${Math.floor(num / den)}\\frac{${num % den}}{${den}}` : undefined,
    ),
  ],
  ["root in plain text", swap(/^(.*)\\sqrt\{?(\d+)\}?$/, "$1 sqrt($2)")],
  [
    "factor under the root",
    (gold) => {
      const [, factor, radicand] = /^(\d+) ?\\sqrt\{?(\d+)\}?$/.exec(gold) ?? [];
      return factor === undefined ? undefined : `\\sqrt{${Number(factor) ** 2 * Number(radicand)}}`;
    },
  ],
  ["root rationalised", swap(/^\\frac\{(\d+)\\sqrt\{(\d+)\}\}\{\2\}$/, "\\frac{$1}{\\sqrt{$2}}")],
  ["π first", swap(/^(\d+) ?\\pi$/, "\\pi \\cdot $1")],
  ["pi in plain text", swap(/^(\d+) ?\\pi$/, "$1*pi")],
  ["terms in another order", swap(/^(-?\d+) ?\+ ?([^+,()={}-]*\d?(?:\\sqrt\{\d+\})?[a-z]?)$/, "$2 + $1")],
  ["tuple spacing", tuple((items) => `(${items.join(",\\; ")})`)],
  ["list in another order", bareList((items) => [...items].reverse().join(", "))],
  ["list with and", bareList((items) => `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`)],
  ["list as set", bareList((items) => `\\{${items.join(", ")}\\}`)],
  ["degrees dropped", swap(/\^\{?\\circ\}?$/, "")],
  ["degree sign", swap(/\^\{?\\circ\}?$/, "°")],
  ["percent in words", swap(/\\?%$/, " percent")],
  ["currency dropped", swap(/^\\\$/, "")],
  ["other matrix brackets", swap(/pmatrix/g, "bmatrix")],
  ["name dropped", swap(/^[a-z] ?= ?/, "")],
];

/** Near misses, each of another value or kind. */
const WRONG: readonly Derivation[] = [
  [
    "last digit",
    (gold) => (/\d/.test(gold) ? gold.replace(/\d(?=\D*$)/, (d) => String((Number(d) + 1) % 10)) : undefined),
  ],
  ["first digit", (gold) => (/[1-9]/.test(gold) ? gold.replace(/[1-8]/, (d) => String(Number(d) + 1)) : undefined)],
  [
    "sign",
    (gold) =>
      /^0$|^\\text|^\\?\$|text|[_=:]/.test(gold) || /,/.test(gold)
        ? undefined
        : /^-\S+$/.test(gold) && !/[+]/.test(gold)
          ? gold.slice(1)
          : /^[^+,()-]+$/.test(gold)
            ? `-${gold}`
            : undefined,
  ],
  ["tenfold", integer((n) => (n !== 0 ? `${n}0` : undefined))],
  ["a millionth more", integer((n) => `${n}.000001`)],
  ["tiny", integer((n) => (n !== 0 ? `${n}e-20` : undefined))],
  ["upside down", fraction((num, den, sign) => (num !== den ? `${sign}\\frac{${den}}{${num}}` : undefined))],
  ["rounded", fraction((num, den, sign) => (terminates(den) ? undefined : `${sign}${(num / den).toFixed(4)}`))],
  [
    "product for mixed number",
    fraction((num, den, sign) =>
      num > den && num % den ? `${sign}${Math.floor(num / den)} \\cdot \\frac{${num % den}}{${den}}` : undefined,
    ),
  ],
  ["in garbage", (gold) => `I guess ${gold} maybe 17 or 23`],
  ["one of two", integer((n) => `${n} or ${n + 1}`)],
  ["denied", (gold) => `not ${gold}`],
  [
    "root rounded",
    (gold) => {
      const [, factor = "1", radicand] = /^(\d*) ?\\sqrt\{?(\d+)\}?$/.exec(gold) ?? [];
      return radicand === undefined ? undefined : (Number(factor || 1) * Math.sqrt(Number(radicand))).toFixed(6);
    },
  ],
  [
    "π rounded",
    (gold) => {
      const [, factor] = /^(\d+) ?\\pi$/.exec(gold) ?? [];
      return factor === undefined ? undefined : (Number(factor) * Math.PI).toFixed(8);
    },
  ],
  [
    "tuple in another order",
    tuple((items) => (items[0] === items[1] ? undefined : `(${[items[1], items[0], ...items.slice(2)].join(", ")})`)),
  ],
  ["tuple as closed interval", tuple((items) => (items.length === 2 ? `[${items.join(", ")}]` : undefined))],
  ["element missing", bareList((items) => items.slice(1).join(", "))],
  ["element added", bareList((items) => [...items, "77"].join(", "))],
  ["element doubled for another", bareList((items) => [...items.slice(1), items[1]].join(", "))],
  ["letter case", (gold) => (/^-?[\dA-Za-z+ ^-]*[a-z][\d+ ^-]*$/.test(gold) ? gold.toUpperCase() : undefined)],
  [
    "another letter",
    (gold) => (/^[-\d+ ^prxyz]*[prxyz][-\d+ ^prxyz]*$/.test(gold) ? gold.replaceAll(/[prxyz]/g, "w") : undefined),
  ],
  ["percent tenfold", swap(/^(\d+)\\?%$/, "$10\\%")],
  ["another unit", swap(/\\text ?\{ ?euros\}/, "\\text{ dollars}")],
  ["index under the root", swap(/\\sqrt\{?(\d)\}?/, "\\sqrt[3]{$1}")],
  ["transposed", swap(/ \\\\ /g, " & ")],
];

/** All pairs of the golds. A near miss that happens to be another form of the gold is left out. */
export function derivedPairs(golds: readonly string[]): readonly Pair[] {
  return [...new Set(golds)].flatMap((gold) => {
    const same = EQUAL.flatMap(([how, derive]) => made(gold, how, true, derive(gold)));
    const forms = new Set(same.map((pair) => plain(pair.answer)));
    const other = WRONG.flatMap(([how, derive]) => made(gold, how, false, derive(gold)));
    return [...same, ...other.filter((pair) => !forms.has(plain(pair.answer)))];
  });
}

function made(gold: string, how: string, equal: boolean, answer: string | undefined): readonly Pair[] {
  return answer === undefined ? [] : [{ answer, gold, equal, how }];
}

function plain(text: string): string {
  return text.replaceAll(/\s|\\left|\\right|\{|\}/g, "");
}
