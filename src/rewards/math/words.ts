/** Answers that are words in every spelling of their case; longer words show it by how they are written. */
const SHORT = /^(?:yes|no|true|false|none)$/i;

/** Whether two texts are the same words; `Monday` is `monday`, while symbols, `A` or `ABC`, keep their case. */
export function sameWords(a: string, b: string): boolean {
  return a === b || (isWords(a) && isWords(b) && a.toLowerCase() === b.toLowerCase());
}

function isWords(text: string): boolean {
  const [first = "", ...rest] = text.split(" ");
  const word = SHORT.test(first) || /^(?:[A-Za-z][a-z]{2,}|[A-Z]{5,})$/.test(first);
  return word && rest.every((more) => /^[A-Za-z]+$/.test(more));
}

/**
 * Whether letters alone may be words rather than a product: three of them with a vowel, `no` and `on`, or several runs. Such an
 * answer is judged by its spelling: `god` is not `dog`, although the products are the same.
 */
export function maySpell(letters: string): boolean {
  const runs = letters.split(" ");
  return (
    runs.some((run) => /^(?:no|on)$|^(?=.*[aeiou])[a-z]{3,}$/i.test(run)) ||
    runs.filter((run) => run.length > 1).length > 1
  );
}
