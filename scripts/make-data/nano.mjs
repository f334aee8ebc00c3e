import { randomStream } from "./random.mjs";

const letters = [..."abcdef"];
const perTask = 800;

/** Items for a model of half a million parameters that reads one character a token: four ways to treat the same words. */
export const nanoTasks = {
  rotate: () => wordItems("rotate", 5, (word) => word.slice(1) + word[0]),
  reverse: () => wordItems("reverse", 5, (word) => [...word].reverse().join("")),
  next: () =>
    wordItems("next", 4, (word) => [...word].map((letter) => letters[(letters.indexOf(letter) + 1) % 6]).join("")),
  find: () => {
    const random = randomStream("omni-data/nano/find");
    const items = new Map();
    while (items.size < perTask) {
      const word = random.shuffle(letters).slice(0, random.int(4, 6)).join("");
      const letter = random.pick([...word]);
      items.set(`find ${letter} in ${word}`, String(word.indexOf(letter) + 1));
    }
    return numbered("find", [...items]);
  },
};

/** Different words of three to `longest` letters, each with the verb before it and what the verb makes of it. */
function wordItems(verb, longest, answerOf) {
  const random = randomStream(`omni-data/nano/${verb}`);
  const words = new Set();
  while (words.size < perTask)
    words.add(Array.from({ length: random.int(3, longest) }, () => random.pick(letters)).join(""));
  return numbered(
    verb,
    [...words].map((word) => [`${verb} ${word}`, answerOf(word)]),
  );
}

/** The prompt ends with the opening tag of the answer, so that demonstrations are short. */
function numbered(verb, pairs) {
  return pairs.map(([question, answer], at) => ({
    id: `${verb}-${at + 1}`,
    question,
    answer,
    demo: `${answer}</answer>`,
  }));
}
