import type { JudgeConfig } from "../config/index.js";
import { openJudge } from "../rewards/index.js";

/** Result of one real comparison by a judge. */
export interface TriedJudge {
  readonly model: string;
  /** Without its query. */
  readonly baseUrl: string;
  /** Undefined where no verdict could be read; `reason` then says why. */
  readonly outcome: "win" | "tie" | "loss" | undefined;
  readonly reason: string;
  readonly latencyMs: number;
  /** HTTP requests, those that were refused too. */
  readonly requests: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** The endpoint tells no usage, so tokens and costs are estimates. */
  readonly estimated: boolean;
  /** False where the system's text goes into the user's message. */
  readonly systemRole: boolean;
  /** How the verdict is asked for. */
  readonly replyMode: "json_schema" | "json_object" | "text";
  readonly limitField: "max_tokens" | "max_completion_tokens";
}

/** A text that any judge prefers to the other. */
const comparison = {
  prompt: "Describe a harbour at dawn in two sentences.",
  candidate:
    "Before the sun clears the breakwater, the trawlers are already grey shapes nodding at their ropes. Then the light comes, and every puddle on the quay turns to brass.",
  reference: "harbour harbour harbour is is place. ok",
  seed: 1,
} as const;

/** Makes one comparison with a configured judge, past its cache. Throws ConfigError where a secret cannot be read. */
export async function tryJudge(config: JudgeConfig, signal?: AbortSignal): Promise<TriedJudge> {
  const judge = openJudge(config);
  const judgement = await judge.compare({ ...comparison, ...(signal && { signal }) });
  const { outcome, reason, latencyMs, attempts: requests, usage } = judgement;
  const { promptTokens, completionTokens, estimated } = usage;
  const { origin, pathname } = new URL(config.baseUrl);
  const facts = { outcome, reason, latencyMs, requests, promptTokens, completionTokens, estimated };
  return { model: config.model, baseUrl: origin + pathname, ...facts, ...judge.learnt() };
}
