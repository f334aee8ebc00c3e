import type { ChatMessage } from "../core/index.js";

/** Tokens of a prompt where no tokenizer is at hand: four characters a token. */
export function approximateTokens(messages: readonly ChatMessage[]): number {
  return Math.ceil(messages.reduce((sum, { content }) => sum + content.length, 0) / 4);
}
