import type { OrderAdvice } from "../../schedule/index.js";
import { shownOrder } from "../tables.js";

/** Whether the order matters, by the transfer measured on validation (method §4). */
export interface OrderVerdict {
  readonly order: readonly string[];
  readonly verdict: "order" | "indifferent";
  /** With the lead over the runner-up and its interval. */
  readonly reason: string;
  /** How often each order was the best of a resample, most often first; empty where resamples were not solved. */
  readonly wins: readonly { readonly order: readonly string[]; readonly share: number }[];
  readonly resamples: number;
  /** Pairs of the order whose prediction entropy makes doubtful. */
  readonly warnings: readonly { readonly earlier: string; readonly later: string; readonly entropyChange: number }[];
  /** The best order without such a pair, where the best has one and there is such an order. */
  readonly unwarned?: readonly string[];
}

const mostWins = 24;

/** What a solved order comes to in the names of its tasks. */
export function orderVerdict(tasks: readonly string[], advice: OrderAdvice): OrderVerdict {
  const named = (order: readonly number[]) => order.map((at) => tasks[at] ?? "");
  const { exact, verdict, reason, stability, warnings, unwarned } = advice;
  const wins = stability?.wins?.slice(0, mostWins) ?? [];
  return {
    order: named(exact.order),
    verdict,
    reason,
    wins: wins.map(({ order, share }) => ({ order: named(order), share })),
    resamples: stability?.resamples ?? 0,
    warnings: warnings.map(({ earlier, later, change }) => ({
      earlier: tasks[earlier] ?? "",
      later: tasks[later] ?? "",
      entropyChange: change,
    })),
    ...(unwarned === undefined ? {} : { unwarned: named(unwarned.order) }),
  };
}

/** The verdict in words; nothing before all probes are measured. */
export function verdictSentences(verdict: OrderVerdict | undefined): readonly string[] {
  if (verdict === undefined) return [];
  const { order, reason, wins, resamples, warnings, unwarned } = verdict;
  const share = (value: number) => `${(100 * value).toFixed(0)} %`;
  const often = wins.slice(0, 3).map((win) => `${shownOrder(win.order)} ${share(win.share)}`);
  const pairs = warnings.map(
    ({ earlier, later, entropyChange }) =>
      `${earlier} before ${later} (entropy of ${later} ${entropyChange >= 0 ? "+" : "−"}${share(Math.abs(entropyChange))})`,
  );
  const other =
    unwarned === undefined ? "every order has such a pair" : `the best order without one is ${shownOrder(unwarned)}`;
  return [
    `Verdict on ${shownOrder(order)}, by transfer on validation: ${verdict.verdict} – ${reason}.`,
    ...(often.length === 0
      ? []
      : [`With items drawn anew ${resamples} times, the best order was: ${often.join(", ")}.`]),
    ...(pairs.length === 0 ? [] : [`Entropy makes its prediction doubtful: ${pairs.join(", ")}; ${other}.`]),
  ];
}
