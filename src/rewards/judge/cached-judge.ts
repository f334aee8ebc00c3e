import { createHash } from "node:crypto";
import { CancelledError } from "../../core/index.js";
import { fileCache } from "./file-cache.js";
import type { ComparisonRequest, Judge, Judgement } from "./judge.js";
import { DEFAULT_RUBRIC } from "./prompt.js";

/** What of a judge's settings decides its verdicts. */
export interface CacheIdentity {
  readonly baseUrl: string;
  readonly temperature: number | null;
  readonly orders: "one" | "both";
  readonly rubric: string | undefined;
}

type Decided = Extract<Judgement, { readonly outcome: "win" | "tie" | "loss" }>;

/**
 * A judge that remembers verdicts by content, model, rubric and settings in a folder. Equal comparisons under way at once
 * ask once. Any number of processes may share the folder. What is undefined, and files that are damaged, are asked anew.
 */
export function cachedJudge(judge: Judge, folder: string, identity: CacheIdentity): Judge {
  const cache = fileCache(folder);
  const underWay = new Map<string, Promise<Judgement>>();
  let hits = 0;

  const compare = async (request: ComparisonRequest): Promise<Judgement> => {
    const key = keyOf(request, judge.model, identity);
    const earlier = underWay.get(key);
    if (earlier !== undefined) {
      const judgement = await earlier.catch(() => undefined);
      if (judgement?.outcome !== undefined) return hit(judgement);
      if (request.signal?.aborted) throw new CancelledError("cancelled", { cause: request.signal.reason });
      return compare(request);
    }
    const work = known(key, request);
    underWay.set(key, work);
    try {
      return await work;
    } finally {
      underWay.delete(key);
    }
  };

  const known = async (key: string, request: ComparisonRequest): Promise<Judgement> => {
    const found = await cache.get(key);
    if (isDecided(found)) return hit(found);
    const judgement = await judge.compare(request);
    if (judgement.outcome !== undefined) await cache.set(key, judgement);
    return judgement;
  };

  const hit = (judgement: Decided): Judgement => {
    hits += 1;
    const { costUsd: _, ...usage } = judgement.usage;
    return {
      ...judgement,
      usage: { ...usage, promptTokens: 0, completionTokens: 0, estimated: false },
      latencyMs: 0,
      attempts: 0,
      cached: true,
    };
  };

  return {
    model: judge.model,
    trial: judge.trial,
    compare,
    stats: () => {
      const stats = judge.stats();
      return { ...stats, calls: stats.calls + hits, cacheHits: hits };
    },
  };
}

function keyOf({ prompt, candidate, reference, rubric }: ComparisonRequest, model: string, identity: CacheIdentity) {
  const { baseUrl, temperature, orders } = identity;
  const asked = rubric ?? identity.rubric ?? DEFAULT_RUBRIC;
  const parts = ["judgement 1", baseUrl, model, temperature, orders, asked, prompt, candidate, reference];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

function isDecided(value: unknown): value is Decided {
  if (typeof value !== "object" || value === null) return false;
  const { outcome, score, reason, raw, usage } = value as Readonly<Record<string, unknown>>;
  const decided = outcome === "win" || outcome === "tie" || outcome === "loss";
  return decided && typeof score === "number" && typeof reason === "string" && Array.isArray(raw) && Boolean(usage);
}
