import type { ChatMessage } from "../../core/index.js";
import { completionsUrl, oneLine, postJson } from "./http.js";
import type { ReplyMode } from "./prompt.js";
import { type ChatReply, readCompletion } from "./read-completion.js";
import { AttemptError, type StartTimer, withTimeout } from "./retry.js";

export type { ChatReply } from "./read-completion.js";

/** Where chat completions are asked for. */
export interface ChatEndpoint {
  /** Its query, such as `?api-version=…`, is kept. */
  readonly baseUrl: string;
  readonly model: string;
  /** Undefined where the endpoint asks for none. */
  readonly apiKey?: string;
  /** Beside those of the protocol; `api-key` of Azure. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** Never shown, where an endpoint repeats them in what it refuses. */
  readonly secrets?: readonly string[];
  /** null leaves it out of the request. */
  readonly temperature: number | null;
  readonly maxTokens: number;
  /** False where the endpoint has no system role: its text then begins the user's message. */
  readonly systemRole: boolean;
  readonly startTimer?: StartTimer;
}

/** Form of a request; learnt from what the endpoint refuses. */
export interface RequestForm {
  readonly limitField: "max_tokens" | "max_completion_tokens";
  readonly systemRole: boolean;
}

/** One attempt at one completion. Rejects with AttemptError, or CancelledError when the caller's signal fired. */
export interface Chat {
  complete(
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
  ): Promise<ChatReply>;
  form(): RequestForm;
}

/** Opens an OpenAI-compatible endpoint. Retries are the caller's, so that each attempt is counted. */
export function openChat(endpoint: ChatEndpoint): Chat {
  const { apiKey, headers = {}, query = {}, maxTokens } = endpoint;
  const url = completionsUrl(endpoint.baseUrl, query);
  const sent = { ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}), ...lowerCased(headers) };
  const shown = hiding(endpoint.secrets ?? []);
  let form: RequestForm = { limitField: "max_tokens", systemRole: endpoint.systemRole };

  const complete: Chat["complete"] = async (messages, { mode, schema, seed, signal, timeoutMs }) => {
    const asked = form;
    const body = {
      model: endpoint.model,
      messages: asked.systemRole ? messages : withoutSystem(messages),
      stream: false,
      ...(endpoint.temperature === null ? {} : { temperature: endpoint.temperature }),
      [asked.limitField]: maxTokens,
      ...(seed === undefined ? {} : { seed }),
      ...responseFormat(mode, schema),
    };
    const call = async (attempt: AbortSignal) => {
      try {
        return readCompletion(await postJson(url, { headers: sent, body, signal: attempt }), maxTokens);
      } catch (error) {
        throw attemptError(error, shown);
      }
    };
    try {
      return await withTimeout(call, timeoutMs, signal, endpoint.startTimer);
    } catch (error) {
      const other = error instanceof AttemptError ? otherForm(asked, error) : undefined;
      if (!(error instanceof AttemptError) || other === undefined) throw error;
      form = { ...form, ...other };
      throw error.mended();
    }
  };
  return { complete, form: () => form };
}

const NO_SYSTEM_ROLE =
  /system (?:role|message|prompt|instruction)|role\W{0,3}system|'system'|only user and assistant roles|roles? must alternate|developer (?:instruction|message|role)/i;

/** How to ask instead, where the endpoint refuses what this form has and names it. */
function otherForm(form: RequestForm, { status = 0, message }: AttemptError): Partial<RequestForm> | undefined {
  if (![400, 404, 422, 500, 501].includes(status)) return undefined;
  if (form.limitField === "max_tokens" && message.includes("max_completion_tokens")) {
    return { limitField: "max_completion_tokens" };
  }
  return form.systemRole && NO_SYSTEM_ROLE.test(message) ? { systemRole: false } : undefined;
}

/** The system's text before the first message of the user, for endpoints that know two roles. */
function withoutSystem(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  const [first, ...rest] = messages.filter(({ role }) => role !== "system");
  if (system.length === 0 || first === undefined) return messages;
  return [{ ...first, content: [...system, first.content].join("\n\n") }, ...rest];
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Endpoints may repeat a key in what they refuse, and reasons are kept with rollouts. */
function hiding(secrets: readonly string[]): (message: string) => string {
  const long = secrets.filter((secret) => secret.length >= 6);
  return (message) => long.reduce((text, secret) => text.replaceAll(secret, "***"), message);
}

function responseFormat(mode: ReplyMode, schema: Parameters<Chat["complete"]>[1]["schema"]) {
  if (mode === "text") return {};
  if (mode === "json_object" || schema === undefined) return { response_format: { type: "json_object" as const } };
  const format = { name: schema.name, strict: true, schema: { ...schema.schema } };
  return { response_format: { type: "json_schema" as const, json_schema: format } };
}

/** Lost connections and bodies that end early are retryable. */
function attemptError(error: unknown, shown: (message: string) => string): AttemptError {
  if (error instanceof AttemptError) return error.restated(shown(error.message));
  const root = rootError(error);
  // Of a body that ends early the endpoint may have made all.
  const reached = error instanceof Error && error.message === "terminated";
  const message = shown(`${reached ? "broken reply" : "connection failed"}: ${oneLine(root)}`);
  return new AttemptError(message, { retryable: true, maybeBilled: reached });
}

function rootError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? rootError(error.cause) : error.message;
}
