import type { ExperimentConfig, OmniConfig } from "../config/index.js";
import { type ExperimentNode, type NodeEvaluation, stageId } from "./node.js";
import { formatTaskId, referenceTaskId } from "./variant-tasks.js";

/** The shared starting point: the warmed-up base model, θ0. */
export const baseId = "base";

/** Id of a seed's joint run, rejection-sampling run or merged model. */
export function methodId(seed: number, method: "joint" | "sft" | "merge"): string {
  return `seed${seed}.${method}`;
}

/** θ0 and the K single-task runs of each seed: what transfer is measured from, and every order's first stage. */
export function probeNodes(config: OmniConfig): readonly ExperimentNode[] {
  const base: ExperimentNode = {
    id: baseId,
    kind: "base",
    seed: config.seed,
    parents: [],
    trains: [],
    updates: 0,
    evaluations: evaluationsOf(config),
  };
  return [base, ...seedsOf(config).flatMap((seed) => taskIds(config).map((task) => stageNode(config, seed, [task])))];
}

/** Every further stage that the orders need, each once; parents before children, an order's seeds together. */
export function orderNodes(config: OmniConfig, orders: readonly (readonly string[])[]): readonly ExperimentNode[] {
  const nodes = new Map<string, ExperimentNode>();
  for (const order of orders) {
    for (const seed of seedsOf(config)) {
      for (let length = 2; length <= order.length; length++) {
        const node = stageNode(config, seed, order.slice(0, length));
        nodes.set(node.id, node);
      }
    }
  }
  return [...nodes.values()];
}

/** Joint training, rejection-sampling SFT and merging, each as asked. */
export function baselineNodes(config: OmniConfig): readonly ExperimentNode[] {
  const { joint, sft, merge } = experimentOf(config);
  const tasks = taskIds(config);
  const evaluations = evaluationsOf(config);
  return seedsOf(config).flatMap((seed): ExperimentNode[] => {
    const common = { seed, parents: [baseId], trains: tasks, evaluations };
    const perStage = experimentOf(config).updatesPerStage;
    const updates = perStage === undefined ? null : perStage * tasks.length;
    return [
      ...(joint ? [{ ...common, id: methodId(seed, "joint"), kind: "joint" as const, updates }] : []),
      ...(sft === undefined
        ? []
        : [{ ...common, id: methodId(seed, "sft"), kind: "sft" as const, updates: sft.steps }]),
      ...(merge === undefined
        ? []
        : [
            {
              ...common,
              id: methodId(seed, "merge"),
              kind: "merge" as const,
              parents: [baseId, ...tasks.map((task) => stageId(seed, [task]))],
              updates: 0,
            },
          ]),
    ];
  });
}

/** Id of a single-task run at another rollout temperature (Table 2). */
export function temperatureId(seed: number, task: string, temperature: number): string {
  return `seed${seed}.${task}.T${temperature}`;
}

/** Single-task runs that the ablations need beyond the probes: other temperatures, other answer formats. */
export function ablationNodes(config: OmniConfig): readonly ExperimentNode[] {
  const { temperatures, formats, updatesPerStage } = experimentOf(config);
  const tasks = taskIds(config);
  const node = (seed: number, id: string, trains: string): ExperimentNode => ({
    id,
    kind: "stage",
    seed,
    parents: [baseId],
    trains: [trains],
    updates: updatesPerStage ?? null,
    evaluations: [],
  });
  return seedsOf(config).flatMap((seed) => [
    ...temperatures.flatMap(({ task, values }) =>
      values.map((temperature) => ({
        ...node(seed, temperatureId(seed, task, temperature), task),
        temperature,
        evaluations: [greedy(tasks)],
      })),
    ),
    ...(formats?.styles ?? []).map((style) => {
      const variants = (formats?.styles ?? []).map((one) => formatTaskId(formats?.task ?? "", one));
      return {
        ...node(
          seed,
          `seed${seed}.${formatTaskId(formats?.task ?? "", style)}`,
          formatTaskId(formats?.task ?? "", style),
        ),
        evaluations: [{ point: "formats", split: "test" as const, tasks: variants }],
      };
    }),
  ]);
}

/** The paper evaluates Table 2 greedily whatever the rest does. */
const greedy = (tasks: readonly string[]): NodeEvaluation => ({
  point: "greedy",
  split: "test",
  tasks,
  temperature: 0,
});

function stageNode(config: OmniConfig, seed: number, prefix: readonly string[]): ExperimentNode {
  return {
    id: stageId(seed, prefix),
    kind: "stage",
    seed,
    parents: [prefix.length === 1 ? baseId : stageId(seed, prefix.slice(0, -1))],
    trains: prefix.slice(-1),
    updates: experimentOf(config).updatesPerStage ?? null,
    evaluations: evaluationsOf(config),
  };
}

function evaluationsOf(config: OmniConfig): readonly NodeEvaluation[] {
  const { references } = experimentOf(config);
  const variants = Object.keys(references?.fields ?? {}).map((name) => referenceTaskId(references?.task ?? "", name));
  return [
    { point: "test", split: "test", tasks: taskIds(config) },
    ...(variants.length === 0 ? [] : [{ point: "references", split: "test" as const, tasks: variants }]),
    ...entropyEvaluation(config),
  ];
}

/** An entropy is one of completions sampled at T = 1, untruncated (eq. 11); tasks evaluated so already need no others. */
function entropyEvaluation({ eval: settings, tasks }: OmniConfig): readonly NodeEvaluation[] {
  const truncated = settings.topP < 1 || settings.topK > 0;
  const others = tasks.filter((task) => truncated || (task.eval?.temperature ?? settings.temperature) !== 1);
  if (others.length === 0) return [];
  return [{ point: "entropy", split: "validation", tasks: others.map(({ id }) => id), forEntropy: true }];
}

/** The experiment section, with its defaults where a config has none. */
export function experimentOf(config: OmniConfig): ExperimentConfig {
  return config.experiment ?? { orders: defaultOrders, joint: true, temperatures: [] };
}

const defaultOrders = { best: true, worst: true, random: 0, all: false, list: [] };

/** Replicates: the experiment's seeds, or the config's own. */
export function seedsOf(config: OmniConfig): readonly number[] {
  return experimentOf(config).seeds ?? [config.seed];
}

export const taskIds = (config: OmniConfig): readonly string[] => config.tasks.map((task) => task.id);
