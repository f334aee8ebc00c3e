import type { Pair } from "./pairs.js";

type Draw = (from: number, to: number) => number;
type Family = (draw: Draw) => readonly Pair[];

const same = (how: string, gold: string, ...answers: readonly string[]): readonly Pair[] =>
  answers.map((answer) => ({ answer, gold, equal: true, how }));
const other = (how: string, gold: string, ...answers: readonly string[]): readonly Pair[] =>
  answers.map((answer) => ({ answer, gold, equal: false, how }));

/** `+ 3`, `- 3`. */
const signed = (n: number): string => (n < 0 ? `- ${-n}` : `+ ${n}`);

const FAMILIES: readonly Family[] = [
  (draw) => {
    const [a, b, c, d] = [draw(1, 5), draw(-9, 9), draw(1, 5), draw(1, 9)];
    const gold = `${a * c}x^2 ${signed(a * d + b * c)}x ${signed(b * d)}`;
    return [
      ...same("factored", gold, `(${a}x ${signed(b)})(${c}x + ${d})`, `(${c}x+${d})*(${a}x ${signed(b)})`),
      ...same("reordered", gold, `${b * d} ${signed(a * d + b * c)}x ${signed(a * c)}x^{2}`),
      ...other(
        "factored wrongly",
        gold,
        `(${a}x ${signed(b)})(${c}x + ${d + 1})`,
        `(${a}y ${signed(b)})(${c}y + ${d})`,
      ),
      ...other("reordered wrongly", gold, `${b * d + 1} ${signed(a * d + b * c)}x ${signed(a * c)}x^{2}`),
    ];
  },
  (draw) => {
    const [a, b] = [draw(2, 9), [2, 3, 5, 6, 7, 10, 11, 13][draw(0, 7)] ?? 2];
    const gold = `\\frac{${a}\\sqrt{${b}}}{${b}}`;
    return [
      ...same("rationalised", gold, `\\frac{${a}}{\\sqrt{${b}}}`, `\\sqrt{\\frac{${a * a}}{${b}}}`, `${a}/sqrt(${b})`),
      ...other(
        "radical",
        gold,
        `\\frac{${a}\\sqrt{${b}}}{${b + 1}}`,
        `\\frac{${a}}{\\sqrt{${b + 1}}}`,
        `${((a / b) * Math.sqrt(b)).toFixed(5)}`,
      ),
    ];
  },
  (draw) => {
    const [a, b, c] = [draw(-9, 9), [2, 3, 5, 7, 17][draw(0, 4)] ?? 2, draw(2, 6)];
    const gold = `\\frac{${a} \\pm \\sqrt{${b}}}{${c}}`;
    const both = [`\\frac{${a}+\\sqrt{${b}}}{${c}}`, `\\frac{${a}-\\sqrt{${b}}}{${c}}`] as const;
    return [
      ...same(
        "± as list",
        gold,
        both.join(", "),
        `x = ${both[1]} \\text{ or } x = ${both[0]}`,
        `\\{${both.join(",")}\\}`,
      ),
      ...other(
        "± halved",
        gold,
        both[0],
        both[1],
        `\\frac{${a} \\pm \\sqrt{${b + 1}}}{${c}}`,
        `\\frac{${a + 1} \\pm \\sqrt{${b}}}{${c}}`,
      ),
    ];
  },
  (draw) => {
    const a = draw(-9, 3);
    const b = a + draw(1, 9);
    const gold = `(${a}, ${b}]`;
    return [
      ...same(
        "half-open interval",
        gold,
        `${a} < x \\le ${b}`,
        `\\left(${a},${b}\\right]`,
        `x \\in (${a}, ${b}]`,
        `\\{x \\mid ${a} < x \\leq ${b}\\}`,
      ),
      ...other(
        "interval ends",
        gold,
        `[${a}, ${b}]`,
        `(${a}, ${b})`,
        `[${a}, ${b})`,
        `(${a}, ${b + 1}]`,
        `${a} \\le x < ${b}`,
      ),
    ];
  },
  (draw) => {
    const a = draw(-9, 3);
    const b = a + draw(1, 9);
    const gold = `(-\\infty, ${a}) \\cup (${b}, \\infty)`;
    return [
      ...same(
        "union",
        gold,
        `(${b},\\infty)\\cup(-\\infty,${a})`,
        `x < ${a} \\text{ or } x > ${b}`,
        `\\left(-\\infty,${a}\\right)\\cup\\left(${b},+\\infty\\right)`,
      ),
      ...other(
        "union ends",
        gold,
        `(-\\infty, ${a}] \\cup [${b}, \\infty)`,
        `(-\\infty, ${a})`,
        `(-\\infty, ${a}) \\cup (${b + 1}, \\infty)`,
      ),
    ];
  },
  (draw) => {
    const [a, b, c, d] = [draw(-9, 9), draw(-9, 9), draw(-9, 9), draw(1, 9)];
    const gold = `\\begin{pmatrix} ${a} & ${b} \\\\ ${c} & ${d} \\end{pmatrix}`;
    return [
      ...same(
        "matrix",
        gold,
        `\\begin{bmatrix}${a}&${b}\\\\${c}&${d}\\end{bmatrix}`,
        `\\begin{pmatrix} \\frac{${2 * a}}{2} & ${b} \\\\ ${c} & ${d}.0 \\end{pmatrix}`,
        `\\left(\\begin{array}{cc} ${a} & ${b} \\\\ ${c} & ${d} \\end{array}\\right)`,
      ),
      ...other(
        "matrix entries",
        gold,
        `\\begin{pmatrix} ${a} & ${b} \\\\ ${c} & ${d + 1} \\end{pmatrix}`,
        `\\begin{pmatrix} ${a} & ${b} & ${c} & ${d} \\end{pmatrix}`,
      ),
    ];
  },
  (draw) => {
    const [digits, power] = [draw(101, 999) / 100, -draw(3, 34)];
    const gold = `${digits} \\times 10^{${power}}`;
    return [
      ...same(
        "e-notation",
        gold,
        `${digits}e${power}`,
        `${digits}E${power}`,
        `${digits}*10^${power}`,
        `${(digits * 10).toFixed(1)} \\cdot 10^{${power - 1}}`,
      ),
      ...other(
        "e-notation",
        gold,
        `${digits}e${power + 1}`,
        `${((digits * 100 + 1) / 100).toFixed(2)}e${power}`,
        `${digits}`,
        `1.6e-19`,
      ),
    ];
  },
  (draw) => {
    const items = [draw(1, 9), draw(10, 19), draw(20, 29)];
    const gold = `\\{${items.join(", ")}\\}`;
    return [
      ...same("set", gold, `\\{${[...items].reverse().join(",")}\\}`, `\\left\\{${items.join(", ")}\\right\\}`),
      ...other(
        "set",
        gold,
        `\\{${items.slice(1).join(",")}\\}`,
        `\\{${[...items, 31].join(",")}\\}`,
        `(${items.join(", ")})`,
      ),
    ];
  },
  (draw) => {
    const [m, b, k] = [draw(2, 9), draw(1, 9), draw(2, 4)];
    const gold = `y = ${m}x + ${b}`;
    return [
      ...same("equation", gold, `y=${b}+${m}x`, `${m}x + ${b}`, `${m}x + ${b} = y`),
      ...other("equation", gold, `y = ${m}x - ${b}`, `y = ${m + 1}x + ${b}`, `x = ${m}y + ${b}`, `z = ${m}x + ${b}`),
      ...same(
        "equation scaled",
        `${m}x + ${b}y = ${k}`,
        `${m * k}x + ${b * k}y = ${k * k}`,
        `${m}x + ${b}y - ${k} = 0`,
      ),
      ...other(
        "equation scaled",
        `${m}x + ${b}y = ${k}`,
        `${m * k}x + ${b * k}y = ${k * k + 1}`,
        `${m}x - ${b}y = ${k}`,
      ),
    ];
  },
  (draw) => {
    const degrees = [30, 45, 60, 90, 120, 135, 150, 180][draw(0, 7)] ?? 90;
    const gold = `${degrees}^\\circ`;
    return [
      ...same("angle", gold, `\\frac{${degrees}\\pi}{180}`, `${degrees} \\text{ degrees}`, `${degrees}`),
      ...other("angle", gold, `${degrees + 1}^\\circ`, `\\frac{${degrees + 15}\\pi}{180}`, `${degrees} \\text{ rad}`),
    ];
  },
  (draw) => {
    const [n, p] = [draw(2, 99), draw(1, 99)];
    return [
      ...same("unit", `${n} \\text{ cm}`, `${n}`, `${n} cm`, `${n}\\,\\mathrm{cm}`, `${n} \\text{ centimeters}`),
      ...other("unit", `${n} \\text{ cm}`, `${n} \\text{ m}`, `${n + 1} \\text{ cm}`, `${n} \\text{ cm}^2`),
      ...same("percent", `${p}\\%`, `${p}%`, `${p}`, `${(p / 100).toFixed(2)}`, `\\frac{${p}}{100}`),
      ...other("percent", `${p}\\%`, `${p + 1}\\%`, `${p * 100}`, `${((p + 1) / 100).toFixed(2)}`),
    ];
  },
  (draw) => {
    const [a, b] = [draw(1, 9), draw(1, 9)];
    const gold = `${a} + ${b}i`;
    return [
      ...same("complex", gold, `${b}i + ${a}`, `${b}i+${a}.0`, `${a}+i\\cdot ${b}`),
      ...other("complex", gold, `${a} - ${b}i`, `${a} + ${b + 1}i`, `-${a} + ${b}i`),
    ];
  },
  (draw) => {
    const [a, b] = [draw(2, 5), draw(2, 6)];
    return [
      ...same("power law", `${a}^{n+${b}}`, `${a ** b} \\cdot ${a}^n`, `${a}^{${b}+n}`),
      ...other("power law", `${a}^{n+${b}}`, `${a ** b + 1} \\cdot ${a}^n`, `${a}^n + ${b}`),
      ...same("logarithm", `${b}`, `\\log_{${a}} ${a ** b}`, `\\frac{\\ln ${a ** b}}{\\ln ${a}}`),
      ...same("trigonometry", `${a}\\sin(2x)`, `${2 * a}\\sin x\\cos x`),
      ...other("trigonometry", `${a}\\sin(2x)`, `${a}\\sin x`, `${2 * a}\\sin x`, `${a}\\cos(2x)`),
    ];
  },
];

/** Pairs of families that data sets have few of, the same ones every time. */
export function generatedPairs(rounds: number): readonly Pair[] {
  let state = 12345;
  const draw: Draw = (from, to) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    const n = from + ((state >>> 8) % (to - from + 1));
    return n === 0 && from < 0 ? 1 : n;
  };
  return Array.from({ length: rounds }, () => FAMILIES.flatMap((family) => family(draw))).flat();
}
