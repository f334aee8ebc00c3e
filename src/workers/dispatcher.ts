import { Quarantine } from "./quarantine.js";
import type { Entry, Session } from "./session.js";
import type { Tally } from "./tally.js";
import { allowance, blame, type Loss, type Ticket } from "./ticket.js";
import { KindQueues } from "./ticket-queue.js";
import { type Answer, jobFrames } from "./wire.js";
import type { VerifyOutcome } from "./workers.js";

/** A worker that has been at one job for longer gives back those that wait behind it. */
const SLOW_MS = 50;
/** How long past its deadlines a job of a worker that is not ours to kill is waited for. */
const REMOTE_GRACE_MS = 5_000;

/**
 * Which worker does which job. Pure bookkeeping: it opens no socket and starts no process. Invariants: a ticket is settled
 * once; an answer counts only from the worker that was given the job; a job that overran its limits, or that two workers
 * died under, runs alone.
 */
export class Dispatcher {
  readonly #queues = new KindQueues();
  readonly #quarantine = new Quarantine();
  readonly #sessions = new Set<Session>();
  readonly #tally: Tally;
  readonly #now: () => number;
  #lastId = 0;

  constructor(tally: Tally, now: () => number) {
    this.#tally = tally;
    this.#now = now;
  }

  get queued(): number {
    return this.#queues.length + this.#quarantine.queues.length;
  }

  get sessions(): ReadonlySet<Session> {
    return this.#sessions;
  }

  /** Workers that can do a kind, spares included. */
  canDo(kind: string): boolean {
    for (const session of this.#sessions) if (session.kinds.includes(kind)) return true;
    return false;
  }

  add(ticket: Ticket): void {
    this.#queues.of(ticket.kind).push(ticket);
    this.pump(ticket.kind);
  }

  join(session: Session): void {
    this.#sessions.add(session);
    this.#pumpAll(session);
  }

  /** Gives out what can be given of one kind. */
  pump(kind: string): void {
    this.#pumpSuspects(kind);
    const queue = this.#queues.of(kind);
    for (let ticket = queue.peek(); ticket !== undefined; ticket = queue.peek()) {
      if (ticket.suspected) {
        // It overran in the worker that it was taken back from.
        queue.shift();
        this.#quarantine.queues.of(kind).push(ticket);
        this.#pumpSuspects(kind);
        continue;
      }
      const session = this.#freest(kind);
      if (session === undefined) return;
      queue.shift();
      this.#give(session, ticket);
    }
  }

  /** Takes an answer in. `blamed` means that the worker must go: it answered what is no answer. */
  answer(session: Session, answer: Answer): "taken" | "blamed" {
    const entry = session.take(answer.id, this.#now());
    if (typeof entry === "string") {
      this.#tally.drop(entry);
      return "taken";
    }
    const outcome = entry.ticket.settled ? undefined : this.#read(entry.ticket, answer);
    if (outcome === "unreadable") {
      this.#tally.drop("unreadable");
      this.#blame(session, entry, "died", "");
      return "blamed";
    }
    if (outcome !== undefined) this.settle(entry.ticket, outcome);
    if (session.held === 0) session.alone = false;
    this.#pumpAll(session);
    return "taken";
  }

  /** A worker is gone: its jobs are settled by what ended it, or done again. */
  lose(session: Session, loss: Loss, reason: string): void {
    if (!this.#sessions.delete(session)) return;
    session.local?.kill();
    const running = new Set(session.running());
    const again: Ticket[] = [];
    for (const entry of session.entries) {
      if (entry.ticket.settled) continue;
      const guilty = running.has(entry) && loss !== "told" && (loss !== "deadline" || this.#overdue(entry));
      if (guilty) this.#blame(session, entry, loss, reason);
      else if (!entry.lent) again.push(entry.ticket);
    }
    this.#again(again);
    for (const kind of session.kinds) this.pump(kind);
  }

  /** Workers whose job has run out of time, those of others with grace. Slow ones give back what waits behind. */
  overdue(): Session[] {
    const late: Session[] = [];
    for (const session of this.#sessions) {
      if ([...session.running()].some((entry) => this.#overdue(entry, session.local === undefined))) {
        late.push(session);
      } else if (session.held > session.slots) this.#takeBack(session);
    }
    return late;
  }

  settle(ticket: Ticket, outcome: VerifyOutcome<unknown>): void {
    if (ticket.settled) return;
    ticket.settled = true;
    this.#tally.outcomes[outcome.kind] += 1;
    this.#tally.latency.add(this.#now() - ticket.since);
    this.#tally.wait.add(ticket.waitedMs ?? this.#now() - ticket.since);
    ticket.settle(outcome);
  }

  /** Settles everything that waits for a kind that nobody can do. */
  giveUp(kind: string, reason: string): void {
    for (const queue of [this.#quarantine.queues.of(kind), this.#queues.of(kind)]) {
      for (let ticket = queue.shift(); ticket !== undefined; ticket = queue.shift()) {
        this.settle(ticket, { kind: "infrastructure", reason });
      }
    }
  }

  /** When the job of this kind that waits longest came, in the clock's milliseconds. */
  waitingSince(kind: string): number | undefined {
    return (this.#quarantine.queues.of(kind).peek() ?? this.#queues.of(kind).peek())?.since;
  }

  #read({ kind, read }: Ticket, answer: Answer): VerifyOutcome<unknown> | "unreadable" {
    if (!answer.ok) {
      return { kind: answer.kind, reason: answer.reason === "" ? `the handler of ${kind} failed` : answer.reason };
    }
    try {
      return { kind: "value", value: read(answer.value) };
    } catch {
      return "unreadable";
    }
  }

  /** With `grace`, past what a pool elsewhere may take: it runs a job again, alone, before it gives it up. */
  #overdue({ startedAt, limitMs }: Entry, grace = false): boolean {
    return startedAt !== undefined && this.#now() - startedAt >= (grace ? 2 * limitMs + REMOTE_GRACE_MS : limitMs);
  }

  /** The worker with the least in hand among those with credit. */
  #freest(kind: string): Session | undefined {
    let best: Session | undefined;
    const now = this.#now();
    for (const session of this.#sessions) {
      if (!session.kinds.includes(kind) || !session.hasCredit(true, now, SLOW_MS)) continue;
      if (best === undefined || session.held / session.slots < best.held / best.slots) best = session;
    }
    return best;
  }

  #pumpSuspects(kind: string): void {
    this.#quarantine.pump(kind, this.#sessions, (session, ticket) => {
      this.#tally.quarantined += 1;
      this.#give(session, ticket);
    });
  }

  #give(session: Session, ticket: Ticket): void {
    const id = ++this.#lastId;
    const limitMs = allowance(ticket);
    let frames: readonly string[];
    try {
      frames = jobFrames(id, ticket.kind, limitMs, ticket.input);
    } catch (error) {
      session.alone = false;
      const reason = `the input cannot be sent to a worker: ${error instanceof Error ? error.message : String(error)}`;
      this.settle(ticket, { kind: "failed", reason });
      return;
    }
    const now = this.#now();
    ticket.waitedMs ??= now - ticket.since;
    session.give(id, ticket, limitMs, now);
    session.send(frames);
  }

