/** The program of a local Node worker: `handle` of one module, one job after the other. Started by LocalProcess. */
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { WorkerOrders } from "./local-process.js";
import type { Given } from "./wire.js";
import { WorkerLink } from "./worker-link.js";
import type { JobHandler, JsonValue } from "./workers.js";

// Written by the pool that started this process.
const orders = JSON.parse(process.env.OMNI_WORKER ?? "{}") as WorkerOrders;
delete process.env.OMNI_WORKER;

// What ends this process when its pool is gone must not wait for the handler.
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
new Worker(new URL(`./watchdog.${extension}`, import.meta.url), { workerData: orders.parentPid, env: {} }).unref();
process.stdin.on("end", () => process.exit(0)).resume();

const { handle } = (await import(orders.module)) as { readonly handle: JobHandler };
if (typeof handle !== "function") throw new TypeError(`${orders.module} exports no function handle`);

const waiting: Given[] = [];
let working = false;

const link = await WorkerLink.open({
  address: orders.address,
  kinds: [orders.kind],
  slots: 1,
  token: orders.token,
  onJob: (job) => {
    waiting.push(job);
    if (!working) void work();
  },
  onRefused: () => process.exit(0),
  onBye: () => process.exit(0),
});

async function work(): Promise<void> {
  working = true;
  for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
    answer(job.id, await attempt(job.input));
    // Lets what has arrived in, and what is answered out.
    await setImmediate();
  }
  working = false;
}

async function attempt(input: unknown): Promise<{ value: JsonValue } | { reason: string }> {
  try {
    return { value: (await handle(input)) ?? null };
  } catch (error) {
    return { reason: (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 1000) };
  }
}

function answer(id: number, result: { value: JsonValue } | { reason: string }): void {
  try {
    if ("value" in result) link.send({ type: "answer", id, ok: true, value: result.value });
    else link.send({ type: "answer", id, ok: false, kind: "failed", reason: result.reason });
  } catch (error) {
    const reason = `the answer cannot be sent: ${error instanceof Error ? error.message : String(error)}`;
    link.send({ type: "answer", id, ok: false, kind: "failed", reason });
  }
}
