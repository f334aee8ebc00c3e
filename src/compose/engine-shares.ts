import type { OmniConfig } from "../config/index.js";
import { ConfigError } from "../core/index.js";

/**
 * The config as each of its engines sees it: that engine alone, and its part of what all share, so that limits of judge and
 * sandbox hold for all engines together.
 * @throws ConfigError `engines` for engines that cannot share one experiment
 */
export function engineShares(config: OmniConfig): readonly OmniConfig[] {
  const { engines } = config;
  const count = engines.length;
  if (count === 1) return [config];
  checkEngines(config);
  return engines.map((engine, at) => ({
    ...config,
    engines: [engine],
    ...(config.judge === undefined ? {} : { judge: judgeShare(config.judge, count) }),
    sandbox: { ...config.sandbox, concurrency: part(config.sandbox.concurrency, count) },
    workers: at === 0 ? config.workers : localWorkers(config.workers),
  }));
}

function checkEngines({ engines, judge }: OmniConfig): void {
  const fail = (message: string) => {
    throw new ConfigError(`engines: ${message}`, { code: "engines", details: { at: ["engines"] } });
  };
  const remote = engines.map(({ address }) => address).filter((address) => address !== "auto");
  if (remote.length > 0 && remote.length < engines.length) {
    fail(
      "all are auto, or none is: runs go on from each other's checkpoints, so engines must share one folder of them",
    );
  }
  if (new Set(remote).size < remote.length) fail("one address stands there twice; a server holds one run's weights");
  if (engines.some(({ roles }) => roles.length < 2))
    fail("each needs both roles, sample and train, to run whole stages");
  const perMinute = Math.min(judge?.requestsPerMinute ?? Infinity, judge?.tokensPerMinute ?? Infinity);
  if (perMinute < engines.length) fail(`${engines.length} are too many for the judge's limit of ${perMinute} a minute`);
}

type JudgeConfig = NonNullable<OmniConfig["judge"]>;

function judgeShare(judge: JudgeConfig, count: number): JudgeConfig {
  const { maxConcurrency, requestsPerMinute, tokensPerMinute, maxCostUsd } = judge;
  return {
    ...judge,
    maxConcurrency: part(maxConcurrency, count),
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute: part(requestsPerMinute, count) }),
    ...(tokensPerMinute === undefined ? {} : { tokensPerMinute: part(tokensPerMinute, count) }),
    ...(maxCostUsd === undefined ? {} : { maxCostUsd: maxCostUsd / count }),
  };
}

/** One place listens for workers of other hosts; the other engines verify here. */
function localWorkers({ listen: _listen, serverKeyFile: _key, ...workers }: OmniConfig["workers"]) {
  return { ...workers, local: Math.max(1, workers.local) };
}

const part = (of: number, count: number) => Math.max(1, Math.floor(of / count));
