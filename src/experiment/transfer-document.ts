import { join } from "node:path";
import type { OmniConfig } from "../config/index.js";
import { DataError, type RewardRecord } from "../core/index.js";
import { openRunStore, runFolder } from "../store/index.js";
import type { Fingerprints } from "./fingerprints.js";
import { stageId } from "./node.js";
import { baseId, seedsOf } from "./plan-nodes.js";
import { entropyOf, type NodeResult } from "./read-nodes.js";

/** What was measured and with what: an order from it holds for the same tasks, rewards and base model. */
export interface TransferAbout {
  readonly base: string;
  /** Hash of the weights that every probe started from. */
  readonly startHash: string;
  readonly made: Fingerprints;
  readonly seeds: readonly number[];
  readonly split: "validation";
}

type Row<T> = Readonly<Record<string, T>>;

/** The transfer file that `omni schedule` reads (design contract 1), with item results, entropies and checkpoints. */
export interface TransferDocument {
  readonly scale: "fraction";
  readonly tasks: readonly string[];
  readonly base: Row<number>;
  /** trained → evaluated → accuracy */
  readonly after: Row<Row<number>>;
  readonly counts: { readonly base: Row<number>; readonly after: Row<Row<number>> };
  readonly results: { readonly base: Row<readonly number[]>; readonly after: Row<Row<readonly number[]>> };
  /** trained → evaluated → relative change of mean entropy (eq. 11–12); absent where a base entropy is 0. */
  readonly entropy?: Row<Row<number>>;
  readonly kinds: Row<"verifiable" | "generative">;
  /** trained → checkpoint a seed, for merging; names on the engine. */
  readonly checkpoints: Row<readonly string[]>;
  readonly about: TransferAbout;
}

/**
 * Reads what finished probes measured on validation. A value an item: the mean of the primary component over its samples,
 * then over seeds; an item that some model has no score for is left out of all.
 * @throws DataError `nothing_measured` naming the cell that has no scored item
 */
export function transferDocument(
  config: OmniConfig,
  nodesFolder: string,
  nodes: Readonly<Record<string, NodeResult>>,
  made: Fingerprints,
): TransferDocument {
  const tasks = config.tasks.map((task) => task.id);
  const seeds = seedsOf(config);
  const nodesAfter = (trained: string) => seeds.map((seed) => stageId(seed, [trained]));
  const scores = new Map<string, ItemScores>();
  for (const id of [baseId, ...tasks.flatMap(nodesAfter)]) scores.set(id, readScores(nodesFolder, id));
  const results = resultsOf(tasks, nodesAfter, scores);
  const byTask = <T>(of: (task: string) => T): Row<T> => Object.fromEntries(tasks.map((task) => [task, of(task)]));
  const after = <T>(of: (values: readonly number[]) => T) =>
    byTask((trained) => byTask((task) => of(results.after[trained]?.[task] ?? [])));
  const entropy = entropyChange(tasks, nodesAfter, nodes);
  return {
    scale: "fraction",
    tasks,
    base: byTask((task) => mean(results.base[task] ?? [])),
    after: after(mean),
    counts: { base: byTask((task) => results.base[task]?.length ?? 0), after: after((values) => values.length) },
    results,
    ...(entropy === undefined ? {} : { entropy }),
    kinds: byTask((task) => (familyOf(config, task) === "writing" ? "generative" : "verifiable")),
    checkpoints: byTask((trained) => nodesAfter(trained).flatMap((id) => newestCheckpoint(nodesFolder, id))),
    about: {
      base: config.model.base,
      startHash: startHash(nodesFolder),
      made,
      seeds,
      split: "validation",
    },
  };
}

/** Task → item → mean of the primary component over its scored samples. */
type ItemScores = ReadonlyMap<string, ReadonlyMap<string, number>>;

function readScores(nodesFolder: string, id: string): ItemScores {
  const store = openRunStore(runFolder(join(nodesFolder, id)), { write: false });
  try {
    const point = ["final", "warm-up", "base"].find((name) => store.evaluation(name) !== undefined) ?? "base";
    const page = store.journal(`eval-${point}`);
    const samples = new Map<string, Map<string, number[]>>();
    for (const { id: rolloutId, taskId, itemId } of page.rollouts.values()) {
      const value = primaryValue(page.rewards.get(rolloutId));
      if (value === null) continue;
      const items = samples.get(taskId) ?? new Map<string, number[]>();
      samples.set(taskId, items.set(itemId, [...(items.get(itemId) ?? []), value]));
    }
    page.close();
    return new Map(
      [...samples].map(([task, items]) => [task, new Map([...items].map(([item, all]) => [item, mean(all)]))]),
    );
  } finally {
    store.close();
  }
}

function primaryValue(reward: RewardRecord | undefined): number | null {
  return reward?.components[reward.primary]?.value ?? null;
}

function resultsOf(
  tasks: readonly string[],
  nodesAfter: (trained: string) => readonly string[],
  scores: ReadonlyMap<string, ItemScores>,
): TransferDocument["results"] {
  const all = [...scores.values()];
  const items = new Map(
    tasks.map((task) => {
      const asked = [...(scores.get(baseId)?.get(task)?.keys() ?? [])].toSorted();
      return [task, asked.filter((item) => all.every((one) => one.get(task)?.has(item) === true))] as const;
    }),
  );
  const row = (ids: readonly string[], task: string, cell: string) => {
    const kept = items.get(task) ?? [];
    if (kept.length === 0) {
      const remedy = "give the task held-out items (data.split.validation) that can be scored";
      throw new DataError(`task "${task}": nothing was measured on validation ${cell}; ${remedy}`, {
        code: "nothing_measured",
      });
    }
    return kept.map((item) => mean(ids.map((id) => scores.get(id)?.get(task)?.get(item) ?? 0)));
  };
  const byTask = <T>(of: (task: string) => T) => Object.fromEntries(tasks.map((task) => [task, of(task)]));
  return {
    base: byTask((task) => row([baseId], task, "of the base model")),
    after: byTask((trained) => byTask((task) => row(nodesAfter(trained), task, `after training "${trained}"`))),
  };
}

function entropyChange(
  tasks: readonly string[],
  nodesAfter: (trained: string) => readonly string[],
  nodes: Readonly<Record<string, NodeResult>>,
): Row<Row<number>> | undefined {
  const entropy = (id: string, task: string) => entropyOf(nodes[id], task) ?? 0;
  if (tasks.some((task) => entropy(baseId, task) <= 0)) return undefined;
  const change = (trained: string, task: string) =>
    mean(nodesAfter(trained).map((id) => entropy(id, task))) / entropy(baseId, task) - 1;
  return Object.fromEntries(
    tasks.map((trained) => [
      trained,
      Object.fromEntries(tasks.filter((task) => task !== trained).map((task) => [task, change(trained, task)])),
    ]),
  );
}

function newestCheckpoint(nodesFolder: string, id: string): readonly string[] {
  const store = openRunStore(runFolder(join(nodesFolder, id)), { write: false });
  try {
    const newest = store.checkpoints().at(-1);
    return newest === undefined ? [] : [newest.name];
  } finally {
    store.close();
  }
}

function startHash(nodesFolder: string): string {
  const store = openRunStore(runFolder(join(nodesFolder, baseId)), { write: false });
  try {
    return store.checkpoints().at(-1)?.weightsHash ?? "";
  } finally {
    store.close();
  }
}

function familyOf(config: OmniConfig, id: string): string | undefined {
  return config.tasks.find((task) => task.id === id)?.family;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
