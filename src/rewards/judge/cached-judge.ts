import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CancelledError } from "../../core/index.js";
import type { ComparisonRequest, Judge, Judgement } from "./judge.js";
import { DEFAULT_RUBRIC } from "./prompt.js";

/** What of a judge's settings decides its verdicts. */
export interface CacheIdentity {
  readonly baseUrl: string;
  readonly temperature: number;
  readonly orders: "one" | "both";
  readonly rubric: string | undefined;
}

type Decided = Extract<Judgement, { readonly outcome: "win" | "tie" | "loss" }>;

/**
 * A judge that remembers verdicts by content, model, rubric and settings in a folder. Equal comparisons under way at once
 * ask once. Any number of processes may share the folder: a file is written whole, then named. What is undefined, and
 * files that are damaged, are asked anew; a folder that cannot be written costs only the memory.
 */
export function cachedJudge(judge: Judge, folder: string, identity: CacheIdentity): Judge {
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
    const path = join(folder, key.slice(0, 2), `${key}.json`);
    const found = await readDecided(path);
    if (found !== undefined) return hit(found);
    const judgement = await judge.compare(request);
    if (judgement.outcome !== undefined) await writeWhole(path, JSON.stringify(judgement));
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

async function readDecided(path: string): Promise<Decided | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    return isDecided(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isDecided(value: unknown): value is Decided {
  if (typeof value !== "object" || value === null) return false;
  const { outcome, score, reason, raw, usage } = value as Readonly<Record<string, unknown>>;
  const decided = outcome === "win" || outcome === "tie" || outcome === "loss";
  return decided && typeof score === "number" && typeof reason === "string" && Array.isArray(raw) && Boolean(usage);
}

async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, text);
    await rename(draft, path);
  } catch {
    // A verdict that is not kept is asked again some day.
  }
}
