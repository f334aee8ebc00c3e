const vocabulary = [
  "apple",
  "bird",
  "cloud",
  "door",
  "earth",
  "fish",
  "green",
  "house",
  "ink",
  "jump",
  "kite",
  "lemon",
  "moon",
  "night",
  "ocean",
  "paper",
  "queen",
  "river",
  "stone",
  "tree",
];
const palindromes = ["level", "noon", "radar", "eye", "kayak", "stone", "tree", "bird"];
const lists = (random, low, high) => Array.from({ length: random.int(2, 5) }, () => random.int(low, high));
const phrase = (random) => Array.from({ length: random.int(2, 4) }, () => random.pick(vocabulary));

/** A random argument of each parameter kind of code-functions.mjs. */
export const argument = {
  i: (random) => random.int(0, 20),
  k: (random) => random.int(1, 9),
  z: (random) => random.int(-20, 20),
  s: (random) => phrase(random).join(" "),
  w: (random) => random.pick(vocabulary),
  p: (random) => random.pick(palindromes),
  c: (random) => random.pick([..."aeinort"]),
  L: (random) => lists(random, -9, 20),
  D: (random) => lists(random, 1, 5),
  O: (random) => (random.int(0, 1) ? lists(random, 1, 9).sort((a, b) => a - b) : lists(random, 1, 9)),
  W: (random) => phrase(random),
};

/** A random standard input of each kind of code-programs.mjs. */
export const stdin = {
  i: (random) => String(random.int(1, 12)),
  z: (random) => String(argument.z(random)),
  w: (random) => argument.w(random),
  s: (random) => argument.s(random),
  L: (random) => argument.L(random).join(" "),
  2: (random) => {
    const first = random.int(-5, 9);
    return `${first}\n${random.int(0, 3) === 0 ? first : random.int(-5, 9)}`;
  },
};

/** A value as a Python literal. */
export function python(value) {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  return JSON.stringify(value);
}
