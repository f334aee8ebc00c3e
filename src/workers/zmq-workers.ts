import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "zeromq";
import { CancelledError, ConfigError, throwIfAborted } from "../core/index.js";
import { Dispatcher } from "./dispatcher.js";
import { readServerKeys, type ServerKeys } from "./keys.js";
import { LocalCrew } from "./local-crew.js";
import type { WorkerProgram } from "./local-process.js";
import { Registry } from "./registry.js";
import type { Session } from "./session.js";
import { FOLDER_PREFIX, SOCKET, sweepStaleFolders } from "./stale-folders.js";
import { Tally } from "./tally.js";
import type { Ticket } from "./ticket.js";
import type { RunOptions, VerifyJob, VerifyOutcome, VerifyWorkers, WorkerStats } from "./workers.js";
import { loadZeromq } from "./zeromq.js";
import { type Door, openDoor } from "./zmq-door.js";

/** How the verify workers are opened. */
export interface ZmqWorkersOptions {
  /** What each kind of jobs is done by; the module is loaded by workers alone. */
  readonly kinds: Readonly<Record<string, WorkerProgram>>;
  /** Local workers a kind; 0: remote ones only. */
  readonly local: number;
  /** Most memory of a local worker, MB. */
  readonly memoryMb: number;
  /** Milliseconds a job, where `run` gives none. */
  readonly deadlineMs: number;
  /** `tcp://interface:port` for workers on other hosts; opened at once. */
  readonly listen?: string;
  /** Key file of the control plane; required with `listen`. */
  readonly serverKeyFile?: string;
  /** How long a job waits where no worker of its kind is connected, ms; default 60 000. */
  readonly absentMs?: number;
  /** Told what a user should know, e.g. that jobs wait for workers. */
  readonly notice?: (line: string) => void;
}

/** Verify workers with what only their opener needs to know. */
export interface OpenedWorkers extends VerifyWorkers {
  /** Where workers of other hosts connect; undefined without `listen`. */
  readonly address: string | undefined;
  /** Process ids of the local workers, spares included. */
  pids(): number[];
}

const TICK_MS = 20;
const SAY_EVERY_MS = 10_000;

/**
 * Opens the verify workers' fabric over ZeroMQ. Without `listen` nothing is loaded or started before the first job.
 * @throws ConfigError for an address or key file that cannot be used; PrerequisiteError where ZeroMQ does not load
 */
export async function openZmqWorkers(options: ZmqWorkersOptions): Promise<OpenedWorkers> {
  const workers = new ZmqWorkers(options);
  if (options.listen !== undefined) await workers.listen(options.listen, options.serverKeyFile);
  return workers;
}

class ZmqWorkers implements OpenedWorkers {
  readonly #options: ZmqWorkersOptions;
  readonly #tally = new Tally();
  readonly #dispatcher = new Dispatcher(this.#tally, () => performance.now());
  readonly #registry: Registry;
  readonly #crews = new Map<string, LocalCrew>();
  readonly #open = new Set<Ticket>();
  readonly #doors: Door[] = [];
  readonly #closing = new AbortController();
  #context: Context | undefined;
  #folder: string | undefined;
  #local: Promise<string> | undefined;
  #ticking: NodeJS.Timeout | undefined;
  #saidAt = 0;
  address: string | undefined;

  constructor(options: ZmqWorkersOptions) {
    this.#options = options;
    this.#registry = new Registry(this.#dispatcher, this.#tally, options.kinds, () => this.#crews.values());
  }

  async listen(address: string, keyFile: string | undefined): Promise<void> {
    const keys = keyFile === undefined ? undefined : readServerKeys(keyFile);
    if (!address.startsWith("tcp://")) {
      throw new ConfigError(`workers.listen: "${address}" is no address; write tcp://INTERFACE:PORT`);
    }
    const door = await this.#openDoor(address, keys);
    this.address = door.address;
    this.#tickFrom();
  }

