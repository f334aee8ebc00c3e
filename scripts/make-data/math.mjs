import { demo, randomStream } from "./random.mjs";

const names = [
  "Ana",
  "Ben",
  "Chloe",
  "David",
  "Ella",
  "Finn",
  "Grace",
  "Hugo",
  "Iris",
  "Jack",
  "Lena",
  "Milo",
  "Nora",
  "Omar",
  "Rosa",
  "Sam",
];
const things = ["apples", "books", "coins", "eggs", "marbles", "pens", "shells", "stamps", "stickers", "toys"];
const divisor = (a, b) => (b === 0 ? a : divisor(b, a % b));

/** A fraction in lowest terms as text, whole when it is. */
function fraction(top, bottom) {
  const shared = divisor(top, bottom);
  return bottom === shared ? String(top / shared) : `${top / shared}/${bottom / shared}`;
}

/** "6/9 = 2/3", or only "3/8" where nothing cancels. */
function lowered(top, bottom) {
  const lowest = fraction(top, bottom);
  return lowest === `${top}/${bottom}` ? lowest : `${top}/${bottom} = ${lowest}`;
}

/** Cents as a decimal without trailing zeros: 250 → 2.5. */
const decimal = (cents) => String(cents / 100);

/** One step, small whole numbers. Each returns [problem, answer, reasoning]. */
const easy = [
  (r, who, what) => {
    const [a, b] = [r.int(2, 20), r.int(2, 12)];
    return [
      `${who} has ${a} ${what} and gets ${b} more. How many ${what} does ${who} have now?`,
      a + b,
      `${a} + ${b} = ${a + b}`,
    ];
  },
  (r, who, what) => {
    const [a, b] = [r.int(8, 25), r.int(2, 7)];
    return [`${who} has ${a} ${what} and gives away ${b}. How many ${what} are left?`, a - b, `${a} - ${b} = ${a - b}`];
  },
  (r, _, what) => {
    const [a, b] = [r.int(2, 9), r.int(2, 9)];
    return [
      `There are ${a} boxes with ${b} ${what} in each box. How many ${what} are there in all?`,
      a * b,
      `${a} * ${b} = ${a * b}`,
    ];
  },
  (r, who, what) => {
    const [a, b] = [r.int(2, 6), r.int(2, 9)];
    return [
      `${who} shares ${a * b} ${what} equally among ${a} friends. How many ${what} does each friend get?`,
      b,
      `${a * b} / ${a} = ${b}`,
    ];
  },
  (r) => {
    const [a, b] = [r.int(2, 40), r.int(2, 30)];
    return [`What is ${a} + ${b}?`, a + b, `${a} + ${b} = ${a + b}`];
  },
  (r) => {
    const b = r.int(2, 20);
    const a = b + r.int(1, 20);
    return [`What is ${a} - ${b}?`, a - b, `${a} - ${b} = ${a - b}`];
  },
  (r) => {
    const [a, b] = [r.int(2, 9), r.int(2, 9)];
    return [`What is ${a} times ${b}?`, a * b, `${a} * ${b} = ${a * b}`];
  },
  (r) => {
    const a = r.int(2, 30);
    return [`What is double ${a}?`, 2 * a, `2 * ${a} = ${2 * a}`];
  },
  (r, who) => {
    const [a, b] = [r.int(5, 14), r.int(2, 8)];
    return [`${who} is ${a} years old. How old will ${who} be in ${b} years?`, a + b, `${a} + ${b} = ${a + b}`];
  },
  (r, who) => {
    const [a, b] = [r.int(2, 9), r.int(2, 6)];
    return [
      `One ticket costs ${a} dollars. How many dollars does ${who} pay for ${b} tickets?`,
      a * b,
      `${a} * ${b} = ${a * b}`,
    ];
  },
];

