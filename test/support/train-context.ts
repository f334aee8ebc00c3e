import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OmniConfig } from "../../src/config/index.js";
import type { Engine } from "../../src/engine/engine.js";
import { createRunFolder, openRunStore, type RunStore } from "../../src/store/index.js";
import type { Task } from "../../src/tasks/task.js";
import type { RunEvent } from "../../src/telemetry/index.js";
import { type RunContext, timeSplit } from "../../src/train/index.js";

/** A run's state in a folder of its own. */
export function freshStore(): RunStore {
  const runs = mkdtempSync(join(tmpdir(), "omni-train-"));
  return openRunStore(createRunFolder(runs, "run"), { write: true, create: true });
}

const unusedSandbox = {
  ...{
    runs: 0,
    timeLimits: 0,
    memoryLimits: 0,
    infrastructureErrors: 0,
    retries: 0,
    slotsStarted: 0,
    rerunsAlone: 0,
    slotsRecycled: 0,
  },
  ...{ queueS: 0, acquireS: 0, runS: 0, judgeS: 0 },
};

/** What the loop needs, on a real engine with `nano` loaded anew, and the events that it tells. */
export async function trainContext(
  engine: Engine,
  config: OmniConfig,
  tasks: readonly Task[],
  store: RunStore,
  more: Partial<RunContext> = {},
) {
  const model = await engine.trainer.loadModel({ base: "nano", seed: 1, replace: true });
  const events: RunEvent[] = [];
  const never = new AbortController().signal;
  const loaded = await Promise.all(tasks.map(async (task) => ({ task, splits: await task.load() })));
  const run: RunContext = {
    config,
    tasks: loaded,
    engine,
    model,
    store,
    checkpointPrefix: `${store.folder.dir.split("/").at(-2)}/`,
    usage: () => ({ sandbox: unusedSandbox, judgeCalls: 0, judgeFailures: 0 }),
    time: timeSplit(),
    emit: (event) => events.push(event),
    stop: never,
    signal: never,
    ...more,
  };
  return { run, events };
}
