import type { OmniConfig } from "../config/index.js";
import { mathJobs } from "../rewards/index.js";
import {
  type AgentOptions,
  makeWorkerKeys,
  type OpenedWorkers,
  openZmqWorkers,
  serveAsWorker,
  type WorkerProgram,
} from "../workers/index.js";
import { serverPython } from "./places.js";

export { makeWorkerKeys };

/** Every kind of job that leaves the process, by the module that does it: named here, loaded by workers alone. */
const jobKinds: Readonly<Record<string, WorkerProgram>> = {
  math: mathJobs.math,
  "math-verify": { ...mathJobs["math-verify"], python: () => serverPython() },
};

/** Opens the verify workers of a config; no process is started before the first job. */
export function openWorkers(
  { workers }: Pick<OmniConfig, "workers">,
  notice: (line: string) => void,
): Promise<OpenedWorkers> {
  return openZmqWorkers({ ...workers, kinds: jobKinds, notice });
}

/** Serves the control plane at an address with every kind of job that this package knows, until the signal fires. */
export function serveWorker(options: Omit<AgentOptions, "kinds">): Promise<void> {
  return serveAsWorker({ ...options, kinds: jobKinds });
}
