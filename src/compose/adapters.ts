import type { OmniConfig } from "../config/index.js";
import type { ChatMessage } from "../core/index.js";
import { buildReward, type Judge, openJudge, type Throttle, trialJudgeCaution } from "../rewards/index.js";
import { openSandbox } from "../sandbox/index.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { buildTask, type LoadReport, openTaskData, type TaskData } from "../tasks/index.js";
import type { Task } from "../tasks/task.js";
import type { LoadedTask, Usage } from "../train/index.js";
import type { VerifyWorkers } from "../workers/workers.js";
import { noticed } from "./disagreement.js";
import { type EngineOptions, type OpenEngine, openEngine } from "./engine.js";
import { openConfiguredJudge } from "./judge.js";
import { loadOwnRewards, type OwnRewards } from "./own-rewards.js";
import { cacheFolder } from "./places.js";
import { requireMathVerify } from "./require-math-verify.js";
import { sandboxUse } from "./sandbox-use.js";
import { workerUse } from "./worker-use.js";
import { openWorkers } from "./workers.js";

/** Everything built from a config; `close` ends all of it. */
export interface Adapters extends OpenEngine {
  readonly sandbox: Sandbox;
  readonly judge: Judge | undefined;
  readonly tasks: readonly LoadedTask[];
  /** What every reader of a report must know. */
  readonly cautions: readonly string[];
  usage(): Usage;
}

/** Settings of {@link openAdapters}. */
export interface AdapterOptions extends EngineOptions {
  /** Folder that relative paths of the config start from. */
  readonly baseDir: string;
  /** Tasks made in code, beside those of the config. */
  readonly customTasks?: readonly Task[];
  /** Limits of the configured judge that are shared or outlast this process; default: its own. */
  readonly judgeThrottle?: Throttle | undefined;
}

/** Reads the data, then builds engine, sandbox, judge and tasks; on failure what was opened is closed again. */
export async function openAdapters(options: AdapterOptions): Promise<Adapters> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  try {
    const data = await readData(options);
    const own = await loadOwnRewards(options.config.tasks, options.baseDir);
    await requireMathVerify(options.config.tasks, options.config.workers);
    const verify = await openWorkers(options.config, options.notice);
    closers.push(() => verify.close());
    const opened = await openEngine(options);
    closers.push(() => opened.close());
    const sandbox = await sandboxOf(options);
    closers.push(() => sandbox.close());
    const judge = judgeOf(options, opened);
    const tasks = await loadTasks(data, options, opened, { sandbox, judge, verify, own });
    const usage = () => ({
      sandbox: sandboxUse(sandbox.stats()),
      workers: workerUse(verify.stats()),
      ...judgeCounts(judge),
    });
    return { ...opened, sandbox, judge, tasks, cautions: cautionsOf(options.config, sandbox, judge), usage, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function sandboxOf({ config, signal, notice }: AdapterOptions): Promise<Sandbox> {
  return openSandbox({ ...config.sandbox, signal, notice });
}

function judgeOf({ config, judgeThrottle }: AdapterOptions, { engine, model }: OpenEngine): Judge | undefined {
  if (config.judge !== undefined) return openConfiguredJudge(config.judge, { throttle: judgeThrottle });
  const trial = engine.capabilities.judge;
  if (trial === undefined) return undefined;
  return openJudge({ ...trialJudge, baseUrl: trial.baseUrl, apiKey: trial.token, model: model.base });
}

/** It waits behind generation on the same engine, so its time-out is long; greedy and short, so that a run can be repeated. */
const trialJudge = {
  trial: true,
  temperature: 0,
  maxTokens: 20,
  timeoutMs: 1_800_000,
  maxRetries: 1,
  maxConcurrency: 4,
};

function judgeCounts(judge: Judge | undefined): Pick<Usage, "judgeCalls" | "judgeFailures" | "judge"> {
  const stats = judge?.stats();
  return { judgeCalls: stats?.calls ?? 0, judgeFailures: stats?.failures ?? 0, ...(stats && { judge: stats }) };
}

/** Before anything is started: a wrong mapping is told in a second, not after a model was loaded. */
async function readData({ config, baseDir, customTasks, signal }: AdapterOptions): Promise<readonly TaskData[]> {
  const places = { seed: config.seed, baseDir, cacheDir: cacheFolder() };
  const data = config.tasks.map((task) => openTaskData(task, places));
  for (const task of data) await task.read(signal);
  for (const task of customTasks ?? []) await task.load(signal);
  return data;
}

async function loadTasks(
  data: readonly TaskData[],
  { customTasks, notice, signal }: AdapterOptions,
  { engine }: OpenEngine,
  parts: {
    readonly sandbox: Sandbox;
    readonly judge: Judge | undefined;
    readonly verify: VerifyWorkers;
    readonly own: OwnRewards;
  },
): Promise<LoadedTask[]> {
  const tokenLengths = async (prompts: readonly (readonly ChatMessage[])[]) => {
    const chats = prompts.map((messages) => ({ kind: "chat" as const, messages }));
    const tokens = await engine.sampler.tokenize(chats, { signal });
    return tokens.map((list) => list.length);
  };
  const loaded: LoadedTask[] = [];
  for (const read of data) {
    const task = buildTask(read, {
      reward: buildReward(read.config, { ...parts, onDisagreement: noticed(notice) }),
      tokenLengths,
    });
    loaded.push({ task, splits: await task.load(signal) });
    for (const line of lossesOf(await task.report(signal))) notice(`task "${task.id}": ${line}`);
  }
  for (const task of customTasks ?? []) loaded.push({ task, splits: await task.load(signal) });
  return loaded;
}

/** What of a data set will not teach, in words; nothing when all of it will. */
function lossesOf({ dropped, withoutGold, firstWithoutGold }: LoadReport): string[] {
  return [
    ...(dropped.tooLong > 0 ? [`${dropped.tooLong} prompts longer than maxPromptTokens left out`] : []),
    ...(withoutGold > 0
      ? [`${withoutGold} items have no usable gold and are masked (first: ${firstWithoutGold})`]
      : []),
  ];
}

function cautionsOf({ tasks }: OmniConfig, sandbox: Sandbox, judge: Judge | undefined): string[] {
  const { forUntrustedCode, kind } = sandbox.description;
  return [
    ...(forUntrustedCode
      ? []
      : [`the ${kind} sandbox is not for untrusted code; use sandbox.kind: docker for real work`]),
    ...(judge?.trial === true && tasks.some(({ family }) => family === "writing") ? [trialJudgeCaution] : []),
  ];
}
