import { kinds, units } from "./qa-facts.mjs";
import { demo, randomStream } from "./random.mjs";

const DISTRACTORS = 15;

/** Facts, unit arithmetic and Roman numerals, each with 15 wrong options of the same kind, in alphabetical order. */
export function qaItems() {
  const random = randomStream("omni-data/qa");
  const items = [...kinds.flatMap((kind) => factItems(kind, random)), ...unitItems(random), ...romanItems(random)];
  return items.map((item, index) => ({ id: `qa-${String(index + 1).padStart(3, "0")}`, ...item }));
}

function factItems({ name, ask, tell, facts }, random) {
  return facts.map(([left, right]) => {
    const others = facts.map(([, other]) => other).filter((other) => other !== right);
    return item(name, ask(left), right, random.shuffle(others), tell(left, right));
  });
}

function unitItems(random) {
  return units.flatMap(([small, large, factor]) =>
    [1, 2, 3, 5].map((count) => {
      const total = count * factor;
      const wrong = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14]
        .map((times) => times * factor)
        .concat(
          [-2, -1, 1, 2, 3, 4, 5, 6].map((step) => total + step),
          total * 10,
        );
      const options = [...new Set(wrong)].filter((value) => value !== total && value > 0).map(String);
      const many = count === 1 ? `one ${large}` : `${count} ${large}s`;
      return item(
        "unit",
        `How many ${small} are in ${many}?`,
        String(total),
        random.shuffle(options),
        `${many}: ${count} * ${factor} = ${total}.`,
      );
    }),
  );
}

function romanItems(random) {
  const numbers = Array.from({ length: 60 }, (_, index) => index + 1);
  return random
    .shuffle(numbers)
    .slice(0, 20)
    .sort((a, b) => a - b)
    .map((number) => {
      const near = numbers.filter((other) => other !== number && Math.abs(other - number) <= 15);
      const wrong = random.shuffle(near).map(roman);
      return item(
        "Roman numeral",
        `How is ${number} written as a Roman numeral?`,
        roman(number),
        wrong,
        `${number} is ${roman(number)}.`,
      );
    });
}

function roman(number) {
  const parts = [
    [50, "L"],
    [40, "XL"],
    [10, "X"],
    [9, "IX"],
    [5, "V"],
    [4, "IV"],
    [1, "I"],
  ];
  let rest = number;
  return parts
    .map(([value, sign]) => {
      const times = Math.floor(rest / value);
      rest -= times * value;
      return sign.repeat(times);
    })
    .join("");
}

function item(kind, question, answer, shuffled, fact) {
  return { kind, question, answer, distractors: shuffled.slice(0, DISTRACTORS).sort(), demo: demo(fact, answer) };
}