  /** Its worker was lost through it: again, then alone, then no more. What was taken back waits elsewhere already. */
  #blame(session: Session, { ticket, lent, startedAt }: Entry, loss: Exclude<Loss, "told">, reason: string): void {
    const now = this.#now();
    const outcome = blame(ticket, loss, { ms: now - (startedAt ?? now), alone: session.alone, reason });
    if (outcome !== undefined) this.settle(ticket, outcome);
    else if (!lent) this.#again([ticket]);
  }

  #again(tickets: readonly Ticket[]): void {
    for (const ticket of tickets.toReversed()) {
      this.#tally.retried += 1;
      const queues = ticket.suspected ? this.#quarantine.queues : this.#queues;
      queues.of(ticket.kind).pushFront([ticket]);
    }
  }

  #takeBack(session: Session): void {
    const running = new Set(session.running());
    const now = this.#now();
    if (![...running].some(({ startedAt }) => startedAt !== undefined && now - startedAt > SLOW_MS)) return;
    const kinds = new Set<string>();
    for (const entry of [...session.entries].toReversed()) {
      if (running.has(entry) || entry.lent || entry.ticket.settled) continue;
      entry.lent = true;
      this.#queues.of(entry.ticket.kind).pushFront([entry.ticket]);
      kinds.add(entry.ticket.kind);
    }
    for (const kind of kinds) this.pump(kind);
  }

  #pumpAll(session: Session): void {
    for (const kind of session.kinds) this.pump(kind);
  }
}
