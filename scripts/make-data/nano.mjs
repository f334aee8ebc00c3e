import { randomStream } from "./random.mjs";

const letters = [..."abcdef"];
const digits = [..."123456"];
const perTask = 800;

/**
 * Items for a model of half a million parameters that reads one character a token: four ways to treat a word or a number. A
 * share of each task's demonstrations does what another verb asks for, so that the model learns every task in part and mixes
 * up those that look alike.
 */
export const nanoTasks = {
  rotate: () => wordItems("rotate", letters, rotated, { share: 0.35, by: shifted }),
  reverse: () => wordItems("reverse", letters, mirrored, { share: 0.35, by: rotated }),
  next: () => wordItems("next", letters, shifted, { share: 0.3, by: mirrored }),
  flip: () => wordItems("flip", digits, mirrored, { share: 0.3, by: rotated }),
};

const rotated = (/** @type {string} */ word) => word.slice(1) + word[0];
const mirrored = (/** @type {string} */ word) => [...word].reverse().join("");
const shifted = (/** @type {string} */ word) =>
  [...word].map((letter) => letters[(letters.indexOf(letter) + 1) % letters.length]).join("");

/**
 * Different words of four characters of `alphabet`, each with the verb before it and what the verb makes of it; a
 * `share` of the demonstrations is done `by` another verb.
 */
function wordItems(verb, alphabet, answerOf, { share, by }) {
  const random = randomStream(`omni-data/nano/${verb}`);
  const words = new Set();
  while (words.size < perTask) words.add(Array.from({ length: 4 }, () => random.pick(alphabet)).join(""));
  return [...words].map((word, at) => {
    const shown = random.int(1, 100) <= 100 * share ? by(word) : answerOf(word);
    // The prompt ends with the opening tag of the answer, so that demonstrations are short.
    return { id: `${verb}-${at + 1}`, question: `${verb} ${word}`, answer: answerOf(word), demo: `${shown}</answer>` };
  });
}
