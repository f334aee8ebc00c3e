import { CancelledError, ConfigError, OmniError, throwIfAborted } from "../core/index.js";
import { readWorkerKeys } from "./keys.js";
import type { WorkerProgram } from "./local-process.js";
import type { Given } from "./wire.js";
import { WorkerLink } from "./worker-link.js";
import type { VerifyOutcome } from "./workers.js";
import { type OpenedWorkers, openZmqWorkers } from "./zmq-workers.js";

/** How a host serves a control plane elsewhere. */
export interface AgentOptions {
  /** `tcp://host:port` or `ipc:///path`. */
  readonly address: string;
  /** A worker's key file; required for TCP. */
  readonly keyFile?: string;
  readonly kinds: Readonly<Record<string, WorkerProgram>>;
  /** Jobs at a time, a worker process each. */
  readonly slots: number;
  readonly memoryMb: number;
  readonly signal: AbortSignal;
  readonly notice: (line: string) => void;
}

const SAY_EVERY_MS = 10_000;

/**
 * Serves a control plane until the signal fires: jobs run in a pool of this host's own, which keeps their deadlines and
 * memory, so no job can take the agent itself along. A lost control plane is waited for.
 * @throws ConfigError for an address or key file that cannot be used, or when the control plane refuses this worker
 */
export async function serveAsWorker(options: AgentOptions): Promise<void> {
  const { address, keyFile, kinds, slots, memoryMb, signal, notice } = options;
  throwIfAborted(signal);
  const keys = keyFile === undefined ? undefined : readWorkerKeys(keyFile);
  checkAddress(address, keys !== undefined);
  const pool = await openZmqWorkers({ kinds, local: slots, memoryMb, deadlineMs: 60_000, notice });
  const words = announcer(address, notice);
  try {
    await new Promise<void>((resolve, reject) => {
      const opening = WorkerLink.open({
        address,
        kinds: Object.keys(kinds),
        slots,
        ...(keys === undefined ? {} : { keys }),
        onJob: (job) => void opening.then((link) => serve(link, pool, job, notice)),
        onWelcome: () => words.connected(slots),
        onBye: () => words.left(),
        onSilence: (ms) => words.silent(ms),
        onRefused: (reason) =>
          reject(new ConfigError(`${address} refuses this worker: ${reason}`, { code: "refused" })),
      });
      opening.catch(reject);
      const end = () => void opening.then((link) => link.close()).finally(resolve);
      signal.addEventListener("abort", end, { once: true });
    });
  } finally {
    await pool.close();
  }
}

function checkAddress(address: string, withKeys: boolean): void {
  if (!/^(tcp:\/\/.+:\d+|ipc:\/\/.+)$/.test(address)) {
    throw new ConfigError(`"${address}" is no address of a control plane; write tcp://HOST:PORT`, {
      code: "bad_address",
    });
  }
  if (address.startsWith("tcp://") && !withKeys) {
    throw new ConfigError(`${address}: TCP needs keys; give --key-file (made by: omni worker keygen)`, {
      code: "keys_required",
    });
  }
}

async function serve(link: WorkerLink, pool: OpenedWorkers, job: Given, notice: (line: string) => void): Promise<void> {
  const { id, kind, deadlineMs } = job;
  let outcome: VerifyOutcome<unknown>;
  try {
    // It came as JSON.
    const input = job.input as never;
    outcome = await pool.run({ kind, input, read: (output) => output }, { deadlineMs });
  } catch (error) {
    if (error instanceof CancelledError) return;
    outcome = { kind: "failed", reason: OmniError.from(error).message };
  }
  if (outcome.kind === "infrastructure") notice(outcome.reason);
  if (outcome.kind === "value") link.send({ type: "answer", id, ok: true, value: outcome.value });
  else link.send({ type: "answer", id, ok: false, kind: outcome.kind, reason: outcome.reason });
}

/** What the agent says of its line: changes at once, waiting every ten seconds. */
function announcer(address: string, notice: (line: string) => void) {
  let saidAt = 0;
  return {
    connected: (slots: number) => notice(`connected to ${address}, ${slots} job${slots === 1 ? "" : "s"} at a time`),
    left: () => notice(`the control plane at ${address} has left; waiting for the next`),
    silent: (ms: number) => {
      const now = performance.now();
      if (now - saidAt < SAY_EVERY_MS) return;
      saidAt = now;
      notice(`waiting for the control plane at ${address}, ${Math.round(ms / 1000)} s`);
    },
  };
}
