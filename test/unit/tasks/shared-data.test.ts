import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../../src/config/index.js";
import { openTaskData } from "../../../src/tasks/index.js";

const folder = process.env.OMNI_SHARED_DATA ?? resolve("../shared/data");

const expected: Readonly<Record<string, number>> = {
  gsm8k: 500,
  "competition-math": 300,
  mbpp: 471,
  "commonsense-qa": 300,
  "arc-challenge": 300,
  mmlu: 200,
  "nq-open": 200,
  dolly: 350,
  hanna: 37,
};

describe("real data sets load by config alone", () => {
  for (const name of ["math", "code", "qa", "writing"]) {
    it(`${name}: every row has a question and a usable answer`, async (ctx) => {
      if (!existsSync(folder)) return ctx.skip("no shared data");
      const file = resolve(`examples/shared-data/${name}.yaml`);
      const { config } = await loadConfig(file, { env: { DATA_DIR: folder } });
      for (const task of config.tasks) {
        const places = { seed: config.seed, baseDir: folder, cacheDir: folder };
        const { report } = await openTaskData(task, places).load();
        const kept = report.kept.train + report.kept.validation + report.kept.test;
        expect({ id: task.id, kept: kept + report.dropped.duplicates, broken: report.withoutGold }).toEqual({
          id: task.id,
          kept: expected[task.id],
          broken: 0,
        });
      }
    });
  }
});
