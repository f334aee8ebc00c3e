import { number } from "./expression.js";
import { above, between, type End, end, intersect, type Region } from "./region.js";
import { sameValue } from "./same-value.js";

/** The numbers that a set is taken from, from the widest to the narrowest. */
const DOMAINS = ["reals", "rationals", "integers", "naturals"] as const;

/** One of {@link DOMAINS}. */
export type Domain = (typeof DOMAINS)[number];

/** Most integers of a bounded set that are written out. */
const MAX_INTEGERS = 400;
const SAFE = 2 ** 50;

interface Numbers {
  readonly domain: Domain;
  readonly region: Region;
}

/** The narrower of two domains. */
export function narrower(a: Domain, b: Domain): Domain {
  return DOMAINS.indexOf(a) > DOMAINS.indexOf(b) ? a : b;
}

/**
 * The plainest form of a set: bounded integers one by one, as points; other integers with whole ends; naturals as
 * integers where it does not matter whether 0 is one.
 */
export function settled<N extends Numbers>(numbers: N): N {
  const { domain } = numbers;
  if (domain === "reals" || domain === "rationals") return numbers;
  const zero = end(number(0n), true);
  const positive =
    domain === "integers" || zero === undefined ? numbers.region : intersect(numbers.region, above(zero));
  const region = positive.flatMap(wholeEnds);
  if (domain === "naturals" && region.some(({ low }) => low.approximately <= 0)) return { ...numbers, region };
  const points = region.flatMap(pointsOf);
  if (points.length > MAX_INTEGERS || points.includes(undefined)) return { ...numbers, domain: "integers", region };
  return { ...numbers, domain: "reals", region: points.flatMap((point) => between(point, point)) };
}

/** The smallest interval with the same integers; none when there are none. Ends beyond 2^50 stay as they are. */
function wholeEnds({ low, high }: Region[number]): Region {
  return between(wholeEnd(low, 1), wholeEnd(high, -1));
}

function wholeEnd(at: End, inward: 1 | -1): End {
  if (Math.abs(at.approximately) > SAFE) return at;
  const nearest = Math.round(at.approximately);
  const isWhole = sameValue(at.at, number(BigInt(nearest)));
  const outside = inward * (at.approximately - nearest) > 0;
  const whole = (isWhole && at.closed) || (!isWhole && !outside) ? nearest : nearest + inward;
  return { at: number(BigInt(whole)), approximately: whole, closed: true };
}

/** The integers between whole ends; `[undefined]` when they are too many. */
function pointsOf({ low, high }: Region[number]): readonly (End | undefined)[] {
  const count = high.approximately - low.approximately + 1;
  if (!(count <= MAX_INTEGERS) || !Number.isInteger(low.approximately)) return [undefined];
  return Array.from({ length: count }, (_, k) => end(number(BigInt(low.approximately + k)), true));
}
