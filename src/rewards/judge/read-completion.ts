import { fieldOf, type HttpReply, isPage, jsonOf, MAX_REPLY_BYTES, quotedBody } from "./http.js";
import { AttemptError, retryAfterMs } from "./retry.js";

/** One chat completion as a judge reads it. */
export interface ChatReply {
  /** "" when the endpoint gave none: a wrong schema, a refusal, or nothing. */
  readonly content: string;
  /** Whether it was cut at the token limit. */
  readonly cut: boolean;
  /** Why there is no content, with the remedy where there is one. */
  readonly problem?: string;
  readonly usage: { readonly promptTokens: number; readonly completionTokens: number } | undefined;
}

/** Statuses that may pass by themselves; 501 and 505 say what the endpoint never does. */
const isTransient = (status: number) =>
  status === 408 ||
  status === 409 ||
  status === 425 ||
  status === 429 ||
  (status >= 500 && ![501, 505].includes(status));

/** Codes in words of an error that came with status 200. */
const STATUS_OF_CODE: readonly (readonly [RegExp, number])[] = [
  [/insufficient_quota|billing|payment/i, 402],
  [/rate.?limit|too.?many|throttl|resource.?exhausted/i, 429],
  [/overload|unavailable|busy|loading/i, 503],
  [/time.?out|deadline/i, 504],
  [/server.?error|internal/i, 500],
  [/auth|api.?key|permission|forbidden/i, 401],
  [/not.?found|no.?such/i, 404],
  [/invalid|bad.?request|unsupported|context.?length|content.?filter/i, 400],
];

/**
 * Reads a reply, believing no field unseen. Throws AttemptError for a status of failure, an error object in a reply of status 200,
 * and a body that is no JSON; what may pass by itself is retryable.
 */
export function readCompletion(reply: HttpReply, maxTokens: number): ChatReply {
  const { status, headers, body } = reply;
  const waitMs = retryAfterMs(headers);
  if (status >= 300 && status < 400) {
    const to = headers.get("location")?.split("?")[0] ?? "nowhere";
    throw refusal(`HTTP ${status}: the endpoint redirects to ${to}; set judge.baseUrl to where it is`, status);
  }
  if (status < 200 || status > 299) throw refusal(`HTTP ${status}: ${withRemedy(quotedBody(body))}`, status, waitMs);
  if (reply.tooLong) throw broken(`the reply is longer than ${MAX_REPLY_BYTES} bytes`, false);
  const completion = alone(jsonOf(body));
  if (typeof completion !== "object" || completion === null) throw notJson(reply);
  const choice = list(fieldOf(completion, "choices"))[0];
  const error = errorIn(completion, choice);
  if (error !== undefined) throw refusal(`error in a reply of status ${status}: ${error.said}`, error.status, waitMs);
  return readChoice(completion, choice, maxTokens);
}

/** Gemini's endpoint puts its error object into a list. */
const alone = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? value[0] : value);

/** Settings that mend a refusal. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/\btemperature\b/i, "judge.temperature: null leaves it out"],
  [
    /context (?:length|window|size)|max(?:imum)? (?:context|model) len|exceeds? .{0,40}context/i,
    "lower judge.maxTokens",
  ],
];

function withRemedy(said: string): string {
  const remedy = REMEDIES.find(([pattern]) => pattern.test(said))?.[1];
  return remedy === undefined ? said : `${said}; ${remedy}`;
}

function refusal(message: string, status: number, waitMs?: number): AttemptError {
  return new AttemptError(message, { retryable: isTransient(status), status, retryAfterMs: waitMs });
}

function broken(message: string, retryable: boolean): AttemptError {
  return new AttemptError(`broken reply: ${message}`, { retryable, maybeBilled: true });
}

function notJson({ headers, body }: HttpReply): AttemptError {
  const type = headers.get("content-type") ?? "";
  if (type.includes("event-stream") || /^\s*(?:data|event|id)?:/.test(body) || isJsonLines(body)) {
    return broken(
      "an event stream came though the request says stream: false; use an endpoint or a proxy that can answer whole",
      false,
    );
  }
  if (isPage(body)) {
    return broken(
      `a web page came in place of JSON (${quotedBody(body)}); is judge.baseUrl the API's, with its /v1?`,
      true,
    );
  }
  return broken(body.trim() === "" ? "the body is empty" : `not JSON (${quotedBody(body)})`, true);
}

/** A stream as Ollama sends it: an object on each line. */
function isJsonLines(body: string): boolean {
  const end = body.trimStart().indexOf("\n");
  return end > 0 && typeof jsonOf(body.trimStart().slice(0, end)) === "object";
}

