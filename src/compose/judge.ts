import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { JudgeConfig } from "../config/index.js";
import { StoreError } from "../core/index.js";
import { cachedJudge, type Judge, openJudge, openThrottle, type Throttle } from "../rewards/index.js";
import { writeWhole } from "../store/index.js";
import { cacheFolder } from "./places.js";

/** How a configured judge is opened. */
export interface OpenJudgeOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Shared limits; default: the judge's own. */
  readonly throttle?: Throttle | undefined;
}

/** The judge of a config's section, with its cache. Throws ConfigError when the key's variable is unset. */
export function openConfiguredJudge(config: JudgeConfig, options: OpenJudgeOptions = {}): Judge {
  const { env = process.env, throttle } = options;
  const { cache, ...settings } = config;
  const judge = openJudge({ ...settings, ...(throttle && { throttle }) });
  if (cache === "off") return judge;
  const folder = cache === "auto" ? join(cacheFolder(env), "judge") : cache;
  const { baseUrl, temperature, orders, rubric } = config;
  return cachedJudge(judge, folder, { baseUrl, temperature, orders, rubric });
}

/**
 * The limits of a config's judge for all that works in one folder, there or in several engines' runs at once. What was spent
 * is kept in its `judge-cost.json`, so that `maxCostUsd` holds over resumes. Undefined where no judge is configured.
 * @throws StoreError when that file is damaged
 */
export function judgeLimits(config: JudgeConfig | undefined, folder: string): Throttle | undefined {
  if (config === undefined) return undefined;
  const path = join(folder, "judge-cost.json");
  return openThrottle({ ...config, spentUsd: readSpent(path), onSpent: (usd) => writeSpent(path, usd) });
}

function readSpent(path: string): number {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return 0;
  }
  const spent = /^\{"spentUsd":([\d.e+-]+)\}\s*$/.exec(text)?.[1];
  if (spent !== undefined && Number(spent) >= 0) return Number(spent);
  const remedy = 'write {"spentUsd":X} with what the judge has cost so far, or remove it to begin at 0';
  throw new StoreError(`${path}: does not tell what the judge has cost; ${remedy}`, { code: "bad_judge_cost" });
}

function writeSpent(path: string, spentUsd: number): void {
  try {
    writeWhole(path, `${JSON.stringify({ spentUsd })}\n`);
  } catch {
    // The budget holds in this process all the same; a disk that is full ends the run where it must, in its journal.
  }
}