/** Two steps. */
const medium = [
  (r, who, what) => {
    const [a, b, c] = [r.int(5, 20), r.int(2, 9), r.int(2, 5)];
    return [
      `${who} has ${a} ${what}, buys ${b} more and then loses ${c}. How many ${what} does ${who} have?`,
      a + b - c,
      `${a} + ${b} = ${a + b}, ${a + b} - ${c} = ${a + b - c}`,
    ];
  },
  (r, who, what) => {
    const [a, b, c] = [r.int(2, 6), r.int(2, 8), r.int(1, 9)];
    return [
      `${who} fills ${a} bags with ${b} ${what} each and has ${c} ${what} left over. How many ${what} does ${who} have in all?`,
      a * b + c,
      `${a} * ${b} = ${a * b}, ${a * b} + ${c} = ${a * b + c}`,
    ];
  },
  (r, who) => {
    const [a, b] = [r.int(2, 6), r.int(2, 8)];
    const paid = a * b + r.int(1, 10);
    return [
      `A pen costs ${a} dollars. ${who} buys ${b} pens and pays with ${paid} dollars. How many dollars of change does ${who} get?`,
      paid - a * b,
      `${a} * ${b} = ${a * b}, ${paid} - ${a * b} = ${paid - a * b}`,
    ];
  },
  (r) => {
    const [a, b] = [r.int(3, 12), r.int(2, 9)];
    return [
      `A rectangle is ${a} cm long and ${b} cm wide. What is its perimeter in cm?`,
      2 * (a + b),
      `${a} + ${b} = ${a + b}, 2 * ${a + b} = ${2 * (a + b)}`,
    ];
  },
  (r) => {
    const [a, b] = [r.int(2, 9), r.int(2, 9)];
    const c = r.int(1, 15);
    return [`What is ${a} * ${b} + ${c}?`, a * b + c, `${a} * ${b} = ${a * b}, ${a * b} + ${c} = ${a * b + c}`];
  },
  (r) => {
    const [x, a] = [r.int(2, 12), r.int(2, 6)];
    const b = r.int(1, 10);
    return [
      `If ${a}x + ${b} = ${a * x + b}, what is x?`,
      x,
      `${a}x = ${a * x + b} - ${b} = ${a * x}, x = ${a * x} / ${a} = ${x}`,
    ];
  },
  (r, who) => {
    const [a, b] = [r.int(2, 9), r.int(2, 5)];
    return [
      `${who} reads ${a} pages on Monday and ${b} times as many on Tuesday. How many pages does ${who} read in both days?`,
      a + a * b,
      `${a} * ${b} = ${a * b}, ${a} + ${a * b} = ${a + a * b}`,
    ];
  },
];

/** Fractions, decimals, percentages, rates. */
const hard = [
  (r) => {
    const bottom = r.int(3, 9);
    const [a, b] = [r.int(1, bottom - 1), r.int(1, bottom - 1)];
    return [
      `What is ${a}/${bottom} + ${b}/${bottom}? Give a fraction in lowest terms or a whole number.`,
      fraction(a + b, bottom),
      `${a} + ${b} = ${a + b}, so ${lowered(a + b, bottom)}`,
    ];
  },
  (r, who) => {
    const bottom = r.pick([3, 4, 5, 6, 8, 10]);
    const eaten = r.int(1, bottom - 1);
    return [
      `${who} cuts a cake into ${bottom} equal pieces and eats ${eaten}. What fraction of the cake is left, in lowest terms?`,
      fraction(bottom - eaten, bottom),
      `${bottom} - ${eaten} = ${bottom - eaten}, so ${lowered(bottom - eaten, bottom)}`,
    ];
  },
  (r, who) => {
    const [a, b] = [r.int(1, 9) * 50 + 25, r.int(1, 9) * 50];
    return [
      `${who} buys bread for ${decimal(a)} dollars and milk for ${decimal(b)} dollars. How many dollars is that in all?`,
      decimal(a + b),
      `${decimal(a)} + ${decimal(b)} = ${decimal(a + b)}`,
    ];
  },
  (r) => {
    const [percent, whole] = [r.pick([10, 20, 25, 50, 75]), r.int(2, 20) * 20];
    return [
      `What is ${percent} percent of ${whole}?`,
      (percent * whole) / 100,
      `${percent} / 100 * ${whole} = ${(percent * whole) / 100}`,
    ];
  },
  (r) => {
    const [speed, hours] = [r.int(4, 12) * 10, r.pick([1.5, 2, 2.5, 3])];
    return [
      `A train drives ${speed} km in one hour. How many km does it drive in ${hours} hours?`,
      speed * hours,
      `${speed} * ${hours} = ${speed * hours}`,
    ];
  },
  (r) => {
    const [a, b, c] = [r.int(2, 12), r.int(2, 12), r.int(2, 12)];
    const sum = a + b + c;
    return [
      `What is the mean of ${a}, ${b} and ${c}? Give a whole number or a fraction in lowest terms.`,
      fraction(sum, 3),
      `${a} + ${b} + ${c} = ${sum}, ${sum} / 3 = ${fraction(sum, 3)}`,
    ];
  },
];

const levels = [
  { level: "easy", templates: easy, count: 220 },
  { level: "medium", templates: medium, count: 112 },
  { level: "hard", templates: hard, count: 68 },
];

/** Word problems and bare arithmetic with exact answers. */
export function mathItems() {
  const random = randomStream("omni-data/math");
  const seen = new Set();
  const items = [];
  for (const { level, templates, count } of levels) {
    for (let made = 0; made < count; ) {
      const [problem, answer, think] = templates[made % templates.length](
        random,
        random.pick(names),
        random.pick(things),
      );
      if (seen.has(problem)) continue;
      seen.add(problem);
      made += 1;
      items.push({
        id: `math-${String(items.length + 1).padStart(3, "0")}`,
        level,
        problem,
        answer: String(answer),
        demo: demo(think, answer),
      });
    }
  }
  return items;
}
