import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isOwnReward, type TaskConfig } from "../config/index.js";
import { ConfigError, OmniError, restated } from "../core/index.js";
import type { Reward, RewardComponent } from "../rewards/reward.js";

/** Rewards of users' own by the path that a config names them with. */
export type OwnRewards = ReadonlyMap<string, RewardComponent>;

type Rewarded = Pick<TaskConfig, "id" | "reward">;

/**
 * Loads the modules that tasks name as rewards, before anything is started. Throws ConfigError with the config path (`at`) for one that
 * cannot be loaded, exports no reward by default, or bears the name of another component.
 */
export async function loadOwnRewards(tasks: readonly Rewarded[], baseDir: string): Promise<OwnRewards> {
  const own = new Map<string, RewardComponent>();
  for (const [index, { id, reward }] of tasks.entries()) {
    const names = Object.keys(reward).filter((name) => !isOwnReward(name));
    for (const path of Object.keys(reward).filter(isOwnReward)) {
      try {
        const component = own.get(path) ?? componentOf(await loadReward(resolve(baseDir, path)));
        if (names.includes(component.name)) throw takenName(path, component.name);
        names.push(component.name);
        own.set(path, component);
      } catch (error) {
        const { message } = OmniError.from(error);
        const details = { at: [`tasks[${index}]`, "reward", path] };
        throw restated(OmniError.from(error), { message: `task "${id}": reward: ${message}`, details });
      }
    }
  }
  return own;
}

function takenName(path: string, name: string): ConfigError {
  const message = `${path}: its reward is named "${name}", as another component of the task is; rename it in the module`;
  return new ConfigError(message, { code: "duplicate_component" });
}

/** The default export of a module: a whole reward or one component. Throws ConfigError `bad_module`. */
export async function loadReward(path: string): Promise<Reward | RewardComponent> {
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await import(pathToFileURL(path).href);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    const remedy = /package 'omni-thinker'/.test(reason ?? "") ? "; beside it run: npm install omni-thinker" : "";
    throw new ConfigError(`${path}: cannot be loaded (${reason})${remedy}`, { code: "bad_module", cause });
  }
  const exported = module.default;
  if (isReward(exported) || isComponent(exported)) return exported;
  const what = exported === undefined ? "there is no default export" : "the default export is no reward";
  throw new ConfigError(`${path}: ${what}; use: export default defineReward("name", …)`, { code: "bad_module" });
}

/** One reward as a component among others: of a whole reward its primary component, since the task weighs the rest itself. */
function componentOf(reward: Reward | RewardComponent): RewardComponent {
  if (!isReward(reward)) return reward;
  const { primary } = reward;
  return {
    name: primary,
    score: async (input, context) => {
      const { components, total } = await reward.score(input, context);
      const { value, reason, details } = components[primary] ?? { value: total };
      return { value, ...(reason !== undefined && { reason }), ...(details && { details }) };
    },
  };
}

/** Whether it is a whole reward. */
export function isReward(value: unknown): value is Reward {
  return hasScore(value) && typeof Reflect.get(value, "primary") === "string";
}

function isComponent(value: unknown): value is RewardComponent {
  const name = hasScore(value) ? Reflect.get(value, "name") : undefined;
  return typeof name === "string" && name !== "" && name === basename(name);
}

function hasScore(value: unknown): value is object {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "score") === "function";
}
