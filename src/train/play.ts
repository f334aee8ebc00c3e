import { type ChatMessage, deriveSeed, EngineError, type Item, type Rollout, type Segment } from "../core/index.js";
import type { Generated, PromptContent, SamplingParams } from "../engine/engine.js";
import type { RolloutContext } from "../tasks/task.js";
import { type RunContext, taskOf } from "./run-context.js";

/** One member of a task that plays its own rollouts. */
export interface PlayRequest {
  readonly item: Item;
  readonly member: number;
  readonly rolloutId: string;
  readonly sampling: SamplingParams;
  readonly seeds: readonly number[];
}

/**
 * Plays one item once through the task's own `rollout`, recording exact tokens. A later turn continues from the tokens
 * so far; only the new messages are templated.
 */
export async function playItem(run: RunContext, request: PlayRequest, weightsVersion: number): Promise<Rollout> {
  const { item, member } = request;
  const segments: Segment[] = [];
  const turns: Generated[] = [];
  const generate = async (messages: readonly ChatMessage[]) => {
    const prompt = await nextPrompt(run, segments, messages);
    const turn = await oneTurn(run, request, { ...prompt, turn: turns.length, weightsVersion });
    const source = turns.length === 0 ? "prompt" : "environment";
    const before = segments.reduce((sum, segment) => sum + segment.tokens.length, 0);
    const none = new Float32Array(0);
    segments.push({
      tokens: turn.promptTokens.subarray(before),
      trained: false,
      logprobs: none,
      weightsVersion,
      source,
    });
    segments.push({ tokens: turn.tokens, trained: true, logprobs: turn.logprobs, weightsVersion, source: "policy" });
    turns.push(turn);
    return { text: turn.text, finishReason: turn.finishReason };
  };
  const context: RolloutContext = { signal: run.signal, member, generate };
  await taskOf(run, item.taskId).rollout?.(item, context);
  return finishedRollout(request, segments, turns);
}

function finishedRollout(request: PlayRequest, segments: readonly Segment[], turns: readonly Generated[]): Rollout {
  const last = turns.at(-1);
  if (last === undefined) {
    throw new EngineError(`task ${request.item.taskId}: rollout() of item ${request.item.id} never called generate()`, {
      code: "empty_rollout",
    });
  }
  const tokens = turns.reduce((sum, turn) => sum + turn.tokens.length, 0);
  const mean = (of: (turn: Generated) => number) =>
    turns.reduce((sum, turn) => sum + of(turn) * turn.tokens.length, 0) / Math.max(tokens, 1);
  return {
    id: request.rolloutId,
    itemId: request.item.id,
    taskId: request.item.taskId,
    member: request.member,
    segments,
    text: last.text,
    finishReason: last.finishReason,
    meanLogprob: mean((turn) => turn.meanLogprob),
    meanEntropy: mean((turn) => turn.meanEntropy),
  };
}

async function nextPrompt(run: RunContext, segments: readonly Segment[], messages: readonly ChatMessage[]) {
  if (segments.length === 0) return { content: { kind: "chat", messages } as const };
  const tokens = concatTokens([
    ...segments.map((segment) => segment.tokens),
    await continuation(run, segments, messages),
  ]);
  return { content: { kind: "tokens", tokens } as const };
}

/**
 * Tokens of `messages` as they follow a completion: the template applied to a dummy exchange and the new messages, from
 * behind the dummy answer on. The completion's own end-of-sequence token stands in for the dummy's.
 */
async function continuation(run: RunContext, segments: readonly Segment[], messages: readonly ChatMessage[]) {
  const user: ChatMessage = { role: "user", content: "x" };
  const answer: ChatMessage = { role: "assistant", content: "x" };
  const rendered: readonly PromptContent[] = [
    { kind: "chat", messages: [user] },
    { kind: "chat", messages: [user, answer, ...messages] },
  ];
  const [opening, whole] = await run.engine.sampler.tokenize(rendered, { signal: run.signal });
  const end = segments.at(-1)?.tokens.at(-1);
  const closing = whole?.indexOf(run.model.eosToken, opening?.length) ?? -1;
  if (whole === undefined || closing < 0) {
    throw new EngineError("the model's chat template has no end-of-turn token: multi-turn rollouts cannot continue", {
      code: "bad_request",
    });
  }
  return end === run.model.eosToken ? whole.subarray(closing + 1) : whole.subarray(closing);
}

interface TurnRequest {
  readonly content: PromptContent;
  readonly turn: number;
  readonly weightsVersion: number;
}

async function oneTurn(run: RunContext, request: PlayRequest, { content, turn, weightsVersion }: TurnRequest) {
  const seed = deriveSeed(request.seeds[request.member] ?? 0, "turn", turn);
  const call = {
    prompts: [{ promptId: "0", content, seeds: [seed] }],
    sampling: { ...request.sampling, n: 1 },
    expectedVersion: weightsVersion,
  };
  for await (const generated of run.engine.sampler.generate(call, { signal: run.signal })) return generated;
  throw new EngineError("the sampler's stream ended without the rollout", { code: "incomplete", retryable: true });
}

function concatTokens(parts: readonly Int32Array[]): Int32Array {
  const out = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
