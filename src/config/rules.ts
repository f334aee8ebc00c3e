import type { ConfigIssue, ConfigPath } from "./issue.js";
import { isSecretName } from "./judge-schema.js";
import { isJavaScript, isOwnReward } from "./own-reward.js";
import type { CurriculumConfig, OmniConfig, TaskConfig } from "./schema.js";
import { hint } from "./suggest.js";

/** Default weights of a task's reward (method §3): the primary component is named after the family. */
export function defaultReward(family: string): Readonly<Record<string, number>> {
  return { [family]: 1, format: 0.1, tags: 0.1 };
}

/**
 * What is wrong between fields of a well-shaped config.
 * @param customTasks ids of tasks that a program adds to those of the config
 */
export function ruleIssues(config: OmniConfig, customTasks: readonly string[]): ConfigIssue[] {
  const ids = [...config.tasks.map((task) => task.id), ...customTasks];
  return [
    ...repeatedIds(config.tasks, customTasks),
    ...config.tasks.flatMap((task, index) => taskIssues(task, ["tasks", index])),
    ...scheduleIssues(config, ids),
    ...engineIssues(config),
    ...judgeIssues(config),
    ...workersIssues(config),
    ...experimentIssues(config, ids),
  ];
}

function issue(path: ConfigPath, at: ConfigIssue["at"], code: string, message: string): ConfigIssue {
  return { path, at, code, message };
}

function repeatedIds(tasks: readonly TaskConfig[], customTasks: readonly string[]): ConfigIssue[] {
  return tasks.flatMap(({ id }, index) => {
    const taken = customTasks.includes(id) || tasks.findIndex((task) => task.id === id) < index;
    const message = `task id "${id}" is used twice; give each task an id of its own`;
    return taken ? [issue(["tasks", index, "id"], "value", "duplicate_task", message)] : [];
  });
}

function taskIssues(task: TaskConfig, path: ConfigPath): ConfigIssue[] {
  return [
    ...rewardIssues(task, [...path, "reward"]),
    ...dataIssues(task, [...path, "data"]),
    ...verifierIssues(task, path),
    ...toleranceIssues(task, path),
  ];
}

function rewardIssues({ family, reward }: TaskConfig, path: ConfigPath): ConfigIssue[] {
  const known = Object.keys(defaultReward(family));
  const unknown = Object.keys(reward).filter((name) => !known.includes(name));
  const scripts = unknown.filter((name) => isOwnReward(name) && !isJavaScript(name));
  const remedy = "a reward of your own is a JavaScript module; name a .js or .mjs file";
  return [
    ...scripts.map((name) => issue([...path, name], "key", "bad_module", `${name}: ${remedy}`)),
    ...unknown
      .filter((name) => !isOwnReward(name))
      .map((name) =>
        issue(
          [...path, name],
          "key",
          "unknown_component",
          `a ${family} task has no reward component "${name}"${hint(name, known)}`,
        ),
      ),
  ];
}

/** Settings of how an answer is read and judged, by the families that have them. */
const verifierFamilies = {
  verifier: ["math"],
  compareVerifiers: ["math"],
  tolerance: ["math"],
  boxedOutside: ["math", "qa"],
  rubric: ["writing"],
} as const satisfies Partial<Record<keyof TaskConfig, readonly TaskConfig["family"][]>>;

function verifierIssues(task: TaskConfig, path: ConfigPath): ConfigIssue[] {
  return Object.entries(verifierFamilies)
    .filter(([key, families]) => key in task && !families.some((family) => family === task.family))
    .map(([key, families]) =>
      issue(
        [...path, key],
        "key",
        "verifier",
        `${key} is for tasks of family ${families.join(" or ")}, this one is ${task.family}; remove it`,
      ),
    );
}

function toleranceIssues({ verifier, tolerance }: TaskConfig, path: ConfigPath): ConfigIssue[] {
  if (tolerance === undefined || verifier !== "math-verify") return [];
  const message = "tolerance is for the builtin verifier; remove it, or verifier: math-verify";
  return [issue([...path, "tolerance"], "key", "tolerance", message)];
}

