import type { ReplyMode } from "./prompt.js";

/** Which position the judge prefers. */
export type Verdict = "A" | "B" | "tie";

/** A decoded reply, or why it could not be decoded. */
export type Parsed =
  | { readonly ok: true; readonly verdict: Verdict; readonly reason: string }
  | { readonly ok: false; readonly reason: string };

/**
 * Decodes the judge's own reply, strictly. Structured: one JSON object with exactly `reason` and `verdict`, behind a think
 * block where the model writes one. Text: the last line that is not blank is `VERDICT: A`, `VERDICT: B` or `VERDICT: tie`,
 * and the reply was not cut.
 */
export function parseReply(content: string, mode: ReplyMode, cut = false): Parsed {
  if (content.trim() === "") return undecodable("the reply is empty");
  if (mode !== "text") return parseJson(content);
  return cut ? undecodable("the reply was cut at the token limit") : parseLastLine(content);
}

function parseJson(reply: string): Parsed {
  const content = afterThinking(reply.trim());
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

/** What follows a think block that the text begins with; what a model says to itself there is no verdict. */
function afterThinking(text: string): string {
  const end = text.startsWith("<think>") ? text.lastIndexOf("</think>") : -1;
  return end < 0 ? text : text.slice(end + "</think>".length).trim();
}

/** What stands in a fenced block that is the whole text, or the text. */
export function unfenced(text: string): string {
  if (!text.startsWith("```") || !text.endsWith("```")) return text;
  const body = text.slice(text.indexOf("\n") + 1, -3);
  return body.trim();
}

function parseLastLine(content: string): Parsed {
  const text = content.trimEnd();
  const start = text.lastIndexOf("\n") + 1;
  const found = /^(?:\*\*)?verdict: ?(A|B|tie)(?:\*\*)?\.?$/i.exec(text.slice(start).trim().slice(0, 40));
  const verdict = asVerdict(found?.[1]?.toLowerCase() === "tie" ? "tie" : found?.[1]);
  if (verdict === undefined)
    return undecodable('the reply does not end with "VERDICT: A", "VERDICT: B" or "VERDICT: tie"');
  return { ok: true, verdict, reason: text.slice(0, start).trim() };
}

function asVerdict(value: unknown): Verdict | undefined {
  return value === "A" || value === "B" || value === "tie" ? value : undefined;
}

function undecodable(reason: string): Parsed {
  return { ok: false, reason };
}
