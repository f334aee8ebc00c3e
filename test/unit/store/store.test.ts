import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { listRuns } from "../../../src/compose/runs.js";
import type { RewardRecord, Rollout } from "../../../src/core/index.js";
import { createRunFolder, openRunStore, refuseNetworkFileSystem, runFolder } from "../../../src/store/index.js";
import { openRunDatabase } from "../../../src/store/run-database.js";

const fresh = () => createRunFolder(mkdtempSync(join(tmpdir(), "omni-store-")), "run-a");
const rollout = (member: number): Rollout => ({
  id: `item#${member}`,
  itemId: "item",
  taskId: "task",
  member,
  segments: [
    {
      tokens: Int32Array.of(1, -2, 2 ** 31 - 1),
      trained: false,
      logprobs: new Float32Array(0),
      weightsVersion: 3,
      source: "prompt",
    },
    {
      tokens: Int32Array.of(7),
      trained: true,
      logprobs: Float32Array.of(-0.1234567),
      weightsVersion: 3,
      source: "policy",
    },
  ],
  text: "größe \u0000 \u2028 😀",
  finishReason: "stop",
  meanLogprob: -0.5,
  meanEntropy: 1.25,
});
const reward: RewardRecord = {
  total: null,
  primary: "math",
  components: { math: { value: null, weight: 1, reason: "lost" } },
};

describe("the journal", () => {
  it("gives rollouts and rewards back bit for bit", () => {
    const store = openRunStore(fresh(), { write: true, create: true });
    const page = store.journal("step-000001");
    page.addRollout(rollout(0));
    page.addReward("item#0", reward);
    page.close();
    const again = store.journal("step-000001");
    expect(again.rollouts.get("item#0")).toEqual(rollout(0));
    expect(again.rewards.get("item#0")).toEqual(reward);
    again.close();
    store.close();
  });

  it("cuts a torn last line and goes on after it", () => {
    const folder = fresh();
    const store = openRunStore(folder, { write: true, create: true });
    const first = store.journal("p");
    first.addRollout(rollout(0));
    first.close();
    appendFileSync(join(folder.journal, "p.jsonl"), '{"kind":"rollout","roll');
    const second = store.journal("p");
    expect([...second.rollouts.keys()]).toEqual(["item#0"]);
    second.addRollout(rollout(1));
    second.close();
    const third = store.journal("p");
    expect([...third.rollouts.keys()]).toEqual(["item#0", "item#1"]);
    third.close();
    store.close();
  });

  it("names file and line of damage in the middle", () => {
    const folder = fresh();
    writeFileSync(join(folder.journal, "p.jsonl"), 'nonsense\n{"kind":"reward","rolloutId":"a","reward":{}}\n');
    const store = openRunStore(folder, { write: true, create: true });
    expect(() => store.journal("p")).toThrow(/p\.jsonl:1: damaged journal line/);
    store.close();
  });
});

describe("the run store", () => {
  it("refuses a second run with the same id and says how to continue", () => {
    const root = mkdtempSync(join(tmpdir(), "omni-store-"));
    openRunStore(createRunFolder(root, "run-a"), { write: true, create: true }).close();
    expect(() => createRunFolder(root, "run-a")).toThrow(/this run exists; .*omni resume/);
  });

  it("takes over a folder that a kill left half made, and none that holds anything", () => {
    const root = mkdtempSync(join(tmpdir(), "omni-store-"));
    const { config, journal } = createRunFolder(root, "run-a");
    expect(createRunFolder(root, "run-a").config).toBe(config);
    writeFileSync(config, "version: 1");
    createRunFolder(root, "run-a");
    writeFileSync(join(journal, "step-000000.jsonl"), "");
    expect(() => createRunFolder(root, "run-a")).toThrow(/this run exists/);
    mkdirSync(join(root, "mine"));
    writeFileSync(join(root, "mine", "config.yaml"), "version: 1");
    expect(() => createRunFolder(root, "mine")).toThrow(/this run exists/);
  });

  it("refuses ids that would leave the runs folder", () => {
    expect(() => createRunFolder(tmpdir(), "../x")).toThrow(/run id/);
  });

  it("refuses network file systems with the remedy", () => {
    expect(() => refuseNetworkFileSystem("/mnt/x", 0x6969)).toThrow(/on NFS.*run\.folder/);
    expect(() => refuseNetworkFileSystem("/mnt/x", 0x01021994)).not.toThrow();
  });

  it("keeps steps, groups, evaluations and checkpoints across openings", () => {
    const folder = fresh();
    const store = openRunStore(folder, { write: true, create: true });
    store.commitStep({ stepId: "s", position: 0, weightsVersion: 1, metrics: { gradNorm: 0.1 } }, [
      { itemId: "i", taskId: "t", mean: 1, std: 0, signal: "all_right", scored: 4 },
    ]);
    store.commitEvaluation({ point: "base", weightsVersion: 0, result: { a: 1 } });
    store.addCheckpoint({ name: "c", position: 1, weightsVersion: 1, weightsHash: "ab" });
    store.setFact("status", "running");
    store.close();
    const again = openRunStore(runFolder(folder.dir), { write: false });
    expect(again.steps()).toEqual([{ stepId: "s", position: 0, weightsVersion: 1, metrics: { gradNorm: 0.1 } }]);
    expect(again.evaluation("base")?.result).toEqual({ a: 1 });
    expect(again.checkpoints()[0]?.name).toBe("c");
    expect(again.fact("status")).toBe("running");
    again.close();
  });

  it("keeps a second writer out while the first lives, and takes over from a dead one", async () => {
    const folder = fresh();
    openRunStore(folder, { write: true, create: true }).close();
    const sleeper = spawn("sleep", ["60"]);
    await once(sleeper, "spawn");
    const stat = readFileSync(`/proc/${sleeper.pid}/stat`, "utf8");
    const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    const database = openRunDatabase(folder.database);
    const { hostname } = await import("node:os");
    database.prepare("INSERT OR REPLACE INTO lease VALUES (1, ?, ?, ?)").run(sleeper.pid, started, hostname());
    database.close();
    expect(() => openRunStore(folder, { write: true })).toThrow(/being written by process \d+/);
    expect(listRuns(dirname(folder.dir))).toMatchObject([{ status: "running" }]);
    sleeper.kill("SIGKILL");
    await once(sleeper, "exit");
    expect(listRuns(dirname(folder.dir))).toMatchObject([{ status: "stopped" }]);
    openRunStore(folder, { write: true }).close();
  });

  it("says where there is no run", () => {
    expect(() => openRunStore(runFolder("/nonexistent/run"), { write: false })).toThrow(/no run here/);
    expect(existsSync("/nonexistent/run")).toBe(false);
  });
});
