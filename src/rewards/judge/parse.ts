import type { ReplyMode } from "./prompt.js";

/** Which position the judge prefers. */
export type Verdict = "A" | "B" | "tie";

/** A decoded reply, or why it could not be decoded. */
export type Parsed =
  | { readonly ok: true; readonly verdict: Verdict; readonly reason: string }
  | { readonly ok: false; readonly reason: string };

/**
 * Decodes the judge's own reply, strictly. Structured: one JSON object with exactly `reason` and `verdict`, behind a think
 * block where the model writes one. Text: the last line that is not blank is `VERDICT: A`, `VERDICT: B` or `VERDICT: tie`, in any
 * case, bold, as a heading, quoted or in a code fence, and the reply was not cut.
 */
export function parseReply(content: string, mode: ReplyMode, cut = false): Parsed {
  if (content.trim() === "") return undecodable("the reply is empty");
  const answer = afterThinking(content.trim());
  if (answer === undefined) return undecodable("the reply is a think block that does not end; raise judge.maxTokens");
  const parsed = mode === "text" ? parseLastLine(answer) : parseJson(answer);
  if (!cut || (parsed.ok && mode !== "text")) return parsed;
  return undecodable("the reply was cut at the token limit; raise judge.maxTokens");
}

function parseJson(content: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(unfenced(content));
  } catch {
    return undecodable("the reply is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undecodable("the reply is no object");
  // JSON.parse would take the last of several; a quote that is escaped belongs to the reason.
  if ((content.match(/(?<!\\)"verdict"\s*:/g) ?? []).length > 1) return undecodable("the reply has several verdicts");
  const fields = new Map<string, unknown>(Object.entries(value));
  const reason = fields.get("reason");
  const verdict = asVerdict(fields.get("verdict"));
  if (fields.size !== 2 || typeof reason !== "string" || verdict === undefined) {
    return undecodable("the reply does not hold exactly a reason and a verdict of A, B or tie");
  }
  return { ok: true, verdict, reason };
}

/**
 * What follows a think block that the text begins with, also one that the endpoint opened unseen; what a model says to itself there
 * is no verdict. Undefined while the block is open.
 */
function afterThinking(text: string): string | undefined {
  const opened = text.startsWith("<think>");
  // In an object the tag belongs to its reason, and a block in the middle of a text is part of it.
  if (!opened && (/^(?:\{|```)/.test(text) || text.includes("<think>"))) return text;
  const end = text.lastIndexOf("</think>");
  if (end >= 0) return text.slice(end + "</think>".length).trim();
  return opened ? undefined : text;
}

/** What stands in a fenced block that is the whole text, or the text. */
export function unfenced(text: string): string {
  if (!text.startsWith("```") || !text.endsWith("```")) return text;
  const body = text.slice(text.indexOf("\n") + 1, -3);
  return body.trim();
}

const LAST_LINE = /^(?:final )?verdict\s*[:：=-]\s*(?:response )?(A|B|a tie|tie)[.!]?$/i;

function parseLastLine(content: string): Parsed {
  const text = content.replace(/(?:\s*```)?\s*$/, "");
  const start = text.lastIndexOf("\n") + 1;
  // Emphasis, heading, quotation, list and code marks, quotes and brackets: how a line is dressed, not what it says.
  const line = text.slice(start, start + 80).replace(/[*_`#>"“”[\](){}]|^\s*[-•]\s|\\boxed/g, "");
  const found = LAST_LINE.exec(line.trim())?.[1];
  const verdict = found === undefined || text.length - start > 80 ? undefined : asVerdict(found);
  if (verdict === undefined)
    return undecodable('the reply does not end with "VERDICT: A", "VERDICT: B" or "VERDICT: tie"');
  const reason = text.slice(0, start).replace(/```\w*\s*$/, "");
  return { ok: true, verdict, reason: reason.trim() };
}

/** A verdict in any case; a text that says more is none. */
function asVerdict(value: unknown): Verdict | undefined {
  if (typeof value !== "string") return undefined;
  const plain = value.trim().toLowerCase();
  if (plain === "a tie" || plain === "tie") return "tie";
  return plain === "a" ? "A" : plain === "b" ? "B" : undefined;
}

function undecodable(reason: string): Parsed {
  return { ok: false, reason };
}
