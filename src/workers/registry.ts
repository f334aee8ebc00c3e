import type { Dispatcher } from "./dispatcher.js";
import type { LocalCrew } from "./local-crew.js";
import { Session } from "./session.js";
import type { Tally } from "./tally.js";
import type { Loss } from "./ticket.js";
import { type FromControl, type FromWorker, frames, type Hello, readFromWorker } from "./wire.js";
import type { Reply } from "./zmq-door.js";

const MAX_SESSIONS = 1_024;
const MAX_MALFORMED = 16;
const PULSE_MS = 1_000;
/** An idle worker that said nothing for so long is gone. */
const SILENCE_MS = 5_000;

/** Who is there: turns what unknown peers send into sessions, and drops, counts and answers what is none. */
export class Registry {
  readonly #dispatcher: Dispatcher;
  readonly #tally: Tally;
  readonly #kinds: Readonly<Record<string, unknown>>;
  readonly #crews: () => Iterable<LocalCrew>;
  readonly #sessions = new Map<string, Session>();
  readonly #peers = new Map<Session, string>();
  /** Peers that are listened to no more; the oldest is forgotten first. */
  readonly #banned = new Set<string>();
  #pulsedAt = 0;

  constructor(
    dispatcher: Dispatcher,
    tally: Tally,
    kinds: Readonly<Record<string, unknown>>,
    crews: () => Iterable<LocalCrew>,
  ) {
    this.#dispatcher = dispatcher;
    this.#tally = tally;
    this.#kinds = kinds;
    this.#crews = crews;
  }

  /** Takes one message of a peer in. Never throws, whatever it is. */
  receive(place: "local" | "remote", identity: string, parts: readonly Buffer[], reply: Reply): void {
    const peer = `${place}:${identity}`;
    // The router names its peers itself, beginning with a zero byte; a name that a peer chose could be another's.
    const unheard = this.#banned.has(peer) ? "banned" : identity.charCodeAt(0) === 0 ? undefined : "chosen_identity";
    if (unheard !== undefined) {
      this.#tally.drop(unheard);
      return;
    }
    const session = this.#sessions.get(peer);
    const message = readFromWorker(parts);
    if (typeof message === "string") this.#malformed(peer, session, message);
    else if (session !== undefined) this.#heard(session, message);
    else if (message.type === "hello") this.#greet(place, peer, message, reply);
    else if (message.type !== "bye") {
      if (message.type === "answer") this.#tally.drop("unknown_peer");
      send(reply, { type: "who" });
    }
  }

  /** A worker is gone. */
  lost(session: Session, loss: Loss, reason: string): void {
    const peer = this.#peers.get(session);
    if (peer !== undefined) this.#sessions.delete(peer);
    this.#peers.delete(session);
    this.#dispatcher.lose(session, loss, reason);
  }

  /** Pulses to everybody, and an end for the silent. */
  tick(now: number): void {
    if (now - this.#pulsedAt < PULSE_MS) return;
    this.#pulsedAt = now;
    for (const session of [...this.#peers.keys()]) {
      if (session.held === 0 && now - session.lastHeard > SILENCE_MS) this.lost(session, "told", "it fell silent");
      else session.send(frames({ type: "pulse" }));
    }
  }

  /** Lets remote workers go; they look for a new control plane. */
  farewell(): void {
    for (const session of this.#peers.keys()) session.send(frames({ type: "bye" }));
  }

  #malformed(peer: string, session: Session | undefined, why: string): void {
    this.#tally.drop(why);
    if (session === undefined) return;
    session.malformed += 1;
    if (session.malformed < MAX_MALFORMED) return;
    this.#ban(peer);
    this.lost(session, "told", "it sent what is no message");
  }

  #ban(peer: string): void {
    this.#banned.add(peer);
    const [oldest] = this.#banned;
    if (this.#banned.size > MAX_SESSIONS && oldest !== undefined) this.#banned.delete(oldest);
  }

  #heard(session: Session, message: FromWorker): void {
    session.lastHeard = performance.now();
    if (message.type === "hello") this.#tally.drop("hello_twice");
    else if (message.type === "bye") this.lost(session, "told", "it took its leave");
    else if (message.type === "answer" && this.#dispatcher.answer(session, message) === "blamed") {
      this.lost(session, "told", "it answered what is no answer");
    }
  }

  #greet(place: "local" | "remote", peer: string, { token, kinds, slots }: Hello, reply: Reply): void {
    const refuse = (reason: string) => {
      this.#tally.drop("refused");
      send(reply, { type: "refused", reason });
    };
    if (this.#sessions.size >= MAX_SESSIONS) {
      refuse("too many workers are connected");
    } else if (place === "remote") {
      const known = kinds.filter((kind) => Object.hasOwn(this.#kinds, kind));
      if (known.length === 0) refuse(`none of its kinds is known here: ${kinds.join(", ")}`);
      else this.#welcome(peer, known, slots, undefined, reply);
    } else {
      const crew = [...this.#crews()].find((some) => some.expects(token));
      if (crew === undefined) refuse("the pool did not start this worker, or its token was used before");
      else crew.joined(token, (hold) => this.#welcome(peer, [crew.kind], 1, hold, reply));
    }
  }

  #welcome(
    peer: string,
    kinds: readonly string[],
    slots: number,
    hold: { kill(): void } | undefined,
    reply: Reply,
  ): Session {
    const gone = () => this.lost(session, "told", "it cannot be reached");
    const out = (parts: readonly string[]) => void reply(parts).catch(gone);
    const session = new Session(kinds, slots, out, hold, performance.now());
    // A worker of a crew is a spare until the crew is short of one.
    session.accepting = hold === undefined;
    this.#sessions.set(peer, session);
    this.#peers.set(session, peer);
    out(frames({ type: "welcome" }));
    this.#dispatcher.join(session);
    return session;
  }
}

function send(reply: Reply, message: FromControl): void {
  // Whoever it was is gone by now.
  reply(frames(message)).catch(() => undefined);
}