interface FoundError {
  readonly said: string;
  readonly status: number;
}

/** An error that stands where a completion is due: at the top, or in its choice. */
function errorIn(completion: object, choice: unknown): FoundError | undefined {
  const inChoice = fieldOf(choice, "error");
  if (isError(inChoice)) return { said: quotedBody(JSON.stringify({ error: inChoice })), status: statusOf(inChoice) };
  if (textOf(fieldOf(fieldOf(choice, "message"), "content")) !== "") return undefined;
  const error = fieldOf(completion, "error");
  const bare = choice === undefined && isBareError(completion);
  if (!isError(error) && !bare) return undefined;
  return { said: quotedBody(JSON.stringify(completion)), status: statusOf(isError(error) ? error : completion) };
}

/** `{"object": "error", …}`, `{"detail": …}`, `{"code": 429, "msg": …}`. */
function isBareError(completion: object): boolean {
  if (fieldOf(completion, "object") === "error" || fieldOf(completion, "detail") !== undefined) return true;
  return namedStatus([fieldOf(completion, "code"), fieldOf(completion, "status")]) !== undefined;
}

const isError = (value: unknown) =>
  (typeof value === "string" && value !== "") || (typeof value === "object" && value !== null);

/** The status that an error names; one that names none may pass, as 500 does. */
function statusOf(error: unknown): number {
  const named = ["code", "status", "status_code", "type"].map((name) => fieldOf(error, name));
  const status = namedStatus(named);
  if (status !== undefined) return status;
  const words = named.filter((value) => typeof value === "string").join(" ");
  return STATUS_OF_CODE.find(([pattern]) => pattern.test(words))?.[1] ?? 500;
}

function namedStatus(values: readonly unknown[]): number | undefined {
  const numbers = values.filter((value) => typeof value === "number" || typeof value === "string").map(Number);
  return numbers.find((number) => Number.isInteger(number) && number >= 400 && number <= 599);
}

function readChoice(completion: object, choice: unknown, maxTokens: number): ChatReply {
  const message = fieldOf(choice, "message");
  const content = textOf(fieldOf(message, "content"));
  const finish = fieldOf(choice, "finish_reason");
  const usage = fieldOf(completion, "usage");
  const [promptTokens, completionTokens] = [fieldOf(usage, "prompt_tokens"), fieldOf(usage, "completion_tokens")];
  const problem = content.trim() === "" ? whyEmpty(completion, choice, maxTokens) : undefined;
  return {
    content,
    cut: finish === "length",
    ...(problem !== undefined && { problem }),
    usage: isCount(promptTokens) && isCount(completionTokens) ? { promptTokens, completionTokens } : undefined,
  };
}

function whyEmpty(completion: object, choice: unknown, maxTokens: number): string {
  if (choice === undefined) return `the reply has no choices (${quotedBody(JSON.stringify(completion))})`;
  const message = fieldOf(choice, "message");
  const refused = fieldOf(message, "refusal");
  if (typeof refused === "string" && refused.trim() !== "") return `the model refused: ${quotedBody(refused)}`;
  const finish = fieldOf(choice, "finish_reason");
  if (finish === "content_filter")
    return "the endpoint's content filter stopped the reply (finish_reason content_filter)";
  const reasoned = ["reasoning_content", "reasoning", "thinking"].some((name) => textOf(fieldOf(message, name)) !== "");
  if (finish === "length") {
    const spent = reasoned ? "reasoning used up all" : "the reply was empty when it reached the limit";
    return `${spent} of ${maxTokens} tokens; raise judge.maxTokens, or lower the model's reasoning effort`;
  }
  return reasoned
    ? "the reply holds reasoning and no answer; raise judge.maxTokens, or turn reasoning off at the endpoint"
    : `the reply is empty${typeof finish === "string" && finish !== "stop" ? ` (finish_reason ${quotedBody(finish)})` : ""}`;
}

/** A text, or the texts of a list of parts; parts that are thinking are none. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return list(content)
    .map((part) => (typeof part === "string" ? part : partText(part)))
    .join("");
}

function partText(part: unknown): string {
  const type = fieldOf(part, "type");
  const text = fieldOf(part, "text");
  return typeof text === "string" && (type === undefined || type === "text" || type === "output_text") ? text : "";
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
