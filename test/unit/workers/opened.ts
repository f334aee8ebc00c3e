import { onTestFinished } from "vitest";
import { type OpenedWorkers, openZmqWorkers, type ZmqWorkersOptions } from "../../../src/workers/index.js";
import type { JsonValue, RunOptions, VerifyOutcome } from "../../../src/workers/workers.js";

/** The module that the tests' workers run. */
export const handlerModule = new URL("../../fixtures/workers/handler.mjs", import.meta.url).href;

/** A pool of the tests' handler; closed with the test. */
export async function opened(options: Partial<ZmqWorkersOptions> = {}): Promise<OpenedWorkers> {
  const kinds = { probe: { runtime: "node", module: handlerModule } } as const;
  const workers = await openZmqWorkers({ kinds, local: 1, memoryMb: 256, deadlineMs: 10_000, ...options });
  onTestFinished(() => workers.close());
  return workers;
}

/** Runs one job of the tests' handler. */
export function probe(
  workers: OpenedWorkers,
  what: string,
  value: JsonValue = null,
  options: RunOptions = {},
): Promise<VerifyOutcome<unknown>> {
  return workers.run({ kind: "probe", input: { do: what, value }, read: (output) => output }, options);
}
