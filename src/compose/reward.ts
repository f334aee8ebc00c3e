import { hint, type OmniConfig } from "../config/index.js";
import { ConfigError, DataError, deriveSeed, type RewardRecord } from "../core/index.js";
import {
  buildReward,
  composeReward,
  type Judge,
  type MathVerifier,
  type QaStyle,
  rewardFamilies,
  type Tolerance,
} from "../rewards/index.js";
import type { Reward } from "../rewards/reward.js";
import { openSandbox } from "../sandbox/index.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { MAX_LINE_CHARS, parseResponseLine, type ResponseLine, type WrongLine } from "../tasks/index.js";
import type { VerifyWorkers } from "../workers/workers.js";
import { noticed } from "./disagreement.js";
import { inOrder } from "./in-order.js";
import { openConfiguredJudge } from "./judge.js";
import { isReward, loadOwnRewards, loadReward } from "./own-rewards.js";
import { type AsksForVerifiers, requireMathVerify } from "./require-math-verify.js";
import { openWorkers } from "./workers.js";

/** What a family's reward is built from, without engine or training. */
export interface RewardOptions {
  /** `math`, `code`, `qa`, `writing`, or the path of a JavaScript module whose default export is a reward. */
  readonly family: string;
  /** Judge, sandbox and seed; of its tasks only the one that `taskId` names plays a part. */
  readonly config: OmniConfig;
  /** Weights and style are those of this task of the config. */
  readonly taskId?: string;
  readonly style?: QaStyle;
  /** Of math: which verifier decides, and whether the other runs beside it; disagreements reach `notice`. */
  readonly verifier?: MathVerifier;
  readonly compareVerifiers?: boolean;
  /** Of math: how far an answer may be from a gold that is a decimal number. */
  readonly tolerance?: Tolerance;
  /** Of math and qa: without an answer block, the last `\boxed{}` counts. */
  readonly boxedOutside?: boolean;
  /** The response itself is the answer, and only the primary component is scored. */
  readonly raw?: boolean;
  readonly signal: AbortSignal;
  /** Told what a user must know, e.g. that programs run in the embedded sandbox. */
  readonly notice: (line: string) => void;
}

/** A reward with what it works with; `close` ends all of it. */
export interface OpenReward {
  readonly family: string;
  readonly reward: Reward;
  /** Undefined where no judge is asked. */
  readonly judge: Judge | undefined;
  /** Scores responses in the order they come in; memory is bounded, whatever the source's length. */
  score(lines: AsyncIterable<NumberedLine>): AsyncGenerator<ScoredLine>;
  close(): Promise<void>;
}

/** A line of the input with its place, `file:line`. `text` is undefined for a line that is too long. */
export interface NumberedLine {
  readonly text: string | undefined;
  readonly origin: string;
}

/** What a line was worth, or why it is none. */
export type ScoredLine = { readonly origin: string } & (
  | { readonly ok: true; readonly line: ResponseLine; readonly record: RewardRecord }
  | ({ readonly ok: false } & WrongLine)
);

/** Lines under way at once; sandbox and judge bound their own work below it. */
const WINDOW = 256;

/**
 * Builds the reward of one family. Throws ConfigError for an unknown family, a module that exports no reward, a task that
 * the config has not, or a missing judge; PrerequisiteError where Docker is asked for and missing.
 */
export async function openReward(options: RewardOptions): Promise<OpenReward> {
  const { family, config, signal } = options;
  if (family === "math") await requireMathVerify([askedOf(options)], config.workers);
  const tools = await openTools(options);
  try {
    const reward = isFamily(family) ? await familyReward(family, options, tools) : await moduleReward(family, options);
    const name = isFamily(family) ? family : "custom";
    const style = styleOf(options);
    const scoreLine = async ({ text, origin }: NumberedLine): Promise<ScoredLine> => {
      const line = text === undefined ? tooLong(origin) : parseResponseLine(text, name, origin, style);
      if ("error" in line) return { origin, ok: false, ...line };
      const seed = deriveSeed(config.seed, "reward", line.item.id);
      const { item, response, truncated } = line;
      return { origin, ok: true, line, record: await reward.score({ item, response, truncated, seed }, { signal }) };
    };
    return {
      family: name,
      reward,
      judge: tools.judge,
      score: (lines) => inOrder(lines, scoreLine, WINDOW),
      close: () => closeTools(tools),
    };
  } catch (error) {
    await closeTools(tools);
    throw error;
  }
}

function tooLong(origin: string): WrongLine {
  const message = `${origin}: the line is longer than ${MAX_LINE_CHARS} characters; put one JSON object on each line`;
  return { id: null, error: new DataError(message, { code: "bad_line" }) };
}

interface Tools {
  readonly sandbox: Sandbox | undefined;
  readonly verify: VerifyWorkers | undefined;
  readonly judge: Judge | undefined;
}

