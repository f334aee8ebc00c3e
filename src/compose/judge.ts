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
 * is kept in its `judge-cost.json`, so that `maxCostUsd` holds over resumes; `notice` is told, once, where that cannot be
 * written. Undefined where no judge is configured.
 * @throws StoreError when that file is damaged or cannot be read
 */
export function judgeLimits(
  config: JudgeConfig | undefined,
  folder: string,
  notice: (line: string) => void,
): Throttle | undefined {
  if (config === undefined) return undefined;
  const path = join(folder, "judge-cost.json");
  let said = false;
  const onSpent = (usd: number) => {
    const failure = writeSpent(path, usd);
    if (failure === undefined || said) return;
    said = true;
    const lasting =
      config.maxCostUsd === undefined
        ? ""
        : "; judge.maxCostUsd holds in this process, a resume would begin at an older amount";
    notice(
      `${path}: what the judge costs cannot be written (${failure})${lasting}; free the place, or make the folder writable`,
    );
  };
  return openThrottle({ ...config, spentUsd: readSpent(path), onSpent });
}

function readSpent(path: string): number {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return 0;
    const message = `${path}: what the judge has cost cannot be read (${reasonOf(cause)}); make the file readable, or remove it to begin at 0`;
    throw new StoreError(message, { code: "bad_judge_cost", cause });
  }
  const spent = /^\{"spentUsd":([\d.e+-]+)\}\s*$/.exec(text)?.[1];
  if (spent !== undefined && Number(spent) >= 0) return Number(spent);
  const remedy = 'write {"spentUsd":X} with what the judge has cost so far, or remove it to begin at 0';
  throw new StoreError(`${path}: does not tell what the judge has cost; ${remedy}`, { code: "bad_judge_cost" });
}

/** Returns why it could not be written. */
function writeSpent(path: string, spentUsd: number): string | undefined {
  try {
    writeWhole(path, `${JSON.stringify({ spentUsd })}\n`);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
