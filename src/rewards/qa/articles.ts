/** Articles end in a blank, which no word has, so that the letter A is told from them. */
const MARK = " ";

/** Behind these, A is a letter: a key, a blood group, a school's level. */
const LETTER_BEFORE = new Set(
  "minor major flat sharp natural level levels positive negative plus minus team list side frame bomb star".split(" "),
);
/** Behind these, a is an article within an answer: `Diary of a Wimpy Kid`. Elsewhere it may be a letter: `hepatitis A virus`. */
const BEFORE_ARTICLE = new Set("of in with for as by on to at from into upon like than is was".split(" "));

/** A word marked if it may be an article: `a` bare, without a mark or a hyphen. `written`: as it stood, case included. */
export function marked(word: string, written: string, before: string | undefined): string {
  if (/^["']*the$/i.test(written)) return word + MARK;
  if (!/^["']*an?$/i.test(written)) return word;
  const article = before === undefined || (/^an?$/.test(written) && BEFORE_ARTICLE.has(before.toLowerCase()));
  return article ? word + MARK : word;
}

/** Words without the articles that a word follows. */
export function withoutArticles(words: readonly string[]): readonly string[] {
  return words.filter((word, i) => !(word.endsWith(MARK) && stands(word, words, i))).map((word) => word.trimEnd());
}

function stands(article: string, words: readonly string[], at: number): boolean {
  const next = words[at + 1]?.trimEnd();
  if (next === undefined) return false;
  if (article.startsWith("the")) return true;
  // The letter A in A minor, A b, A 380.
  if (LETTER_BEFORE.has(next) || /^\p{L}$/u.test(next)) return false;
  return !/^[\d.,]+$/.test(next) || at + 2 < words.length;
}
