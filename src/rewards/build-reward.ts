import { hint } from "../config/index.js";
import { ConfigError } from "../core/index.js";
import type { Sandbox, SandboxLimits } from "../sandbox/sandbox.js";
import type { VerifyWorkers } from "../workers/workers.js";
import type { AnswerOptions } from "./answer.js";
import { codeComponent } from "./code/code.js";
import { formatComponent, tagsComponent } from "./format.js";
import { checkWeight, composeReward, defaultWeights, type Weighted } from "./hybrid.js";
import type { Judge } from "./judge/judge.js";
import { type Disagreement, mathComponent } from "./math/math.js";
import type { MathVerifier } from "./math/verify-job.js";
import { type QaStyle, qaComponent } from "./qa/qa.js";
import type { Reward, RewardComponent } from "./reward.js";
import { writingComponent } from "./writing/writing.js";

/** The four families that have a reward of their own. */
export const rewardFamilies = ["math", "code", "qa", "writing"] as const;

/** A family with a built-in primary component, which bears its name. */
export type RewardFamily = (typeof rewardFamilies)[number];

/** What of a task's config decides its reward. */
export interface RewardSettings {
  readonly id: string;
  readonly family: RewardFamily;
  /** Weight by component name: the family, `format`, `tags`. Left out or empty = the defaults 1, 0.1, 0.1. */
  readonly reward?: Readonly<Record<string, number>>;
  readonly data?: { readonly style?: QaStyle };
  /** Of family math: which verifier decides, and whether the other runs beside it to be compared. */
  readonly verifier?: MathVerifier;
  readonly compareVerifiers?: boolean;
}

/** What primary components work with; needed only by the families that use them. */
export interface RewardTools {
  readonly sandbox?: Sandbox | undefined;
  readonly sandboxLimits?: Partial<SandboxLimits> | undefined;
  readonly judge?: Judge | undefined;
  /** Verify workers for mathematics that text and exact numbers cannot decide; without them it counts as wrong. */
  readonly verify?: VerifyWorkers | undefined;
  /** Told where the two math verifiers disagree, if the task has both run. */
  readonly onDisagreement?: ((disagreement: Disagreement) => void) | undefined;
}

/**
 * The hybrid reward of a task of one of the four families. Components not named in a non-empty `reward` are left out,
 * but for the primary (weight 1) and `format` (weight 0): correctness and format are always shown apart. With `raw` the
 * response itself is the answer and only the primary component is scored. Throws ConfigError on an unknown component, a
 * weight outside [0, 1], or a missing sandbox or judge.
 */
export function buildReward(task: RewardSettings, tools: RewardTools = {}, options: AnswerOptions = {}): Reward {
  const primary = primaryComponent(task, tools, options);
  const given = task.reward ?? {};
  for (const [name, weight] of Object.entries(given)) checkComponent(task, name, weight);
  const custom = Object.keys(given).length > 0;
  const components: Weighted[] = [{ component: primary, weight: given[task.family] ?? defaultWeights.primary }];
  if (options.raw) return composeReward({ primary: task.family, components });
  components.push({ component: formatComponent, weight: given.format ?? (custom ? 0 : defaultWeights.format) });
  if (!custom || given.tags !== undefined) {
    components.push({ component: tagsComponent, weight: given.tags ?? defaultWeights.tags });
  }
  return composeReward({ primary: task.family, components });
}

function primaryComponent(task: RewardSettings, tools: RewardTools, options: AnswerOptions): RewardComponent {
  const { sandbox, sandboxLimits: limits, judge, verify } = tools;
  switch (task.family) {
    case "math":
      return mathComponent({
        ...options,
        verify,
        verifier: task.verifier,
        onDisagreement: task.compareVerifiers ? tools.onDisagreement : undefined,
      });
    case "qa":
      return qaComponent({ ...options, ...(task.data?.style ? { style: task.data.style } : {}) });
    case "code":
      if (sandbox === undefined) throw new ConfigError(`task "${task.id}": family code needs a sandbox`);
      return codeComponent({ ...options, sandbox, ...(limits ? { limits } : {}) });
    case "writing":
      if (judge === undefined)
        throw new ConfigError(`task "${task.id}": family writing needs a judge; configure judge`);
      return writingComponent({ ...options, judge });
    default: {
      const family: string = task.family satisfies never;
      throw new ConfigError(`task "${task.id}": unknown family "${family}"${hint(family, rewardFamilies)}`);
    }
  }
}

function checkComponent(task: RewardSettings, name: string, weight: number): void {
  const known = [task.family, "format", "tags"];
  const place = `task "${task.id}": reward`;
  if (!known.includes(name)) {
    throw new ConfigError(`${place}: unknown component "${name}"${hint(name, known)}`, { code: "unknown_component" });
  }
  checkWeight(name, weight, place);
}