/** Only what the family needs. */
async function openTools({ family, config, signal, notice }: RewardOptions): Promise<Tools> {
  return {
    sandbox: family === "code" ? await openSandbox({ ...config.sandbox, signal, notice }) : undefined,
    verify: family === "math" ? await openWorkers(config, notice) : undefined,
    judge: family === "writing" && config.judge !== undefined ? openConfiguredJudge(config.judge) : undefined,
  };
}

async function closeTools({ sandbox, verify }: Tools): Promise<void> {
  await sandbox?.close();
  await verify?.close();
}

type Family = (typeof rewardFamilies)[number];

const isFamily = (name: string): name is Family => rewardFamilies.some((family) => family === name);

/** Flags come before what the named task of the config says. */
function askedOf({ config, taskId, verifier, compareVerifiers }: RewardOptions): AsksForVerifiers {
  const task = config.tasks.find(({ id }) => id === taskId);
  return {
    verifier: verifier ?? task?.verifier,
    compareVerifiers: compareVerifiers ?? task?.compareVerifiers,
  };
}

function styleOf({ config, taskId, style }: RewardOptions): QaStyle | undefined {
  return style ?? config.tasks.find(({ id }) => id === taskId)?.data.style;
}

async function familyReward(family: Family, options: RewardOptions, tools: Tools): Promise<Reward> {
  const { config, taskId, raw, notice } = options;
  if (family === "writing" && tools.judge === undefined) {
    throw new ConfigError(
      "writing needs a judge: --config FILE with a section judge, or --set judge.baseUrl=URL --set judge.model=NAME",
      { code: "no_judge" },
    );
  }
  checkSettings(family, options);
  const task = taskId === undefined ? undefined : taskNamed(taskId, family, config);
  const style = styleOf(options);
  const { verifier, compareVerifiers } = askedOf(options);
  const { boxedOutside = task?.boxedOutside, tolerance = task?.tolerance } = options;
  if (tolerance !== undefined && verifier === "math-verify") {
    throw new ConfigError("--tolerance is for the builtin verifier; leave it or --verifier math-verify out", {
      code: "usage",
    });
  }
  const settings = {
    id: taskId ?? family,
    family,
    ...(task && { reward: task.reward }),
    ...(verifier !== undefined && { verifier }),
    ...(compareVerifiers !== undefined && { compareVerifiers }),
    ...(boxedOutside !== undefined && { boxedOutside }),
    ...(tolerance !== undefined && { tolerance }),
    ...(task?.rubric !== undefined && { rubric: task.rubric }),
    data: style ? { style } : {},
  };
  // Paths of a loaded config are absolute.
  const own = task && (await loadOwnRewards(config.tasks, ""));
  return buildReward(settings, { ...tools, own, onDisagreement: noticed(notice) }, raw ? { raw } : {});
}

/** Settings of one family that are asked of another would be passed over in silence. */
function checkSettings(family: Family, options: RewardOptions): void {
  const { style, verifier, compareVerifiers, tolerance, boxedOutside } = options;
  const given = [
    { flag: "--style", value: style, families: ["qa"] },
    { flag: "--verifier", value: verifier, families: ["math"] },
    { flag: "--compare-verifiers", value: compareVerifiers, families: ["math"] },
    { flag: "--tolerance", value: tolerance, families: ["math"] },
    { flag: "--boxed-outside", value: boxedOutside, families: ["math", "qa"] },
  ];
  const wrong = given.find(({ value, families }) => value !== undefined && !families.includes(family));
  if (wrong === undefined) return;
  throw new ConfigError(`${wrong.flag} is for ${wrong.families.join(" and ")}, not for ${family}; leave it out`, {
    code: "usage",
  });
}

function taskNamed(taskId: string, family: string, { tasks }: OmniConfig) {
  const ids = tasks.map((task) => task.id);
  const task = tasks.find(({ id }) => id === taskId);
  if (task === undefined) throw new ConfigError(`--task ${taskId}: the config has no such task${hint(taskId, ids)}`);
  if (task.family === family) return task;
  throw new ConfigError(
    `--task ${taskId}: that task is of family ${task.family}; score it with: omni reward ${task.family}`,
  );
}

/** A reward of the user's own, by the path of its module. */
async function moduleReward(path: string, options: RewardOptions): Promise<Reward> {
  const { raw, taskId, style, verifier, tolerance, boxedOutside } = options;
  if (!/\.[cm]?js$/.test(path)) {
    const remedy = "or the path of a .js or .mjs file that exports a reward by default";
    throw new ConfigError(`unknown family "${path}"${hint(path, rewardFamilies)} (${remedy})`, {
      code: "unknown_family",
    });
  }
  if (raw || [taskId, style, verifier, tolerance, boxedOutside].some((setting) => setting !== undefined)) {
    throw new ConfigError(
      `${path}: --raw, --task, --style, --verifier, --tolerance and --boxed-outside are for the four families; a module reads the response as it likes`,
    );
  }
  const reward = await loadReward(path);
  return isReward(reward)
    ? reward
    : composeReward({ primary: reward.name, components: [{ component: reward, weight: 1 }] });
}
