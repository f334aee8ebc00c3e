import { CancelledError, ConfigError, throwIfAborted } from "../core/index.js";
import { Absence } from "./absence.js";
import { Dispatcher } from "./dispatcher.js";
import { Doors } from "./doors.js";
import { Heartbeat } from "./heartbeat.js";
import { LocalCrew } from "./local-crew.js";
import type { WorkerProgram } from "./local-process.js";
import { Registry } from "./registry.js";
import type { Session } from "./session.js";
import { Tally } from "./tally.js";
import type { Loss, Ticket } from "./ticket.js";
import type { RunOptions, VerifyJob, VerifyOutcome, VerifyWorkers, WorkerStats } from "./workers.js";

/** How the verify workers are opened. */
export interface ZmqWorkersOptions {
  /** What each kind of jobs is done by; the module is loaded by workers alone. */
  readonly kinds: Readonly<Record<string, WorkerProgram>>;
  /** Local workers a kind; 0: remote ones only. */
  readonly local: number;
  /** Most memory of a local worker, MB. */
  readonly memoryMb: number;
  /** Milliseconds of one run of a job, where `run` gives none. */
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
  readonly #crews = new Map<string, LocalCrew>();
  readonly #registry: Registry;
  readonly #absence: Absence;
  /** What ends each job under way whose caller, or this pool, has gone. */
  readonly #cancels = new Map<Ticket, () => void>();
  readonly #doors = new Doors((...message) => this.#registry.receive(...message));
  readonly #heartbeat = new Heartbeat((now) => this.#look(now));
  readonly #closing = new AbortController();
  address: string | undefined;

  constructor(options: ZmqWorkersOptions) {
    this.#options = options;
    this.#registry = new Registry(this.#dispatcher, this.#tally, options.kinds, () => this.#crews.values());
    this.#absence = new Absence(this.#dispatcher, options.absentMs, options.notice);
  }

  async listen(address: string, keyFile: string | undefined): Promise<void> {
    this.address = await this.#doors.listen(address, keyFile);
    this.#heartbeat.start();
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
        this.#cancels.delete(ticket);
        signal?.removeEventListener("abort", stop);
      };
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
        suspected: false,
        spentMs: 0,
        waitedMs: undefined,
      };
      this.#cancels.set(ticket, stop);
      signal?.addEventListener("abort", stop, { once: true });
      this.#staff(kind, program);
      this.#dispatcher.add(ticket);
      this.#heartbeat.start();
    });
  }

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
    this.#heartbeat.stop();
    await this.#doors.close(async () => {
      this.#registry.farewell();
      await Promise.all([...this.#crews.values()].map((crew) => crew.close()));
    });
  }

  /** Starts the local workers of a kind with its first job. */
  #staff(kind: string, program: WorkerProgram): void {
    if (this.#options.local === 0 || this.#crews.has(kind)) return;
    this.#doors.local().then(
      (address) => {
        if (this.#crews.has(kind) || this.#closing.signal.aborted) return;
        const { local, memoryMb } = this.#options;
        this.#crews.set(kind, new LocalCrew({ kind, program, size: local, memoryMb, address }, this.#crewEvents));
      },
      (error: unknown) => this.#dispatcher.giveUp(kind, error instanceof Error ? error.message : String(error)),
    );
  }

  readonly #crewEvents = {
    ended: (session: Session | undefined, loss: Loss, reason: string) => {
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

  /** What time brings: kills, pulses, jobs that nobody does. */
  #look(now: number): void {
    for (const crew of this.#crews.values()) crew.watch(now);
    for (const session of this.#dispatcher.overdue()) {
      if (session.local !== undefined) this.#tally.killed += 1;
      for (const crew of this.#crews.values()) crew.kill(session, "deadline");
      this.#registry.lost(session, "deadline", "its deadline passed");
    }
    this.#registry.tick(now);
    if (this.#options.local > 0) return;
    const kinds = new Set([...this.#cancels.keys()].map((ticket) => ticket.kind));
    for (const kind of kinds) this.#absence.look(kind, this.address ?? "no address", now);
  }
}
