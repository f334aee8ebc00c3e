import OpenAI, { APIConnectionError, APIError } from "openai";
import type { ChatMessage } from "../../core/index.js";
import type { ReplyMode } from "./prompt.js";
import { AttemptError, retryAfterMs, type StartTimer, withTimeout } from "./retry.js";

/** Where chat completions are asked for. */
export interface ChatEndpoint {
  readonly baseUrl: string;
  readonly model: string;
  /** Undefined where the endpoint asks for none. */
  readonly apiKey?: string;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly startTimer?: StartTimer;
}

/** One chat completion as a judge reads it. */
export interface ChatReply {
  /** "" when the endpoint gave none: a wrong schema, a refusal, or nothing. */
  readonly content: string;
  /** Whether it was cut at the token limit. */
  readonly cut: boolean;
  readonly usage: { readonly promptTokens: number; readonly completionTokens: number } | undefined;
}

/** One attempt at one completion. Rejects with AttemptError, or CancelledError when the caller's signal fired. */
export type Chat = (
  messages: readonly ChatMessage[],
  options: {
    readonly mode: ReplyMode;
    /** JSON schema of the reply, for mode `json_schema`. */
    readonly schema?: { readonly name: string; readonly schema: Readonly<Record<string, unknown>> };
    readonly seed?: number;
    /** For this attempt, body included. */
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
  },
) => Promise<ChatReply>;

/** Opens an OpenAI-compatible endpoint. Retries are the caller's, so that each attempt is counted. */
export function openChat(endpoint: ChatEndpoint): Chat {
  const client = new OpenAI({
    baseURL: endpoint.baseUrl,
    apiKey: endpoint.apiKey ?? "none",
    // Never from the environment: they belong to another endpoint than the configured one.
    organization: null,
    project: null,
    maxRetries: 0,
    logLevel: "off",
  });
  // Endpoints may repeat the key in what they refuse; reasons are kept with rollouts.
  const hideKey = (message: string) => (endpoint.apiKey ? message.replaceAll(endpoint.apiKey, "***") : message);
  // Newer models of some endpoints refuse `max_tokens` and name its successor.
  let limitField: "max_tokens" | "max_completion_tokens" = "max_tokens";

  const once = async (
    ...[messages, { mode, schema, seed, signal, timeoutMs }]: Parameters<Chat>
  ): Promise<ChatReply> => {
    const body = {
      model: endpoint.model,
      messages: [...messages],
      temperature: endpoint.temperature,
      [limitField]: endpoint.maxTokens,
      ...(seed === undefined ? {} : { seed }),
      ...responseFormat(mode, schema),
    };
    const call = async (attempt: AbortSignal): Promise<unknown> => {
      try {
        return await client.chat.completions.create(body, { signal: attempt, timeout: timeoutMs });
      } catch (error) {
        throw attemptError(error, hideKey);
      }
    };
    return readReply(await withTimeout(call, timeoutMs, signal, endpoint.startTimer));
  };

  return async (messages, options) => {
    try {
      return await once(messages, options);
    } catch (error) {
      const refused = error instanceof AttemptError && error.status === 400 && limitField === "max_tokens";
      if (!refused || !error.message.includes("max_completion_tokens")) throw error;
      limitField = "max_completion_tokens";
      throw new AttemptError(error.message, { retryable: true, status: 400, cause: error });
    }
  };
}

function responseFormat(mode: ReplyMode, schema: Parameters<Chat>[1]["schema"]) {
  if (mode === "text") return {};
  if (mode === "json_object" || schema === undefined) return { response_format: { type: "json_object" as const } };
  const format = { name: schema.name, strict: true, schema: { ...schema.schema } };
  return { response_format: { type: "json_schema" as const, json_schema: format } };
}

/** What may pass by itself is retryable: 408, 409, 429, 5xx, lost connections, bodies that end early or are not JSON. */
function attemptError(error: unknown, shown: (message: string) => string): AttemptError {
  if (error instanceof APIConnectionError) {
    return new AttemptError(shown(`connection failed: ${rootMessage(error)}`), { retryable: true, cause: error });
  }
  if (error instanceof APIError && typeof error.status === "number") {
    const { status } = error;
    const retryable = status === 408 || status === 409 || status === 429 || status >= 500;
    const wait = retryAfterMs(error.headers instanceof Headers ? error.headers : undefined);
    return new AttemptError(shown(`HTTP ${oneLine(error.message)}`), {
      retryable,
      status,
      retryAfterMs: wait,
      cause: error,
    });
  }
  const message = shown(`broken reply: ${rootMessage(error)}`);
  return new AttemptError(message, { retryable: true, maybeBilled: true, cause: error });
}

function rootMessage(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  return error.cause instanceof Error ? rootMessage(error.cause) : oneLine(error.message);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").slice(0, 300);
}

/** Endpoints differ from their types: every field is looked at before it is believed. */
function readReply(completion: unknown): ChatReply {
  const choice = list(field(completion, "choices"))[0];
  const content = field(field(choice, "message"), "content");
  const usage = field(completion, "usage");
  const [promptTokens, completionTokens] = [field(usage, "prompt_tokens"), field(usage, "completion_tokens")];
  return {
    content: typeof content === "string" ? content : "",
    cut: field(choice, "finish_reason") === "length",
    usage: isCount(promptTokens) && isCount(completionTokens) ? { promptTokens, completionTokens } : undefined,
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
