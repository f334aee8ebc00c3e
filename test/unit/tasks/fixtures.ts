import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { TaskConfig } from "../../../src/config/index.js";
import type { Reward } from "../../../src/rewards/reward.js";
import { buildTask, type DataPlaces, type DataTask, openTaskData, type TaskParts } from "../../../src/tasks/index.js";

/** A reward for tasks that are only loaded. */
export const noReward: Reward = {
  primary: "none",
  components: ["none"],
  score: async () => ({
    total: null,
    primary: "none",
    components: { none: { value: null, weight: 1, reason: "not scored" } },
  }),
};

/** A fresh folder that goes when the test ends. */
export async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "omni-tasks-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file into a fresh folder and returns its path. */
export async function written(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(await freshFolder(), name);
  await writeFile(path, content);
  return path;
}

/** Rows as a JSONL file's text. */
export function jsonl(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

type Given = { readonly family?: TaskConfig["family"]; readonly prompt?: Partial<TaskConfig["prompt"]> } & Partial<
  TaskConfig["data"]
>;

/** A task over these rows with a config's defaults, all items for training unless `split` says otherwise. */
export async function taskOver(
  rows: readonly unknown[],
  given: Given = {},
  parts: Partial<TaskParts & DataPlaces> = {},
): Promise<DataTask> {
  const { family = "math", prompt, ...data } = given;
  const source = data.source ?? (await written("rows.jsonl", jsonl(rows)));
  const config: TaskConfig = {
    id: "t",
    family,
    data: { fields: {}, where: {}, split: { validation: 0, test: 0 }, maxPromptTokens: 1024, ...data, source },
    prompt: { prefill: "", ...prompt },
    reward: {},
    klBeta: 0,
    weight: 1,
  };
  const opened = openTaskData(config, { seed: 0, baseDir: "/", cacheDir: "/nowhere", ...parts });
  return buildTask(opened, { reward: noReward, ...parts });
}
