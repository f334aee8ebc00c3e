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
import type { Tolerance } from "./math/measured.js";
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
  /**
   * Weight by component name: the family, `format`, `tags`, or the path of a reward among {@link RewardTools.own}. Left out or
   * empty = the defaults 1, 0.1, 0.1.
   */
  readonly reward?: Readonly<Record<string, number>>;
  readonly data?: { readonly style?: QaStyle };
  /** Of family math: which verifier decides, and whether the other runs beside it to be compared. */
  readonly verifier?: MathVerifier;
  readonly compareVerifiers?: boolean;
  /** Of family math: how far an answer may be from a gold that is a decimal number. Default: not at all. */
  readonly tolerance?: Tolerance;
  /** Of math and qa: without an answer block, the last `\boxed{}` after the think block counts. Default false. */
  readonly boxedOutside?: boolean;
  /** Of writing: what good means; undefined = the judge's own. */
  readonly rubric?: string;
}

/** What primary components work with; needed only by the families that use them. */
export interface RewardTools {
  readonly sandbox?: Sandbox | undefined;
  readonly sandboxLimits?: Partial<SandboxLimits> | undefined;
  readonly judge?: Judge | undefined;
  /** Verify workers for mathematics that text and exact numbers cannot decide; without them it counts as wrong. */
  readonly verify?: VerifyWorkers | undefined;
  /** Rewards of users' own by the path that a task's `reward` names. */
  readonly own?: ReadonlyMap<string, RewardComponent> | undefined;
  /** Told where the two math verifiers disagree, if the task has both run. */
  readonly onDisagreement?: ((disagreement: Disagreement) => void) | undefined;
}

/**
 * The hybrid reward of a task of one of the four families. Components not named in a non-empty `reward` are left out,
 * but for the primary (weight 1) and `format` (weight 0): correctness and format are always shown apart. With `raw` the
 * response itself is the answer and only the primary component is scored. Where the family's weight is 0, the first reward of the
 * user's own is the primary component. Throws ConfigError on an unknown component, a
 * weight outside [0, 1], or a missing sandbox or judge.
 */
export function buildReward(task: RewardSettings, tools: RewardTools = {}, given: AnswerOptions = {}): Reward {
  const options = task.boxedOutside ? { boxedOutside: true, ...given } : given;
  const primary = primaryComponent(task, tools, options);
  const weights = task.reward ?? {};
  for (const [name, weight] of Object.entries(weights)) checkComponent(task, name, weight, tools);
  const custom = Object.keys(weights).length > 0;
  const components: Weighted[] = [{ component: primary, weight: weights[task.family] ?? defaultWeights.primary }];
  if (options.raw) return composeReward({ primary: task.family, components });
  components.push({ component: formatComponent, weight: weights.format ?? (custom ? 0 : defaultWeights.format) });
  if (!custom || weights.tags !== undefined) {
    components.push({ component: tagsComponent, weight: weights.tags ?? defaultWeights.tags });
  }
  const own = Object.entries(weights).flatMap(([path, weight]) => {
    const component = tools.own?.get(path);
    return component === undefined ? [] : [{ component, weight }];
  });
  const [first] = weights[task.family] === 0 ? own : [];
  return composeReward({ primary: first?.component.name ?? task.family, components: [...components, ...own] });
}

function primaryComponent(task: RewardSettings, tools: RewardTools, options: AnswerOptions): RewardComponent {
  const { sandbox, sandboxLimits: limits, judge, verify } = tools;
  switch (task.family) {
    case "math":
      return mathComponent({
        ...options,
        verify,
        verifier: task.verifier,
        tolerance: task.tolerance,
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
      return writingComponent({ ...options, judge, ...(task.rubric !== undefined && { rubric: task.rubric }) });
    default: {
      const family: string = task.family satisfies never;
      throw new ConfigError(`task "${task.id}": unknown family "${family}"${hint(family, rewardFamilies)}`);
    }
  }
}

function checkComponent(task: RewardSettings, name: string, weight: number, { own }: RewardTools): void {
  const known = [task.family, "format", "tags"];
  const place = `task "${task.id}": reward`;
  if (!known.includes(name) && !own?.has(name)) {
    throw new ConfigError(`${place}: unknown component "${name}"${hint(name, known)}`, { code: "unknown_component" });
  }
  checkWeight(name, weight, place);
}
