import type { JsonValue, VerifyOutcome } from "./workers.js";

/** A job on its way through the pool. */
export interface Ticket {
  readonly kind: string;
  readonly input: JsonValue;
  readonly deadlineMs: number;
  readonly since: number;
  /** Throws on what is no answer. */
  readonly read: (output: unknown) => unknown;
  readonly settle: (outcome: VerifyOutcome<unknown>) => void;
  /** Answered, or its caller has gone. */
  settled: boolean;
  /** Workers that died while running it. */
  deaths: number;
  /** It overran its deadline or its memory, or two workers died under it: from now on it runs alone. */
  suspected: boolean;
  /** Milliseconds that workers which were lost had been running it. */
  spentMs: number;
  /** Milliseconds from `run` to the first start. */
  waitedMs: number | undefined;
}

const SUSPECTED = 2;

/** Why a worker is no more. */
export type Loss = "died" | "deadline" | "memory" | "told";

/** Milliseconds of its next run: two deadlines are all that a job ever gets, however often its workers are lost. */
export function allowance({ deadlineMs, spentMs }: Ticket): number {
  return Math.max(1, Math.min(deadlineMs, Math.round(2 * deadlineMs - spentMs)));
}

/**
 * Notes that a worker was lost while it ran this job, and through it. Returns what became of the job once it has had its
 * run alone, or both its deadlines; undefined while it is to be done again.
 */
export function blame(
  ticket: Ticket,
  loss: Exclude<Loss, "told">,
  run: { readonly ms: number; readonly alone: boolean; readonly reason: string },
): VerifyOutcome<unknown> | undefined {
  const spent = ticket.suspected && (run.alone || allowance(ticket) <= run.ms);
  ticket.spentMs += run.ms;
  if (loss === "died") ticket.deaths += 1;
  ticket.suspected ||= loss !== "died" || ticket.deaths >= SUSPECTED;
  if (!spent) return undefined;
  switch (loss) {
    case "deadline":
      return { kind: "timed_out", reason: `no answer within ${ticket.deadlineMs} ms, nor when it ran alone` };
    case "memory":
      return { kind: "out_of_memory", reason: run.reason };
    case "died":
      return { kind: "masked", reason: "its worker died whenever it ran, also when it ran alone" };
  }
}
