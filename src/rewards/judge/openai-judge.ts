import { setMaxListeners } from "node:events";
import { deriveSeed } from "../../core/index.js";
import type { RequestForm } from "./chat.js";
import { type AskOptions, type EndpointOptions, openEndpoint } from "./endpoint.js";
import type { ComparisonRequest, Judge, Judgement } from "./judge.js";
import { type Parsed, parseReply, type Verdict } from "./parse.js";
import { candidateFirst, judgeMessages, type ReplyMode, VERDICT_SCHEMA } from "./prompt.js";
import { mayRefuseFormat, ReplyModes, type StructuredOutput } from "./reply-modes.js";
import { AttemptError } from "./retry.js";
import { Tally, Totals } from "./tally.js";

/** Settings of a judge behind an OpenAI-compatible endpoint; the names of the config's judge section. */
export interface OpenAIJudgeOptions extends EndpointOptions {
  /** `both` asks twice with the positions swapped and takes the mean. Default `one`, the position seeded. */
  readonly orders?: "one" | "both";
  /** `auto` tries a JSON schema first and falls back on a last line that is parsed strictly. */
  readonly structuredOutput?: StructuredOutput;
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

/** A {@link Judge} that also tells how its endpoint wants to be asked. */
export interface OpenAIJudge extends Judge {
  learnt(): RequestForm & { readonly replyMode: ReplyMode };
}

/** A judge behind any OpenAI-compatible chat endpoint. Defaults are those of the config's judge section. */
export function openJudge(options: OpenAIJudgeOptions): OpenAIJudge {
  const { orders = "one", structuredOutput = "auto", trial = false, rubric } = options;
  const endpoint = openEndpoint({ temperature: 0.4, ...options });
  const modes = new ReplyModes(structuredOutput);
  const totals = new Totals();

  /** One reply, repeated while the endpoint is down, and without structured output where it refuses that. */
  const ask = (order: Order, tries: number) => {
    const { request } = order;
    const question = () => {
      const mode = order.mode ?? modes.current();
      order.mode = mode;
      return { messages: judgeMessages({ ...(rubric && { rubric }), ...request }, order.candidateIsA, mode), mode };
    };
    const onFailure = (error: AttemptError) => {
      const other = mayRefuseFormat(error) ? modes.stepDown(order.mode ?? modes.current()) : undefined;
      if (other === undefined) return false;
      order.mode = other;
      // What may pass by itself is a retry, whichever way it is asked again.
      return !error.retryable;
    };
    const seed = trial ? { seed: deriveSeed(request.seed, "judge", "sample", tries) >>> 1 } : {};
    const signal = request.signal ? { signal: request.signal } : {};
    const schema = { name: "verdict", schema: VERDICT_SCHEMA };
    return endpoint.ask(question, { schema, onFailure, tally: order.tally, time: order, ...seed, ...signal });
  };

  /** Asks until a reply decodes, twice at most; steps down from structured output where the endpoint has none. */
  const judgeOrder = async (order: Order): Promise<OrderScore> => {
    let failed: Parsed | undefined;
    for (let tries = 0; tries < 2; tries++) {
      try {
        const reply = await ask(order, tries);
        const mode = order.mode ?? modes.current();
        const parsed = parseReply(reply.content, mode, reply.cut);
        if (parsed.ok) {
          modes.worked(mode);
          return { score: scoreOf(parsed.verdict, order.candidateIsA), reason: parsed.reason };
        }
        order.tally.parseFailures += 1;
        failed = reply.problem === undefined ? parsed : { ...parsed, reason: reply.problem };
        order.mode = modes.stepDown(mode) ?? mode;
      } catch (error) {
        if (!(error instanceof AttemptError)) throw error;
        return { score: null, reason: error.message };
      }
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
    learnt: () => ({ ...endpoint.form(), replyMode: modes.current() }),
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
  /** How its latest reply was asked for, or the next is to be. */
  mode?: ReplyMode;
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
