/** Longest body of a reply that is read, in decoded bytes. */
export const MAX_REPLY_BYTES = 2 ** 20;
const MAX_QUOTED_CHARS = 300;

/** A reply as it came: its status, headers and body, cut where it is longer than {@link MAX_REPLY_BYTES}. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly tooLong: boolean;
}

/** Posts JSON and reads the whole reply. No redirect is followed: keys would go to a host that nobody named. */
export async function postJson(
  url: string,
  options: { readonly headers: Readonly<Record<string, string>>; readonly body: unknown; readonly signal: AbortSignal },
): Promise<HttpReply> {
  const { headers, body, signal } = options;
  const response = await fetch(url, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/json", accept: "application/json", ...headers },
    body: JSON.stringify(body),
    signal,
  });
  return { status: response.status, headers: response.headers, ...(await readBody(response)) };
}

async function readBody(response: Response): Promise<{ readonly body: string; readonly tooLong: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_REPLY_BYTES) return { body: text(chunks), tooLong: true };
    chunks.push(chunk);
  }
  return { body: text(chunks), tooLong: false };
}

const text = (chunks: readonly Uint8Array[]) => new TextDecoder("utf-8").decode(Buffer.concat(chunks));

/** Where chat completions are posted to: below the base URL, whose query is kept and added to. */
export function completionsUrl(baseUrl: string, query: Readonly<Record<string, string>>): string {
  const url = new URL(baseUrl);
  const path = url.pathname.replace(/\/+$/, "");
  url.pathname = path.endsWith("/chat/completions") ? path : `${path}/chat/completions`;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

/** The message of a body, in one line for people: the message of an error in any of the usual forms, a page's text, or the body. */
export function quotedBody(body: string): string {
  const value = jsonOf(body);
  const said = value === undefined ? pageText(body) : (messageOf(value) ?? body);
  return oneLine(said) || "no body";
}

/** Parsed JSON; undefined for what is none. */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** One line without control characters, of bounded length. */
export function oneLine(said: string): string {
  const line = said
    .slice(0, 8 * MAX_QUOTED_CHARS)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  return line.length > MAX_QUOTED_CHARS ? `${line.slice(0, MAX_QUOTED_CHARS)}…` : line;
}

/** Whether a body is a web page. */
export const isPage = (body: string): boolean => /^\s*<(?:!doctype|html|head|body|\?xml)\b/i.test(body.slice(0, 1000));

function pageText(body: string): string {
  if (!isPage(body)) return body;
  return body
    .slice(0, 20_000)
    .replace(/<(script|style)\b[^>]{0,500}>[^<]*<\/\1>/gi, " ")
    .replace(/<[^<>]{0,500}>/g, " ");
}

/** OpenAI's `error.message`, Ollama's `error`, vLLM's `message`, FastAPI's `detail` as a text or a list, and the like. */
function messageOf(value: unknown, depth = 0): string | undefined {
  if (typeof value === "string") return value;
  if (depth > 4 || typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    const all = value.slice(0, 5).flatMap((one) => messageOf(one, depth + 1) ?? []);
    return all.length === 0 ? undefined : all.join("; ");
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  for (const name of ["error", "message", "msg", "detail", "details", "errors", "error_message", "title", "reason"]) {
    const said = messageOf(fields.get(name), depth + 1);
    if (said === undefined || said === "") continue;
    const where = fields.get("loc");
    const raw = messageOf(fieldOf(fields.get("metadata"), "raw"));
    return [Array.isArray(where) ? `${where.join(".")}: ` : "", said, raw ? ` (${raw})` : ""].join("");
  }
  return undefined;
}

/** A field of what may be an object. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
