import { randomBytes } from "node:crypto";
import { type End, LocalProcess, type WorkerProgram } from "./local-process.js";
import type { Session } from "./session.js";
import type { Loss } from "./ticket.js";

/** How a crew of local workers is kept. */
export interface CrewOptions {
  readonly kind: string;
  readonly program: WorkerProgram;
  /** Workers that take jobs; one spare is kept ready beside them. */
  readonly size: number;
  readonly memoryMb: number;
  readonly address: string;
}

/** What a crew tells its pool. */
export interface CrewEvents {
  /** A worker ended, for which reason; its session if it had said hello. */
  ended(session: Session | undefined, loss: Loss, reason: string): void;
  /** A spare takes jobs from now on. */
  promoted(session: Session): void;
  /** Nobody is there and several starts in a row failed. */
  hopeless(kind: string, reason: string): void;
}

interface Member {
  readonly process: LocalProcess;
  readonly token: string;
  readonly startedAt: number;
  session: Session | undefined;
}

const FAILED_STARTS = 3;
const RETRY_MS = 1_000;
const START_MS = 60_000;

/** The local workers of one kind, and one more that is warm: when one is killed the spare takes over at once. */
export class LocalCrew {
  readonly #options: CrewOptions;
  readonly #events: CrewEvents;
  readonly #members = new Set<Member>();
  #failedStarts = 0;
  /** When a start succeeded last. */
  #startedAt = performance.now();
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: CrewOptions, events: CrewEvents) {
    this.#options = options;
    this.#events = events;
    this.#fill();
  }

  get kind(): string {
    return this.#options.kind;
  }

  /** Pids, for those who watch from outside. */
  get pids(): number[] {
    return [...this.#members].map(({ process }) => process.pid);
  }

  /** Whether a token is that of a worker of this crew that has not said hello yet. */
  expects(token: string): boolean {
    return this.#byToken(token) !== undefined;
  }

  /** The worker with this token said hello; it takes jobs if the crew is short of workers. */
  joined(token: string, makeSession: (hold: { kill(): void }) => Session): void {
    const member = this.#byToken(token);
    if (member === undefined) return;
    const session = makeSession({ kill: () => member.process.kill("told") });
    member.session = session;
    this.#failedStarts = 0;
    this.#startedAt = performance.now();
    this.#promote();
  }

  /** Looks at memory and at starts that take too long. */
  watch(now: number): void {
    for (const { process, session, startedAt } of this.#members) {
      if (session === undefined && now - startedAt > START_MS) process.kill("died");
      const grown = process.outgrows();
      if (session === undefined || grown === "killed") continue;
      // Every job finds at least half of the memory free: a worker that keeps more is replaced between two jobs.
      if (grown === "half") {
        session.retiring = true;
        session.accepting = false;
      }
      if (session.retiring && session.held === 0) process.kill("told");
    }
    this.#promote();
  }

  /** Kills the worker of a session. */
  kill(session: Session, why: Loss): void {
    for (const member of this.#members) if (member.session === session) member.process.kill(why);
    this.#promote();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    for (const { process } of this.#members) process.kill("told");
    await Promise.all([...this.#members].map(({ process }) => process.ended));
  }

  #byToken(token: string): Member | undefined {
    return [...this.#members].find((member) => member.token === token && member.session === undefined);
  }

  #fill(): void {
    while (!this.#closed && this.#retry === undefined && this.#members.size < this.#options.size + 1) this.#start();
  }

  #start(): void {
    const { program, address, kind, memoryMb } = this.#options;
    const token = randomBytes(24).toString("hex");
    const orders = { address, token, kind, module: program.module, parentPid: globalThis.process.pid, memoryMb };
    let process: LocalProcess;
    try {
      process = new LocalProcess(program, orders);
    } catch (error) {
      this.#failed(error instanceof Error ? error.message : String(error));
      return;
    }
    const member: Member = { process, token, startedAt: performance.now(), session: undefined };
    this.#members.add(member);
    void process.ended.then((end) => this.#ended(member, end));
  }

  #ended(member: Member, { loss, reason, killed }: End): void {
    this.#members.delete(member);
    if (this.#closed) return;
    this.#promote();
    this.#events.ended(member.session, loss, reason);
    // One that somebody killed says nothing of the program; when it goes on for long, somebody is the system.
    const lately = performance.now() - this.#startedAt < START_MS;
    if (member.session === undefined && !(killed && lately)) this.#failed(reason);
    this.#fill();
  }

  /** A start that came to nothing: after several in a row the next one waits, and jobs are told why. */
  #failed(reason: string): void {
    this.#failedStarts += 1;
    if (this.#failedStarts < FAILED_STARTS) return;
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.#fill();
    }, RETRY_MS);
    if (this.#members.size === 0) this.#events.hopeless(this.kind, reason);
  }

  #promote(): void {
    const ready = [...this.#members].filter(({ session, process }) => session !== undefined && !process.ending);
    let short = this.#options.size - ready.filter(({ session }) => session?.accepting).length;
    for (const { session } of ready) {
      if (short <= 0) return;
      if (session === undefined || session.accepting || session.retiring) continue;
      session.accepting = true;
      short -= 1;
      this.#events.promoted(session);
    }
  }
}
