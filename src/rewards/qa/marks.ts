// A line a mark: how it is written, and what other scripts and typographers write for it.
const TABLE = `
" “ ” „ ‟ ″ « » ‹ › 〝 〞 〟 ❝ ❞ ⹂ 「 」 『 』 《 》 〈 〉
' ‘ ’ ‚ ‛ ′ ʼ ´ ❛ ❜ ՚
- ‐ ‑ ‒ – — ― − ﹣
. 。 ۔ ։ । ॥ ። ။ ។ ། 𑅁
, 、 ، ၊ ፣ ՝
? ؟ ՞ ፧ ⸮ ‽
! ՜
; ؛ ፤
: ፥
% ٪
[ 【 〔
] 】 〕
`;

const SPELLING: ReadonlyMap<string, string> = new Map(
  TABLE.trim()
    .split("\n")
    .flatMap((line) => {
      const [mark = "", ...others] = line.split(" ");
      return others.map((other): [string, string] => [other, mark]);
    }),
);
const ANY = new RegExp(`[${[...SPELLING.keys()].join("")}]`, "gu");

/**
 * A text with one spelling of quotes, dashes, stops and question marks of all scripts, and without characters that cannot be seen:
 * zero-width ones, soft hyphens, byte-order and direction marks.
 */
export function withPlainMarks(text: string): string {
  return text
    .replace(/\p{Default_Ignorable_Code_Point}+/gu, "")
    .replace(/(?<=\p{Nd})٫(?=\p{Nd})/gu, ".")
    .replace(/(?<=\p{Nd})٬(?=\p{Nd})/gu, ",")
    .replace(ANY, (mark) => SPELLING.get(mark) ?? mark);
}
