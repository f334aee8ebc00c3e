import { type Expression, INFINITY, negate, symbol } from "./expression.js";
import { infinitySign, sameValue } from "./same-value.js";
import { valueAt } from "./sample.js";

/** An end of an interval: where it lies and whether it belongs to it. */
export interface End {
  readonly at: Expression;
  /** For sorting only; equality is decided by the expression. */
  readonly approximately: number;
  readonly closed: boolean;
}

/** A non-empty interval of the real line; a point is closed on both ends. */
interface Interval {
  readonly low: End;
  readonly high: End;
}

/** A set of real numbers as intervals in ascending order that do not touch. */
export type Region = readonly Interval[];

const UP = symbol(INFINITY);
const DOWN = negate(UP);

/** The real line. */
export const EVERYTHING: Region = between(end(DOWN, false), end(UP, false));

/** An end at a constant or at ±∞, which no interval includes however it is written; undefined for what is not real. */
export function end(at: Expression, closed: boolean): End | undefined {
  const sign = infinitySign(at);
  if (sign !== 0) return { at, approximately: sign * Number.POSITIVE_INFINITY, closed: false };
  const { re, im } = valueAt(at, new Map());
  return Number.isFinite(re) && Math.abs(im) < 1e-12 ? { at, approximately: re, closed } : undefined;
}

/** Nothing when the ends are the wrong way round or meet without both being closed. */
export function between(low: End | undefined, high: End | undefined): Region {
  if (low === undefined || high === undefined || low.approximately > high.approximately) return [];
  if (low.approximately === high.approximately && !(low.closed && high.closed)) return [];
  return [{ low, high }];
}

/** Everything above an end. */
export function above(low: End): Region {
  return between(low, end(UP, false));
}

/** Everything below an end. */
export function below(high: End): Region {
  return between(end(DOWN, false), high);
}

/** Sorted, with intervals that overlap or touch joined. */
export function normal(intervals: Region): Region {
  const sorted = [...intervals].sort(
    (a, b) => a.low.approximately - b.low.approximately || Number(b.low.closed) - Number(a.low.closed),
  );
  const out: Interval[] = [];
  for (const next of sorted) {
    const last = out.at(-1);
    const gap = last === undefined ? 1 : next.low.approximately - last.high.approximately;
    if (last === undefined || gap > 0 || (gap === 0 && !last.high.closed && !next.low.closed)) out.push(next);
    else out[out.length - 1] = { low: last.low, high: further(last.high, next.high) };
  }
  return out;
}

function further(a: End, b: End): End {
  if (a.approximately !== b.approximately) return a.approximately > b.approximately ? a : b;
  return a.closed ? a : b;
}

/** What of the real line a region leaves out. */
export function complement(region: Region): Region {
  const out: Interval[] = [];
  let low = end(DOWN, false);
  for (const interval of region) {
    out.push(...between(low, { ...interval.low, closed: !interval.low.closed }));
    low = { ...interval.high, closed: !interval.high.closed };
  }
  return [...out, ...between(low, end(UP, false))];
}

/** A ∩ B = ∁(∁A ∪ ∁B). */
export function intersect(a: Region, b: Region): Region {
  return complement(normal([...complement(a), ...complement(b)]));
}

/** Equality end by end. */
export function sameRegion(a: Region, b: Region): boolean {
  return (
    a.length === b.length &&
    a.every((interval, i) => {
      const other = b[i];
      return other !== undefined && sameEnd(interval.low, other.low) && sameEnd(interval.high, other.high);
    })
  );
}

function sameEnd(a: End, b: End): boolean {
  return a.closed === b.closed && sameValue(a.at, b.at);
}
