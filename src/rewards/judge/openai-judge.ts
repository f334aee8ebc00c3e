import { setMaxListeners } from "node:events";
import { deriveSeed } from "../../core/index.js";
import { type AskOptions, type EndpointOptions, openEndpoint } from "./endpoint.js";
import type { ComparisonRequest, Judge, Judgement } from "./judge.js";
import { type Parsed, parseReply, type Verdict } from "./parse.js";
import { candidateFirst, judgeMessages, type ReplyMode, VERDICT_SCHEMA } from "./prompt.js";
import { AttemptError } from "./retry.js";
import { Tally, Totals } from "./tally.js";

/** Settings of a judge behind an OpenAI-compatible endpoint; the names of the config's judge section. */
export interface OpenAIJudgeOptions extends EndpointOptions {
  /** `both` asks twice with the positions swapped and takes the mean. Default `one`, the position seeded. */
  readonly orders?: "one" | "both";
  /** `auto` tries a JSON schema first and falls back on a last line that is parsed strictly. */
  readonly structuredOutput?: "auto" | "json_schema" | "json_object" | "off";
  /** What good means where a comparison brings no rubric of its own. */
  readonly rubric?: string;
  /** The embedded server's frozen base model judges; its requests also carry a seed, so that it can be repeated. */
  readonly trial?: boolean;
}

const OUTCOMES = { 1: "win", 0.5: "tie", 0: "loss" } as const;

/** A reply that decoded, as the candidate's score in one order; or why two in a row did not. */
type OrderScore =
  | { readonly score: 0 | 0.5 | 1; readonly reason: string }
  | { readonly score: null; readonly reason: string };

/** A judge behind any OpenAI-compatible chat endpoint. Defaults are those of the config's judge section. */
export function openJudge(options: OpenAIJudgeOptions): Judge {
  const { orders = "one", structuredOutput = "auto", trial = false, rubric } = options;
  const endpoint = openEndpoint({ temperature: 0.4, ...options });
  const modes = new ReplyModes(structuredOutput);
  const totals = new Totals();

  /** One reply in one mode, repeated while the endpoint is down. */
  const ask = (order: Order, mode: ReplyMode, tries: number) => {
    const { request } = order;
    const messages = judgeMessages({ ...(rubric && { rubric }), ...request }, order.candidateIsA, mode);
    const seed = trial ? { seed: deriveSeed(request.seed, "judge", "sample", tries) >>> 1 } : {};
    const signal = request.signal ? { signal: request.signal } : {};
    const schema = { name: "verdict", schema: VERDICT_SCHEMA };
    return endpoint.ask(messages, { mode, schema, tally: order.tally, time: order, ...seed, ...signal });
  };

  /** Asks until a reply decodes, twice at most; steps down from structured output where the endpoint has none. */
  const judgeOrder = async (order: Order): Promise<OrderScore> => {
    let failed: Parsed | undefined;
    for (let tries = 0; tries < 2; ) {
      const mode = order.mode ?? modes.current();
      try {
        const reply = await ask(order, mode, tries);
        const parsed = parseReply(reply.content, mode, reply.cut);
        if (parsed.ok) {
          modes.worked(mode);
          return { score: scoreOf(parsed.verdict, order.candidateIsA), reason: parsed.reason };
        }
        order.tally.parseFailures += 1;
        failed = parsed;
        tries += 1;
      } catch (error) {
        if (!(error instanceof AttemptError)) throw error;
        if (!isRefusal(error) || modes.stepDown(mode) === undefined) return { score: null, reason: error.message };
      }
      order.mode = modes.stepDown(mode) ?? mode;
    }
    return { score: null, reason: `undecodable twice: ${failed?.reason ?? ""}` };
  };

  const compare = async (request: ComparisonRequest, tally: Tally): Promise<Judgement> => {
    const began = performance.now();
    const first = candidateFirst(request.seed);
    const sides = orders === "both" ? [first, !first] : [first];
    const scores = await Promise.all(sides.map((candidateIsA) => judgeOrder({ request, tally, candidateIsA })));
    const { raw, attempts } = tally;
    const facts = { raw, attempts, usage: tally.usage(), latencyMs: Math.round(performance.now() - began) };
    return { ...facts, ...combined(scores) };
  };

  return {
    model: options.model,
    trial,
    stats: () => totals.snapshot(),
    compare: async (request) => {
      const tally = new Tally(options.prices);
      // A whole batch may wait on one signal; Node would warn of a leak from the eleventh listener on.
      if (request.signal) setMaxListeners(0, request.signal);
      let judgement: Judgement | undefined;
      totals.begin();
      try {
        judgement = await compare(request, tally);
        return judgement;
      } finally {
        totals.end(tally, judgement);
      }
    },
  };
}

/** One comparison in one order, under way; its time begins at its first attempt. */
interface Order extends NonNullable<AskOptions["time"]> {
  readonly request: ComparisonRequest;
  readonly tally: Tally;
  readonly candidateIsA: boolean;
  /** Set when this order had to leave the judge's usual mode. */
  mode?: ReplyMode;
}

/** Which reply mode an endpoint understands, learnt as replies come in where it is to be found out. */
class ReplyModes {
  readonly #auto: boolean;
  #mode: ReplyMode;
  /** A mode that has worked is not doubted again: later refusals have other reasons. */
  #proven = false;

  constructor(setting: "auto" | "json_schema" | "json_object" | "off") {
    this.#auto = setting === "auto";
    this.#mode = setting === "off" ? "text" : setting === "auto" ? "json_schema" : setting;
  }

  current(): ReplyMode {
    return this.#mode;
  }

  /** The mode to try after `mode` failed; undefined when there is none. */
  stepDown(mode: ReplyMode): ReplyMode | undefined {
    return this.#auto && !this.#proven && mode === "json_schema" ? "text" : undefined;
  }

  worked(mode: ReplyMode): void {
    if (this.#proven) return;
    this.#proven = true;
    this.#mode = mode;
  }
}

function isRefusal(error: AttemptError): boolean {
  return error.status === 400 || error.status === 422;
}

function scoreOf(verdict: Verdict, candidateIsA: boolean): 0 | 0.5 | 1 {
  if (verdict === "tie") return 0.5;
  return (verdict === "A") === candidateIsA ? 1 : 0;
}

type Combined =
  | {
      readonly outcome: "win" | "tie" | "loss";
      readonly score: number;
      readonly reason: string;
      readonly flipped?: boolean;
    }
  | { readonly outcome: undefined; readonly reason: string };

/** The mean over the orders asked for; undefined if any of them is. */
function combined(orders: readonly OrderScore[]): Combined {
  const undecided = orders.find((order) => order.score === null);
  if (undecided !== undefined) return { outcome: undefined, reason: undecided.reason };
  const scores = orders.map((order) => order.score ?? 0);
  const score = scores.reduce<number>((sum, value) => sum + value, 0) / scores.length;
  const reason = orders.map((order) => order.reason).join("\n—\n");
  const outcome = score > 0.5 ? OUTCOMES[1] : score < 0.5 ? OUTCOMES[0] : OUTCOMES[0.5];
  return { outcome, score, reason, ...(scores.length === 2 ? { flipped: scores[0] !== scores[1] } : {}) };
}
