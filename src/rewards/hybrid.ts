import { CancelledError, type ComponentScore, ConfigError, type WeightedComponent } from "../core/index.js";
import { decimalSum } from "./decimal-sum.js";
import type { Reward, RewardComponent, RewardContext, Scored } from "./reward.js";

/** A component with its weight w_c in [0, 1]. */
export interface Weighted {
  readonly component: RewardComponent;
  readonly weight: number;
}

/** What {@link composeReward} takes. */
export interface Composition {
  /** Name of the component that decides whether a rollout is scored at all. */
  readonly primary: string;
  readonly components: readonly Weighted[];
}

/** Default weights (method §3): the primary component's, and those of `format` and `tags`. */
export const defaultWeights = { primary: 1, format: 0.1, tags: 0.1 } as const;

/**
 * R = Σ w_c r_c over the defined components, not renormalised (method §3, A.1). An undefined primary makes the total
 * null. Components run at once; one that throws, or returns a value outside [0, 1], is undefined with its reason.
 * Throws ConfigError on a weight outside [0, 1], a name given twice, or a primary that is not among the components.
 */
export function composeReward(composition: Composition): Reward {
  check(composition);
  const { primary, components } = composition;
  return {
    primary,
    components: components.map(({ component }) => component.name),
    score: async (input, context) => {
      const scored = await Promise.all(components.map((weighted) => measure(weighted, input, context)));
      const record = Object.fromEntries(scored.map((score, i) => [components[i]?.component.name ?? "", score]));
      const main = record[primary];
      return { total: main === undefined || main.value === null ? null : sum(scored), primary, components: record };
    },
  };
}

function check({ primary, components }: Composition): void {
  const names = components.map(({ component }) => component.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new ConfigError(`reward: component "${twice}" is given twice; keep one`);
  if (!names.includes(primary)) {
    throw new ConfigError(`reward: the primary component "${primary}" is not among ${names.join(", ") || "none"}`);
  }
  for (const { component, weight } of components) checkWeight(component.name, weight);
}

/** Throws ConfigError unless the weight is a number in [0, 1]. */
export function checkWeight(name: string, weight: number, place = "reward"): void {
  if (typeof weight === "number" && weight >= 0 && weight <= 1) return;
  throw new ConfigError(`${place}: the weight of "${name}" is ${String(weight)}; give a number from 0 to 1`, {
    code: "bad_weight",
  });
}

async function measure({ component, weight }: Weighted, input: Scored, context: RewardContext) {
  return { ...(await defined(component, input, context)), weight } satisfies WeightedComponent;
}

async function defined(component: RewardComponent, input: Scored, context: RewardContext): Promise<ComponentScore> {
  try {
    const score = await component.score(input, context);
    // One written in JavaScript may give back a bare value.
    if (typeof score !== "object" || score === null) {
      const given = String(score).slice(0, 40);
      return {
        value: null,
        reason: `component "${component.name}" returned ${given}; return { value: … }, a number from 0 to 1 or null`,
      };
    }
    const { value } = score;
    if (value === null || (typeof value === "number" && value >= 0 && value <= 1)) return score;
    return { ...score, value: null, reason: `component "${component.name}" ${notAValue(value)}` };
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    return { value: null, reason: `component "${component.name}" threw: ${message}` };
  }
}

/** Message about a value that a reward returned and should not have, with the remedy: `returned true; return a number …`. */
export function notAValue(given: unknown): string {
  const remedy = "return a number from 0 to 1, or null where it cannot be measured";
  if (typeof given === "number") return `returned ${given}, outside [0, 1]; ${remedy}`;
  if (typeof given === "boolean") return `returned ${given}; ${remedy} (Number(${given}) is ${Number(given)})`;
  if (typeof given === "string") {
    const text = JSON.stringify(given.slice(0, 40));
    const numeric = given.trim() !== "" && Number.isFinite(Number(given));
    return `returned the text ${text}; ${remedy}${numeric ? ` (${Number(given)} without quotes)` : ""}`;
  }
  const kind = Array.isArray(given) ? "list" : typeof given;
  return `returned ${kind === "undefined" ? "nothing" : `${kind === "object" ? "an" : "a"} ${kind}`}; ${remedy}`;
}

function sum(components: readonly WeightedComponent[]): number {
  return decimalSum(components.flatMap(({ value, weight }) => (value === null ? [] : [[weight, value] as const])));
}