function dataIssues({ family, data }: TaskConfig, path: ConfigPath): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  if (data.style !== undefined && family !== "qa") {
    issues.push(
      issue([...path, "style"], "key", "style", `style is for tasks of family qa, this one is ${family}; remove it`),
    );
  }
  if (data.stratify === true && (data.limit === undefined || data.fields.category === undefined)) {
    const message = "stratify keeps the shares of categories in a sample: give data.limit and data.fields.category";
    issues.push(issue([...path, "stratify"], "key", "stratify", message));
  }
  const { validation, test } = data.split;
  if (typeof validation === "number" && typeof test === "number" && validation + test >= 1) {
    const message = `split leaves nothing to train on (${validation} + ${test} ≥ 1); choose smaller shares`;
    issues.push(issue([...path, "split"], "value", "split", message));
  }
  for (const key of ["revision", "config", "file"] as const) {
    if (data[key] === undefined || data.source.startsWith("hub:")) continue;
    const message = `${key} is for a source hub:org/name, this one is a path; remove it`;
    issues.push(issue([...path, key], "key", "hub_only", message));
  }
  return issues;
}

function scheduleIssues({ schedule }: OmniConfig, ids: readonly string[]): ConfigIssue[] {
  switch (schedule.kind) {
    case "joint":
      return [];
    case "curriculum":
      return [...curriculumIssues(schedule, ids), ...stageIssues(schedule, ids)];
    case "mixed":
      return ratioIssues(schedule.ratios, ids);
  }
}

function curriculumIssues(schedule: CurriculumConfig, ids: readonly string[]): ConfigIssue[] {
  const { order, transfer, acceptOther, settled } = schedule;
  if (order === "auto") {
    if (transfer === undefined) {
      const message = "order: auto needs transfer: PATH, a run of omni transfer or its transfer.json; add it";
      return [issue(["schedule", "order"], "value", "no_transfer", message)];
    }
    if (settled === undefined) return [];
    const message = "settled tells where an order came from, and order: auto has none yet; remove it";
    return [issue(["schedule", "settled"], "key", "settled", message)];
  }
  const unused = [
    ...(transfer === undefined ? [] : ["transfer"]),
    ...(acceptOther === undefined ? [] : ["acceptOther"]),
  ];
  const message = (key: string) => `${key} is for order: auto, and here the order is given; remove one of the two`;
  return [
    ...orderIssues(order, ids),
    ...unused.map((key) => issue(["schedule", key], "key", "order_given", message(key))),
  ];
}

function stageIssues({ stages = {} }: CurriculumConfig, ids: readonly string[]): ConfigIssue[] {
  return Object.keys(stages)
    .filter((id) => !ids.includes(id))
    .map((id) => {
      const message = `stages names no task: "${id}"${hint(id, ids)}`;
      return issue(["schedule", "stages", id], "key", "unknown_task", message);
    });
}

function orderIssues(
  order: readonly string[],
  ids: readonly string[],
  path: ConfigPath = ["schedule", "order"],
): ConfigIssue[] {
  const wrong = order.flatMap((id, index) => {
    if (!ids.includes(id))
      return [issue([...path, index], "value", "unknown_task", `order names no task: "${id}"${hint(id, ids)}`)];
    if (order.indexOf(id) === index) return [];
    return [issue([...path, index], "value", "duplicate_task", `order names "${id}" twice; name each task once`)];
  });
  const left = ids.filter((id) => !order.includes(id));
  if (wrong.length > 0 || left.length === 0) return wrong;
  return [issue(path, "value", "missing_task", `order leaves out ${left.join(", ")}; name each task once`)];
}

