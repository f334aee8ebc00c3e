import { join } from "node:path";
import type { JudgeConfig } from "../config/index.js";
import { cachedJudge, type Judge, openJudge } from "../rewards/index.js";
import { cacheFolder } from "./places.js";

/** The judge of a config's section, with its cache. Throws ConfigError when the key's variable is unset. */
export function openConfiguredJudge(config: JudgeConfig, env: NodeJS.ProcessEnv = process.env): Judge {
  const { cache, ...settings } = config;
  const judge = openJudge(settings);
  if (cache === "off") return judge;
  const folder = cache === "auto" ? join(cacheFolder(env), "judge") : cache;
  const { baseUrl, temperature, orders, rubric } = config;
  return cachedJudge(judge, folder, { baseUrl, temperature, orders, rubric });
}
