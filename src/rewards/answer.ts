import { lastBoxed, unwrapBoxed } from "./boxed.js";
import type { Scored } from "./reward.js";

/** The four tags of a response, in their right order. Matched exactly, case included. */
export const TAGS = ["<think>", "</think>", "<answer>", "</answer>"] as const;

const [, THINK_CLOSE, ANSWER_OPEN, ANSWER_CLOSE] = TAGS;

/** The answer in a response, or why there is none. A missing answer is a wrong one (0), never undefined. */
export type Answer =
  | { readonly kind: "answer"; readonly text: string }
  | { readonly kind: "missing"; readonly reason: string };

/** Where a component finds the answer in a response. */
export interface AnswerOptions {
  /** The response itself is the answer: no tags are looked for. Default false. */
  readonly raw?: boolean;
  /** Without an answer block, the last `\boxed{}` after the think block counts; none while that block is not closed. Default false. */
  readonly boxedOutside?: boolean;
  /** Unwrap a `\boxed{}` inside the answer. Default true; false where the answer is a program or prose. */
  readonly unwrapBoxed?: boolean;
}

/** Whether nothing can be seen in a text: blanks, zero-width and control characters only. */
export function isBlank(text: string): boolean {
  return !/[^\s\p{C}]/u.test(text);
}

/** How often a tag appears. Linear. */
export function countTag(text: string, tag: string): number {
  let count = 0;
  for (let at = text.indexOf(tag); at >= 0; at = text.indexOf(tag, at + tag.length)) count += 1;
  return count;
}

/**
 * A response with what its template prefilled: the text of a trailing assistant message, which the policy continued.
 * Tags in it count as present (method §3).
 */
export function fullResponse(input: Scored): string {
  const last = input.item.messages.at(-1);
  return last?.role === "assistant" ? last.content + input.response : input.response;
}

/**
 * The one `<answer>…</answer>` after the first `</think>` (method §3), blanks around it trimmed. Two answer blocks, a
 * block that is not closed, a nested one, or one before `</think>` are no answer.
 */
export function extractAnswer(text: string, options: AnswerOptions = {}): Answer {
  const found = options.raw ? given(text) : tagged(text);
  if (found.kind === "missing") return options.boxedOutside ? boxedAfterThink(text, found) : found;
  return options.unwrapBoxed === false ? found : given(unwrapBoxed(found.text));
}

/** {@link extractAnswer} of a scored response, prefill included. */
export function answerOf(input: Scored, options: AnswerOptions = {}): Answer {
  if (options.raw) return extractAnswer(input.response, options);
  const text = fullResponse(input);
  const opened = options.boxedOutside === true && thinkingBeforehand(input) && !text.includes(THINK_CLOSE);
  return extractAnswer(text, opened ? { ...options, boxedOutside: false } : options);
}

/**
 * Whether a response without think tags may be thinking that has not ended: its prompt ends by opening the block, or it was cut,
 * where a chat template may have opened it unseen.
 */
function thinkingBeforehand({ item, truncated }: Scored): boolean {
  return truncated || /<think>\s*$/.test((item.messages.at(-1)?.content ?? "").slice(-100));
}

function given(text: string): Answer {
  return isBlank(text) ? missing("the answer is empty") : { kind: "answer", text: text.trim() };
}

function missing(reason: string): Answer {
  return { kind: "missing", reason };
}

function tagged(text: string): Answer {
  const thinkEnd = text.indexOf(THINK_CLOSE);
  if (thinkEnd < 0) return missing("no </think>");
  const open = text.indexOf(ANSWER_OPEN, thinkEnd);
  if (open < 0) return missing("no <answer> after </think>");
  const begin = open + ANSWER_OPEN.length;
  if (text.indexOf(ANSWER_OPEN, begin) >= 0) return missing("more than one <answer>");
  const close = text.indexOf(ANSWER_CLOSE, thinkEnd);
  if (close < 0) return missing("<answer> is not closed");
  if (close < begin) return missing("</answer> before <answer>");
  if (text.indexOf(ANSWER_CLOSE, close + ANSWER_CLOSE.length) >= 0) return missing("more than one </answer>");
  return given(text.slice(begin, close));
}

/** Think tags as models write them; a stray spelling must not hide that the thinking has not ended. */
const THINK_TAG = /[<[](\/?)think(?:ing)?[>\]]/gi;

/** The last box outside of think blocks, unless the text ends within one: what was only considered is no answer. */
function boxedAfterThink(text: string, otherwise: Answer): Answer {
  const outside: string[] = [];
  const tags = [...text.matchAll(THINK_TAG)];
  // A template may have opened the first block.
  let thinking = tags[0]?.[1] === "/";
  let from = 0;
  for (const tag of tags) {
    if (!thinking) outside.push(text.slice(from, tag.index));
    thinking = tag[1] !== "/";
    from = tag.index + tag[0].length;
  }
  if (thinking) return missing("the think block is not closed");
  outside.push(text.slice(from));
  const content = lastBoxed(outside.join("\n"));
  return content === undefined ? otherwise : given(unwrapBoxed(content));
}
