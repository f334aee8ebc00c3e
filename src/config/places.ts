import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { OmniError } from "../core/index.js";
import type { ConfigIssue, ConfigPath } from "./issue.js";
import { isHeaderValue } from "./judge-schema.js";
import { isOwnReward } from "./own-reward.js";
import type {
  DataConfig,
  EngineConfig,
  JudgeConfig,
  OmniConfig,
  SandboxConfig,
  ScheduleConfig,
  TaskConfig,
  WorkersConfig,
} from "./schema.js";
import type { Secret } from "./secret.js";

/** True for a data source on the hub instead of on disk. */
export const isHubSource = (source: string): boolean => source.startsWith("hub:");

/** The config with every path absolute: inputs start from `baseDir`, the runs folder from the working directory. */
export function withAbsolutePaths(config: OmniConfig, baseDir: string): OmniConfig {
  const { judge, model } = config;
  return {
    ...config,
    model: { ...model, base: /^(\.{0,2}\/|\.{1,2}$)/.test(model.base) ? resolve(baseDir, model.base) : model.base },
    engines: config.engines.map((engine) => absoluteEngine(engine, baseDir)),
    tasks: config.tasks.map((task) => ({
      ...task,
      data: absoluteData(task.data, baseDir),
      reward: absoluteReward(task.reward, baseDir),
    })),
    schedule: absoluteSchedule(config.schedule, baseDir),
    ...(judge === undefined ? {} : { judge: absoluteJudge(judge, baseDir) }),
    sandbox: absoluteSandbox(config.sandbox, baseDir),
    workers: absoluteWorkers(config.workers, baseDir),
    run: { ...config.run, folder: resolve(config.run.folder) },
  };
}

function absoluteReward(reward: TaskConfig["reward"], baseDir: string): TaskConfig["reward"] {
  const names = Object.entries(reward).map(([name, weight]) => [
    isOwnReward(name) ? resolve(baseDir, name) : name,
    weight,
  ]);
  return Object.fromEntries(names);
}

function absoluteSchedule(schedule: ScheduleConfig, baseDir: string): ScheduleConfig {
  if (schedule.kind !== "curriculum" || schedule.transfer === undefined) return schedule;
  return { ...schedule, transfer: resolve(baseDir, schedule.transfer) };
}

function absoluteJudge(judge: JudgeConfig, baseDir: string): JudgeConfig {
  const { apiKey, headers, query, cache } = judge;
  return {
    ...judge,
    ...(apiKey === undefined ? {} : { apiKey: apiKey.resolvedIn(baseDir, resolve) }),
    ...(headers && { headers: absoluteSecrets(headers, baseDir) }),
    ...(query && { query: absoluteSecrets(query, baseDir) }),
    cache: cache === "auto" || cache === "off" ? cache : resolve(baseDir, cache),
  };
}

function absoluteSecrets(values: Readonly<Record<string, Secret | string>>, baseDir: string) {
  const resolved = (value: Secret | string) => (typeof value === "string" ? value : value.resolvedIn(baseDir, resolve));
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, resolved(value)]));
}

function absoluteEngine(engine: EngineConfig, baseDir: string): EngineConfig {
  const { token, tls } = engine;
  const tlsPaths = Object.entries(tls ?? {}).map(([name, path]) => [name, resolve(baseDir, path)]);
  return {
    ...engine,
    address: absoluteAddress(engine.address, baseDir),
    ...(token === undefined ? {} : { token: token.resolvedIn(baseDir, resolve) }),
    ...(tls === undefined ? {} : { tls: Object.fromEntries(tlsPaths) }),
  };
}

function absoluteSandbox(sandbox: SandboxConfig, baseDir: string): SandboxConfig {
  const hosts = sandbox.hosts?.map(({ tls, ...host }) => {
    if (tls === undefined) return host;
    const { ca, cert, key } = tls;
    return { ...host, tls: { ca: resolve(baseDir, ca), cert: resolve(baseDir, cert), key: resolve(baseDir, key) } };
  });
  return hosts === undefined ? sandbox : { ...sandbox, hosts };
}

function absoluteWorkers({ serverKeyFile, ...workers }: WorkersConfig, baseDir: string): WorkersConfig {
  return serverKeyFile === undefined ? workers : { ...workers, serverKeyFile: resolve(baseDir, serverKeyFile) };
}

function absoluteAddress(address: string, baseDir: string): string {
  const [, scheme, path] = /^(unix|file):(?!\/\/)(.+)$/.exec(address) ?? [];
  return scheme === undefined || path === undefined ? address : `${scheme}:${resolve(baseDir, path)}`;
}

