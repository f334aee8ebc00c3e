import { createHash } from "node:crypto";
import { type ChatMessage, JudgeError } from "../../core/index.js";
import { type EndpointOptions, openEndpoint } from "./endpoint.js";
import { fileCache } from "./file-cache.js";
import { unfenced } from "./parse.js";
import type { ReplyMode } from "./prompt.js";
import { mayRefuseFormat } from "./reply-modes.js";
import type { AttemptError } from "./retry.js";
import { Tally } from "./tally.js";

/** What making data has cost so far; every attempt is counted, retries too. */
export interface AskerStats {
  readonly attempts: number;
  readonly failedAttempts: number;
  readonly cacheHits: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly estimatedUsages: number;
  readonly costUsd: number;
}

/** JSON schema of a reply. */
export interface ReplySchema {
  readonly name: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** Asks a model for texts and for JSON, within its limits; replies are kept, so that asking again costs nothing. */
export interface Asker {
  /** Throws JudgeError for an endpoint that stays down or two replies that are empty or cut, CancelledError. */
  text(messages: readonly ChatMessage[], signal?: AbortSignal): Promise<string>;
  /** A reply that `read` takes; asked twice at most. Throws as `text` does, and for two replies that it does not take. */
  json<T>(
    messages: readonly ChatMessage[],
    schema: ReplySchema,
    read: (value: unknown) => T | undefined,
    signal?: AbortSignal,
  ): Promise<T>;
  stats(): AskerStats;
}

/** A reply came whole, but says nothing that can be used. */
class BrokenReply extends JudgeError {}

/** Opens an asker; `cache` is a folder, undefined keeps nothing. */
export function openAsker(options: EndpointOptions & { readonly cache?: string }): Asker {
  const { baseUrl, model, temperature = 0, maxTokens, cache: folder } = options;
  const endpoint = openEndpoint(options);
  const cache = folder === undefined ? undefined : fileCache(folder);
  const tally = new Tally(options.prices);
  let mode: ReplyMode = "json_schema";
  let cacheHits = 0;

  const complete = async (messages: readonly ChatMessage[], schema: ReplySchema | undefined, signal?: AbortSignal) => {
    let asked: ReplyMode = "text";
    const question = () => {
      asked = schema === undefined ? "text" : mode;
      return { messages, mode: asked };
    };
    const onFailure = (error: AttemptError) => {
      if (!mayRefuseFormat(error) || asked === "text") return false;
      // The instructions ask for JSON in words too.
      mode = "text";
      return !error.retryable;
    };
    const rest = { ...(schema && { schema }), ...(signal && { signal }), time: {} };
    try {
      return await endpoint.ask(question, { onFailure, tally, ...rest });
    } finally {
      tally.raw.length = 0;
    }
  };

  /** A whole reply, from the cache or the endpoint; `keep` says whether it is worth keeping. */
  const reply = async (
    messages: readonly ChatMessage[],
    options: { schema?: ReplySchema; fresh: boolean; keep: (content: string) => boolean; signal?: AbortSignal },
  ): Promise<string> => {
    const { schema, fresh, keep, signal } = options;
    const identity = JSON.stringify(["reply 1", baseUrl, model, temperature, maxTokens ?? null, messages]);
    const key = createHash("sha256").update(identity).digest("hex");
    const found = fresh ? undefined : await cache?.get(key);
    if (typeof found === "string") {
      cacheHits += 1;
      return found;
    }
    const { content, cut, problem } = await complete(messages, schema, signal);
    if (content.trim() === "") throw new BrokenReply(problem ?? "the reply is empty");
    if (cut) throw new BrokenReply("the reply was cut at the token limit; raise judge.maxTokens");
    if (keep(content)) await cache?.set(key, content);
    return content;
  };

  /** What `ask` makes of a reply; an empty or cut one, or one that it does not take, is asked for once more. */
  const twice = async <T>(ask: (fresh: boolean) => Promise<T>): Promise<T> => {
    try {
      return await ask(false);
    } catch (error) {
      if (!(error instanceof BrokenReply)) throw error;
      return ask(true);
    }
  };

  return {
    text: (messages, signal) =>
      twice((fresh) => reply(messages, { fresh, keep: () => true, ...(signal && { signal }) })),
    json: async (messages, schema, read, signal) => {
      const decode = (content: string) => {
        try {
          return read(JSON.parse(unfenced(content.trim())));
        } catch {
          return undefined;
        }
      };
      const keep = (content: string) => decode(content) !== undefined;
      return twice(async (fresh) => {
        const value = decode(await reply(messages, { schema, fresh, keep, ...(signal && { signal }) }));
        if (value !== undefined) return value;
        throw new BrokenReply(`undecodable twice: the reply is not the JSON that was asked for (${schema.name})`);
      });
    },
    stats: () => {
      const { attempts, failedAttempts, promptTokens, completionTokens, estimatedUsages, costUsd } = tally;
      return { attempts, failedAttempts, cacheHits, promptTokens, completionTokens, estimatedUsages, costUsd };
    },
  };
}
