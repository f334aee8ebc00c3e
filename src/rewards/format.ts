import { countTag, fullResponse, isBlank, TAGS } from "./answer.js";
import type { RewardComponent } from "./reward.js";

/**
 * r_format (method §3): 1 when the think and answer blocks are each there once, in order, closed, not nested and the
 * answer is not empty, else 0. Text outside the blocks is allowed.
 */
export function formatScore(text: string): 0 | 1 {
  let end = 0;
  let answerBegin = 0;
  for (const tag of TAGS) {
    const at = text.indexOf(tag);
    if (at < end || text.indexOf(tag, at + tag.length) >= 0) return 0;
    answerBegin = end;
    end = at + tag.length;
  }
  return isBlank(text.slice(answerBegin, text.indexOf("</answer>"))) ? 0 : 1;
}

/** r_tags (method §3): ¼ · how many of the four tags appear exactly once. */
export function tagsScore(text: string): number {
  return TAGS.filter((tag) => countTag(text, tag) === 1).length / 4;
}

/** The auxiliary component `format`; details hold the think block's length for the watch on near-empty thinking. */
export const formatComponent: RewardComponent = {
  name: "format",
  score: async (input) => {
    const text = fullResponse(input);
    return { value: formatScore(text), details: { thinkChars: thinkChars(text) } };
  },
};

/** The auxiliary component `tags`. */
export const tagsComponent: RewardComponent = {
  name: "tags",
  score: async (input) => ({ value: tagsScore(fullResponse(input)) }),
};

/** Characters between `<think>` and `</think>`, blanks around them not counted; null without a closed think block. */
function thinkChars(text: string): number | null {
  const open = text.indexOf("<think>");
  const close = text.indexOf("</think>");
  return open < 0 || close < open ? null : text.slice(open + "<think>".length, close).trim().length;
}
