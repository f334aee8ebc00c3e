import { expect, it } from "vitest";
import { workerUse } from "../../../src/compose/worker-use.js";
import { opened, probe } from "../workers/opened.js";

it("verify workers' use tells jobs, kills, deaths and waits", { timeout: 60_000 }, async () => {
  const workers = await opened();
  expect(workerUse(workers.stats())).toMatchObject({ jobs: 0, deadlineKills: 0, deaths: 0, waitS: 0, latencyS: 0 });
  await probe(workers, "double", 1);
  expect(await probe(workers, "hang", null, { deadlineMs: 500 })).toMatchObject({ kind: "timed_out" });
  expect(await probe(workers, "crash")).toMatchObject({ kind: "masked" });
  const use = workerUse(workers.stats());
  expect(use).toMatchObject({ jobs: 3, deadlineKills: 1, memoryKills: 0, quarantined: 2, masked: 1, retried: 3 });
  expect(use.deaths).toBe(3);
  expect(use.latencyS).toBeGreaterThan(0.5);
  expect(use.waitS).toBeLessThan(use.latencyS);
});
