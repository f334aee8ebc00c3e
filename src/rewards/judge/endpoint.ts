import type { ChatMessage } from "../../core/index.js";
import { type ChatReply, openChat, type RequestForm } from "./chat.js";
import type { ReplyMode } from "./prompt.js";
import { AttemptError, type RetryPolicy, type StartTimer, withRetries } from "./retry.js";
import { type Prices, price, type Tally } from "./tally.js";
import { Throttle, type ThrottleLimits } from "./throttle.js";

/** Enough for a judge that reasons before it answers. */
export const DEFAULT_MAX_TOKENS = 4096;

/** A value itself, or something that reveals it (the config's Secret). */
type Revealed = string | { reveal(): string };

/** An OpenAI-compatible endpoint and how much may be asked of it. */
export interface EndpointOptions extends Partial<ThrottleLimits> {
  readonly baseUrl: string;
  readonly model: string;
  /** Sent as `Authorization: Bearer`; undefined where the endpoint asks for none, or for a header of its own. */
  readonly apiKey?: Revealed | undefined;
  /** Sent with every request, such as `api-key`. */
  readonly headers?: Readonly<Record<string, Revealed>> | undefined;
  /** Added to the base URL's own query, such as `api-version`. */
  readonly query?: Readonly<Record<string, Revealed>> | undefined;
  /** Default 0; null leaves it out of requests, for models that take none. */
  readonly temperature?: number | null;
  /** False where the endpoint has no system role; one that refuses it is found out. Default true. */
  readonly systemRole?: boolean;
  /** Of a reply, reasoning included. Default {@link DEFAULT_MAX_TOKENS}. */
  readonly maxTokens?: number;
  /** For one attempt, body included. Default 60,000. */
  readonly timeoutMs?: number;
  /** Repetitions of a failed attempt. Default 4. */
  readonly maxRetries?: number;
  /** From the first attempt on, waits between attempts included. Default timeoutMs · (maxRetries + 1). */
  readonly deadlineMs?: number;
  /** First back-off, doubling up to `maxBackoffMs`. Defaults 500 and 30,000. */
  readonly backoffMs?: number;
  readonly maxBackoffMs?: number;
  readonly prices?: Prices;
  /** Shared with others that ask the same endpoint; default: one of its own, by the limits above. */
  readonly throttle?: Throttle;
  /** What ends an attempt after its time; default: the clock. For tests that decide themselves which attempt hangs. */
  readonly startTimer?: StartTimer;
}

/** A question as it is put to the endpoint now; what is learnt from a refusal may change it. */
export interface Question {
  readonly messages: readonly ChatMessage[];
  readonly mode: ReplyMode;
}

/** How one question is asked. */
export interface AskOptions {
  readonly schema?: { readonly name: string; readonly schema: Readonly<Record<string, unknown>> };
  readonly seed?: number;
  /** Told of an attempt that failed; returns whether the question is put in another way now, and to be asked again at once. */
  readonly onFailure?: (error: AttemptError) => boolean;
  /** Counts every attempt, retries too, with what it cost. */
  readonly tally: Tally;
  /** Shared by questions that have one deadline; it is set at the first attempt, so that waiting for room costs no time. */
  readonly time?: {
    /** performance.now() milliseconds. */
    deadlineAt?: number;
  };
  readonly signal?: AbortSignal;
}

/** Asks an endpoint within its limits, again while it is down. */
export interface Endpoint {
  readonly model: string;
  /** Rejects with AttemptError once retries, time or money are used up, or CancelledError. */
  ask(question: () => Question, options: AskOptions): Promise<ChatReply>;
  /** Form of request that the endpoint was found to understand. */
  form(): RequestForm;
}

/** What one question may take in all, ms. */
function deadlineOf({
  timeoutMs = 60_000,
  maxRetries = 4,
  deadlineMs = timeoutMs * (maxRetries + 1),
}: EndpointOptions) {
  return deadlineMs;
}

/** Holds everybody who asks through it to the limits of these options together. */
export function openThrottle(options: EndpointOptions): Throttle {
  return new Throttle({ maxHoldMs: deadlineOf(options), ...options, maxConcurrency: options.maxConcurrency ?? 8 });
}

/** Opens an endpoint; nothing is asked yet. Throws ConfigError when the key's variable is unset. */
export function openEndpoint(options: EndpointOptions): Endpoint {
  const { baseUrl, model, temperature = 0, maxTokens = DEFAULT_MAX_TOKENS } = options;
  const { timeoutMs = 60_000, maxRetries = 4, prices, systemRole = true } = options;
  const key = options.apiKey && revealed(options.apiKey);
  const deadlineMs = deadlineOf(options);
  const { startTimer } = options;
  const rest = { ...(key ? { apiKey: key } : {}), ...(startTimer && { startTimer }) };
  const given = { headers: allRevealed(options.headers), query: allRevealed(options.query) };
  const secretQuery = Object.values(options.query ?? {}).filter((value) => typeof value === "object");
  const secrets = [...(key ? [key] : []), ...Object.values(given.headers), ...secretQuery.map(revealed)];
  const chat = openChat({ baseUrl, model, temperature, maxTokens, systemRole, secrets, ...given, ...rest });
  const throttle = options.throttle ?? openThrottle(options);
  const policy: RetryPolicy = {
    maxRetries,
    backoffMs: options.backoffMs ?? 500,
    maxBackoffMs: options.maxBackoffMs ?? 30_000,
  };

  /** From above: few tokenizers make more than a token of two bytes. */
  const estimate = (messages: readonly ChatMessage[]) => {
    const bytes = messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
    const promptTokens = Math.ceil(bytes / 2) + 16 * messages.length;
    return { tokens: promptTokens + maxTokens, usd: price(promptTokens, maxTokens, prices) };
  };

  return {
    model,
    form: () => chat.form(),
    ask: (question, { schema, seed, tally, signal, onFailure, time = {} }) => {
      const rest = { ...(schema && { schema }), ...(seed !== undefined && { seed }), ...(signal && { signal }) };
      const attempt = () => {
        const { messages, mode } = question();
        const chars = messages.reduce((sum, { content }) => sum + content.length, 0);
        return throttle.run(
          estimate(messages),
          async (spent) => {
            time.deadlineAt ??= performance.now() + deadlineMs;
            const left = Math.ceil(time.deadlineAt - performance.now());
            if (left <= 0) {
              spent({ tokens: 0, usd: 0 });
              throw new AttemptError("the deadline has passed", { retryable: false });
            }
            tally.attempts += 1;
            try {
              const reply = await chat.complete(messages, { ...rest, mode, timeoutMs: Math.min(timeoutMs, left) });
              spent(tally.reply(reply.content, chars, reply.usage));
              return reply;
            } catch (error) {
              tally.failedAttempts += 1;
              // Cancelled in flight counts as taken: the endpoint may have begun.
              if (error instanceof AttemptError && error.retryAfterMs) throttle.hold(error.retryAfterMs);
              const refused = error instanceof AttemptError && !error.maybeBilled;
              spent(refused ? { tokens: 0, usd: 0 } : tally.reply(undefined, chars));
              const mended = error instanceof AttemptError && !error.formChanged && onFailure?.(error);
              throw mended ? error.mended() : error;
            }
          },
          { again: time.deadlineAt !== undefined, signal },
        );
      };
      return withRetries(attempt, policy, () => time.deadlineAt ?? Number.POSITIVE_INFINITY, signal);
    },
  };
}

const revealed = (value: Revealed): string => (typeof value === "string" ? value : value.reveal());

function allRevealed(values: Readonly<Record<string, Revealed>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, revealed(value)]));
}
