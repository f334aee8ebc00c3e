import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeWorkerKeys, serveAsWorker } from "../../../src/workers/index.js";
import { listening } from "./keyed.js";
import { handlerModule, probe } from "./opened.js";

const kinds = { probe: { runtime: "node", module: handlerModule } } as const;

/** An agent as `omni worker` runs it; it ends with `stop`. */
function agent(address: string, keyFile: string) {
  const stopping = new AbortController();
  const said: string[] = [];
  const options = { address, keyFile, kinds, slots: 2, memoryMb: 256, signal: stopping.signal };
  const ended = serveAsWorker({ ...options, notice: (line) => said.push(line) });
  return { ended, said, stop: () => stopping.abort() };
}

test("a worker elsewhere does jobs, keeps their deadlines, and leaves without losing one", async () => {
  const { workers, address, files } = await listening({ local: 0 });
  const first = agent(address, files.worker);
  const answers = await Promise.all([
    probe(workers, "hang", null, { deadlineMs: 300 }),
    probe(workers, "crash"),
    ...Array.from({ length: 100 }, (_, index) => probe(workers, "double", index)),
  ]);
  expect(answers.map(({ kind }) => kind)).toEqual(["timed_out", "masked", ...Array(100).fill("value")]);
  const under = probe(workers, "spin", 1_000);
  first.stop();
  await first.ended;
  const second = agent(address, files.worker);
  expect(await under).toEqual({ kind: "value", value: 1_000 });
  second.stop();
  await second.ended;
  expect(workers.stats().outcomes).toMatchObject({ value: 101, timed_out: 1, masked: 1, infrastructure: 0 });
});

test("where nobody connects a job ends with the reason", async () => {
  const { workers, address } = await listening({ local: 0, absentMs: 200 });
  const { reason } = (await probe(workers, "double", 1)) as { reason: string };
  expect(reason).toContain(`no worker for probe connected to ${address}`);
});

test("keys are for their owner's eyes: 0600 when made, refused when others can read them", async () => {
  const { files, address, folder } = await listening({ local: 0 });
  expect([files.server, files.worker].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  chmodSync(files.worker, 0o644);
  await expect(agent(address, files.worker).ended).rejects.toThrow(`chmod 600 ${files.worker}`);
  await expect(agent(address, join(folder, "none.key")).ended).rejects.toThrow("omni worker keygen");
  await expect(agent(address, files.server).ended).rejects.toThrow("no key file of a worker");
  await expect(makeWorkerKeys(files)).rejects.toThrow(files.worker);
});