function absoluteData(data: DataConfig, baseDir: string): DataConfig {
  const place = (source: string) => (isHubSource(source) ? source : resolve(baseDir, source));
  const part = (value: number | string) => (typeof value === "string" ? place(value) : value);
  return {
    ...data,
    source: place(data.source),
    split: { validation: part(data.split.validation), test: part(data.split.test) },
  };
}

/** Files that an absolute config names and that are not there, and secrets that cannot be read. `given`: as written. */
export function placeIssues(
  given: OmniConfig,
  absolute: OmniConfig,
  baseDir: string,
  env: NodeJS.ProcessEnv,
): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const file = (path: ConfigPath, written: string, wanted: string, remedy: string, at: ConfigIssue["at"] = "value") => {
    if (existsSync(wanted)) return;
    const looked = isAbsolute(written) ? "" : ` (looked for ${wanted})`;
    issues.push({
      path,
      at,
      code: "missing_file",
      message: `no such file or folder: ${written}${looked}; ${remedy}`,
    });
  };
  if (isAbsolute(absolute.model.base)) {
    const remedy = "name a folder with config.json and model.safetensors, a built-in model or a hub id";
    file(["model", "base"], given.model.base, absolute.model.base, remedy);
  }
  for (const [index, { reward }] of given.tasks.entries()) {
    const own = Object.keys(reward).filter(isOwnReward);
    const remedy = "name the .js or .mjs file of a reward, from the folder of the config file";
    for (const name of own) file(["tasks", index, "reward", name], name, resolve(baseDir, name), remedy, "key");
  }
  for (const [index, { data }] of absolute.tasks.entries()) {
    const written = given.tasks[index]?.data ?? data;
    const path = ["tasks", index, "data"];
    if (!isHubSource(data.source)) {
      file([...path, "source"], written.source, data.source, "paths start from the folder of the config file");
    }
    for (const name of ["validation", "test"] as const) {
      const wanted = data.split[name];
      const shown = String(written.split[name]);
      if (typeof wanted === "string" && !isHubSource(wanted))
        file([...path, "split", name], shown, wanted, "name a file or a share below 1");
    }
  }
  for (const [index, engine] of absolute.engines.entries()) {
    for (const name of ["ca", "cert", "key"] as const) {
      const wanted = engine.tls?.[name];
      if (wanted === undefined) continue;
      file(["engines", index, "tls", name], given.engines[index]?.tls?.[name] ?? wanted, wanted, "name a PEM file");
    }
    issues.push(...unreadable(["engines", index, "token"], engine.token, env));
  }
  for (const [index, { tls }] of (absolute.sandbox.hosts ?? []).entries()) {
    for (const name of ["ca", "cert", "key"] as const) {
      if (tls === undefined) continue;
      const written = given.sandbox.hosts?.[index]?.tls?.[name] ?? tls[name];
      file(["sandbox", "hosts", index, "tls", name], written, tls[name], "name a PEM file");
    }
  }
  const { serverKeyFile } = absolute.workers;
  if (serverKeyFile !== undefined) {
    const written = given.workers.serverKeyFile ?? serverKeyFile;
    file(["workers", "serverKeyFile"], written, serverKeyFile, "make one with: omni worker keygen");
  }
  return [...issues, ...judgeSecretIssues(absolute.judge, env)];
}

/** Secrets of the judge that cannot be read, or that no header can hold: of a variable that ends in a line break. */
function judgeSecretIssues({ apiKey, headers = {}, query = {} }: Partial<JudgeConfig> = {}, env: NodeJS.ProcessEnv) {
  const sent = (name: string, value: Secret | string | undefined, path: ConfigPath): ConfigIssue[] => {
    if (value === undefined || typeof value === "string") return [];
    const issues = unreadable(path, value, env);
    if (issues.length > 0 || isHeaderValue(value.reveal(env))) return issues;
    const message = `${name} holds a line break or another character that no header can hold; correct ${String(value)}`;
    return [{ path, at: "value", code: "bad_header", message }];
  };
  return [
    ...sent("apiKey", apiKey, ["judge", "apiKey"]),
    ...Object.entries(headers).flatMap(([name, value]) => sent(name, value, ["judge", "headers", name])),
    ...Object.entries(query).flatMap(([name, value]) =>
      typeof value === "string" ? [] : unreadable(["judge", "query", name], value, env),
    ),
  ];
}

function unreadable(path: ConfigPath, secret: EngineConfig["token"], env: NodeJS.ProcessEnv): ConfigIssue[] {
  try {
    secret?.reveal(env);
    return [];
  } catch (error) {
    const { code, message } = OmniError.from(error);
    return [{ path, at: "value", code, message }];
  }
}