  async run<T>(job: VerifyJob<T>, options: RunOptions = {}): Promise<VerifyOutcome<T>> {
    const { kind, input, read } = job;
    const { signal, deadlineMs = this.#options.deadlineMs } = options;
    throwIfAborted(signal);
    this.#closing.signal.throwIfAborted();
    const program = this.#options.kinds[kind];
    if (program === undefined) throw new ConfigError(`no worker is registered for jobs of kind "${kind}"`);
    return new Promise<VerifyOutcome<T>>((resolve, reject) => {
      const stop = () => {
        ticket.settled = true;
        finish();
        reject(new CancelledError("cancelled", { cause: (signal?.aborted ? signal : this.#closing.signal).reason }));
      };
      const finish = () => {
        this.#open.delete(ticket);
        cancels.delete(ticket);
        signal?.removeEventListener("abort", stop);
      };
      const cancels = this.#cancels;
      const ticket: Ticket = {
        kind,
        input,
        deadlineMs: Math.max(1, Math.round(deadlineMs)),
        since: performance.now(),
        read,
        settle: (outcome) => {
          finish();
          // The value is what this job's own `read` made.
          resolve(outcome as VerifyOutcome<T>);
        },
        settled: false,
        deaths: 0,
        waitedMs: undefined,
      };
      this.#open.add(ticket);
      cancels.set(ticket, stop);
      signal?.addEventListener("abort", stop, { once: true });
      this.#staff(kind, program);
      this.#dispatcher.add(ticket);
      this.#tickFrom();
    });
  }

  readonly #cancels = new Map<Ticket, () => void>();

  stats(): WorkerStats {
    const sessions = [...this.#dispatcher.sessions].filter(({ accepting }) => accepting);
    const { outcomes, deaths, killed, retried, quarantined, dropped, latency, wait } = this.#tally;
    const queued = this.#dispatcher.queued;
    return {
      queued,
      running: sessions.reduce((sum, { held }) => sum + held, 0),
      workers: sessions.length,
      busy: sessions.filter(({ held }) => held > 0).length,
      outcomes: { ...outcomes },
      deaths,
      killed,
      retried,
      quarantined,
      dropped,
      latencyMs: latency.stats(),
      waitMs: wait.stats(),
    };
  }

  pids(): number[] {
    return [...this.#crews.values()].flatMap(({ pids }) => pids);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new CancelledError("the verify workers were closed"));
    for (const stop of [...this.#cancels.values()]) stop();
    clearInterval(this.#ticking);
    await this.#local?.catch(() => undefined);
    this.#registry.farewell();
    await Promise.all([...this.#crews.values()].map((crew) => crew.close()));
    for (const door of this.#doors) door.close();
    process.off("exit", this.#removeFolder);
    this.#removeFolder();
  }

  readonly #removeFolder = () => {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  };

  /** Starts the local workers of a kind with its first job. */
  #staff(kind: string, program: WorkerProgram): void {
    if (this.#options.local === 0 || this.#crews.has(kind)) return;
    this.#local ??= this.#openLocalDoor();
    this.#local.then(
      (address) => {
        if (this.#crews.has(kind) || this.#closing.signal.aborted) return;
        const { local, memoryMb } = this.#options;
        this.#crews.set(kind, new LocalCrew({ kind, program, size: local, memoryMb, address }, this.#crewEvents));
      },
      (error: unknown) => this.#dispatcher.giveUp(kind, error instanceof Error ? error.message : String(error)),
    );
  }

  readonly #crewEvents = {
    ended: (session: Session | undefined, loss: "died" | "deadline" | "memory" | "told", reason: string) => {
      if (loss === "died") this.#tally.deaths += 1;
      if (loss === "memory") this.#tally.killed += 1;
      if (session !== undefined) this.#registry.lost(session, loss, reason);
    },
    promoted: (session: Session) => {
      for (const kind of session.kinds) this.#dispatcher.pump(kind);
    },
    hopeless: (kind: string, reason: string) => {
      if (!this.#dispatcher.canDo(kind)) this.#dispatcher.giveUp(kind, `no worker for ${kind} starts: ${reason}`);
    },
  };

  /** A socket in a folder that only this user enters (mkdtemp makes it 0700). */
  async #openLocalDoor(): Promise<string> {
    const base = Buffer.byteLength(tmpdir()) > 60 ? "/tmp" : tmpdir();
    void sweepStaleFolders(base);
    this.#folder = mkdtempSync(join(base, FOLDER_PREFIX));
    process.once("exit", this.#removeFolder);
    const door = await this.#openDoor(`ipc://${join(this.#folder, SOCKET)}`, undefined);
    return door.address;
  }

  async #openDoor(address: string, keys: ServerKeys | undefined): Promise<Door> {
    const { Context } = await loadZeromq();
    this.#context ??= new Context();
    const place = address.startsWith("ipc://") ? "local" : "remote";
    const door = await openDoor(
      address,
      this.#context,
      (peer, parts, reply) => this.#registry.receive(place, peer, parts, reply),
      keys,
    );
    this.#doors.push(door);
    return door;
  }

  #tickFrom(): void {
    if (this.#ticking === undefined && !this.#closing.signal.aborted) {
      this.#ticking = setInterval(() => this.#tick(), TICK_MS);
      this.#ticking.unref();
    }
  }

  #tick(): void {
    const now = performance.now();
    for (const crew of this.#crews.values()) crew.watch(now);
    for (const session of this.#dispatcher.overdue()) {
      if (session.local !== undefined) this.#tally.killed += 1;
      for (const crew of this.#crews.values()) crew.kill(session, "deadline");
      this.#registry.lost(session, "deadline", "its deadline passed");
    }
    this.#registry.tick(now);
    for (const kind of new Set([...this.#open].map((ticket) => ticket.kind))) this.#absent(kind, now);
  }

  /** Says that jobs wait, and gives them up in the end, where nobody does their kind. */
  #absent(kind: string, now: number): void {
    const since = this.#dispatcher.waitingSince(kind);
    if (since === undefined || this.#dispatcher.canDo(kind) || this.#options.local > 0) return;
    const waitedS = Math.round((now - since) / 1000);
    const where = this.address ?? "no address";
    if (now - since > (this.#options.absentMs ?? 60_000)) {
      this.#dispatcher.giveUp(kind, `no worker for ${kind} connected to ${where} in ${waitedS} s`);
    } else if (now - Math.max(this.#saidAt, since) > SAY_EVERY_MS) {
      this.#saidAt = now;
      this.#options.notice?.(`waiting for a worker for ${kind} at ${where}, ${waitedS} s (omni worker --connect)`);
    }
  }
}
