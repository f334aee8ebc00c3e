import { SandboxError } from "../core/index.js";
import { frameReader } from "./frames.js";
import { emptyOutcome, RunRecorder } from "./run-recorder.js";
import type { SandboxLimits } from "./sandbox.js";
import type { Slot, SlotLine } from "./slot.js";
import type { RunOutcome } from "./verdict.js";

/** Longer messages than any honest program of ours sends. */
const maxMessageBytes = 28 << 20;
/** How long a supervisor may take to end a run, s, before its slot is ended. */
const graceS = 3;

/** What is run, and what it is told first. */
export interface LiveJob {
  /** Sources of the Python modules that are loaded first, in order; the run is `main` of the last. */
  readonly modules: Readonly<Record<string, string>>;
  readonly limits: SandboxLimits;
  /** Whoever talks with it ends it before that, s. */
  readonly wallS: number;
  /** Its first message; undefined: it waits for one. */
  readonly first?: string;
  /** Another job follows in the same slot. */
  readonly keep?: boolean;
  /** It is not the slot's first job. */
  readonly again?: boolean;
}

/** A slot in which messages are exchanged with a program while it runs. */
export type LineSlot = Slot & { readonly line: SlotLine };

/** One run of a program of ours, which messages (bytes, each behind a u32 length) go to and come from while it lasts. */
export class LiveRun {
  /** What became of it. Rejects with SandboxError when the slot was lost. */
  readonly outcome: Promise<RunOutcome>;
  readonly #line: SlotLine;
  #stopping: NodeJS.Timeout | undefined;
  #ended = false;
  #killed = false;

  constructor(slot: LineSlot, job: LiveJob, onMessage: (message: Buffer) => void) {
    this.#line = slot.line;
    const recorder = new RunRecorder(job.limits);
    const messages = frameReader({ headerBytes: 4, lengthAt: 0, maxBytes: maxMessageBytes }, (_, body) =>
      onMessage(body),
    );
    const done = new Promise<undefined>((resolve) => {
      slot.line.listen((kind, payload) => {
        if (kind !== "v") recorder.take(kind, payload);
        else if (!this.#ended) this.#read(messages, payload);
        // With Z the slot is ready for the next job.
        if (kind === "Z") resolve(undefined);
      });
    });
    this.outcome = Promise.race([done, slot.line.ended]).then(async (end) => {
      // The slot is the next one's from here on.
      this.#ended = true;
      clearTimeout(this.#stopping);
      if (end === undefined) return recorder.outcomes[0] ?? emptyOutcome;
      // Ended by us, and not gone with its daemon: no loss, however busy it kept its supervisor.
      if (this.#killed && end.exit !== undefined) return recorder.outcomes[0] ?? recorder.running ?? emptyOutcome;
      return (await explain(slot, recorder, end.exit))[0] ?? emptyOutcome;
    });
    this.outcome.catch(() => undefined);
    void slot.line.write(encodeJob(job));
  }

  #read(messages: (chunk: Buffer) => void, payload: Buffer): void {
    try {
      messages(Buffer.from(payload));
    } catch {
      this.stop();
    }
  }

  send(message: Buffer): void {
    void this.#line.write(encodeMessage(message));
  }

  /** Ends it; `outcome` then settles soon. No message is read any more. */
  stop(): void {
    if (this.#ended) return;
    this.#ended = true;
    void this.#line.write(Buffer.from("k\0\0\0\0", "latin1"));
    this.#stopping = setTimeout(() => {
      this.#killed = true;
      void this.#line.kill();
    }, graceS * 1000);
  }
}

async function explain(slot: LineSlot, recorder: RunRecorder, exit: number | undefined) {
  if (slot.explainEnd !== undefined) return slot.explainEnd(recorder, false, exit);
  throw new SandboxError("the sandbox was lost in the middle of a run", { code: "container_lost", retryable: true });
}

function encodeJob({ modules, limits, wallS, first, keep = false, again = false }: LiveJob): Buffer {
  const run = {
    module: Object.keys(modules).at(-1),
    files: {},
    stdin: "",
    feed: "",
    open: true,
    wall_s: wallS,
    cpu_s: limits.cpuS,
    output_bytes: Math.round(limits.outputMb * 1024 * 1024),
    file_bytes: limits.diskMb * 1024 * 1024,
  };
  const body = Buffer.from(JSON.stringify({ modules: again ? {} : modules, keep, runs: [run] }));
  const header = Buffer.alloc(again ? 5 : 4);
  if (again) header.write("j", 0, "latin1");
  header.writeUInt32BE(body.length, header.length - 4);
  return Buffer.concat([header, body, ...(first === undefined ? [] : [encodeMessage(Buffer.from(first))])]);
}

/** An order to the supervisor to pass a message on. */
function encodeMessage(message: Buffer): Buffer {
  const header = Buffer.alloc(9);
  header.write("f", 0, "latin1");
  header.writeUInt32BE(message.length + 4, 1);
  header.writeUInt32BE(message.length, 5);
  return Buffer.concat([header, message]);
}