function ratioIssues(ratios: Readonly<Record<string, number>>, ids: readonly string[]): ConfigIssue[] {
  const path = ["schedule", "ratios"];
  const wrong = Object.keys(ratios)
    .filter((id) => !ids.includes(id))
    .map((id) => issue([...path, id], "key", "unknown_task", `ratios names no task: "${id}"${hint(id, ids)}`));
  if (wrong.length > 0) return wrong;
  const left = ids.filter((id) => ratios[id] === undefined);
  if (left.length > 0) {
    const message = `ratios leaves out ${left.join(", ")}; give each task a share, 0 to leave it out`;
    return [issue(path, "value", "missing_task", message)];
  }
  if (Object.values(ratios).some((share) => share > 0)) return [];
  return [issue(path, "value", "ratios", "every share is 0; give at least one task more")];
}

function engineIssues({ engines }: OmniConfig): ConfigIssue[] {
  const roles = engines.flatMap((engine) => engine.roles);
  const missing = (["sample", "train"] as const).filter((role) => !roles.includes(role));
  const named = missing.map((role) => {
    const message = `no engine has the role ${role}; give one roles: [sample, train]`;
    return issue(["engines"], "value", "roles", message);
  });
  const threads = engines.flatMap((engine, index) => {
    if (engine.threads === undefined || engine.address === "auto") return [];
    const message = "threads is for address: auto; a server elsewhere sets its own; remove it";
    return [issue(["engines", index, "threads"], "key", "threads", message)];
  });
  return [...named, ...threads];
}

function workersIssues({ workers }: OmniConfig): ConfigIssue[] {
  const { local, listen, serverKeyFile } = workers;
  if (listen !== undefined && serverKeyFile === undefined) {
    const message = "workers connect over TCP with keys only; add serverKeyFile (omni worker keygen makes it)";
    return [issue(["workers", "listen"], "value", "keys_required", message)];
  }
  if (local > 0 || listen !== undefined) return [];
  const message = "without local workers somebody must be let in; set listen, or local to 1 or more";
  return [issue(["workers", "local"], "value", "no_workers", message)];
}

function judgeIssues({ judge }: OmniConfig): ConfigIssue[] {
  if (judge === undefined) return [];
  return [...credentialIssues(judge.baseUrl), ...budgetIssues(judge)];
}

function budgetIssues({ maxCostUsd, prices }: NonNullable<OmniConfig["judge"]>): ConfigIssue[] {
  if (maxCostUsd === undefined || prices !== undefined) return [];
  const message = "maxCostUsd needs prices: { prompt: …, completion: … } in US dollars a million tokens; add them";
  return [issue(["judge", "maxCostUsd"], "key", "prices", message)];
}

function credentialIssues(baseUrl: string): ConfigIssue[] {
  const { username, password, searchParams } = new URL(baseUrl);
  const path = ["judge", "baseUrl"];
  if (username !== "" || password !== "") {
    const message = "baseUrl holds a user or password; give the secret as apiKey: $" + "{VARIABLE}";
    return [issue(path, "value", "credentials", message)];
  }
  const secret = [...searchParams.keys()].find(isSecretName);
  if (secret === undefined) return [];
  const message = `baseUrl holds "${secret}" in its query; give it as judge.query, with a variable for its value`;
  return [issue(path, "value", "credentials", message)];
}

function experimentIssues({ experiment, tasks }: OmniConfig, ids: readonly string[]): ConfigIssue[] {
  if (experiment === undefined) return [];
  const { orders, temperatures, formats, references } = experiment;
  const named = (path: ConfigPath, id: string, family?: string): ConfigIssue[] => {
    const found = tasks.find((task) => task.id === id);
    if (found === undefined) return [issue(path, "value", "unknown_task", `there is no task "${id}"${hint(id, ids)}`)];
    if (family === undefined || found.family === family) return [];
    return [issue(path, "value", "family", `needs a task of family ${family}, "${id}" is ${found.family}`)];
  };
  const root = ["experiment"];
  return [
    ...orders.list.flatMap((order, at) => orderIssues(order, ids, [...root, "orders", "list", at])),
    ...temperatures.flatMap(({ task }, at) => named([...root, "temperatures", at, "task"], task)),
    ...(formats === undefined ? [] : named([...root, "formats", "task"], formats.task, "qa")),
    ...(references === undefined ? [] : named([...root, "references", "task"], references.task, "writing")),
  ];
}
