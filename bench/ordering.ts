/**
 * Times of the exact linear-ordering solvers: subset dynamic programming at 20 and 24 tasks beside plain enumeration at 8, and
 * cutting planes on input–output-like and random instances of 44 and 50 items beside dynamic programming at 22.
 * Prints one JSON line an instance: seconds, memory, value, bound, whether proven optimal.
 */
import { randomStream } from "../src/core/index.js";
import { bestOrderings, exactOrdering, orderValue, solveSubsets } from "../src/schedule/index.js";
import { solveOrdering } from "../src/solver/index.js";

const limitS = Number(process.argv[2] ?? 60);

function tell(name: string, began: number, facts: object): void {
  const seconds = Number(((performance.now() - began) / 1000).toFixed(3));
  const rssMb = Math.round(process.memoryUsage().rss / 1e6);
  console.log(JSON.stringify({ name, seconds, rssMb, ...facts }));
}

/** Signed weights, uniform. */
function signed(size: number, seed: number): number[][] {
  const random = randomStream("bench-signed", size, seed);
  return Array.from({ length: size }, () => Array.from({ length: size }, () => random.next() - 0.5));
}

/** Whole weights 0 … 100, uniform: the hard kind. */
function uniform(size: number, seed: number): number[][] {
  const random = randomStream("bench-uniform", size, seed);
  return Array.from({ length: size }, () => Array.from({ length: size }, () => random.below(101)));
}

/**
 * Like an input–output table of an economy: few sectors deal with most others, deals differ by orders of magnitude, many
 * cells are 0, and there is an underlying order that noise disturbs.
 */
function inputOutput(size: number, seed: number): number[][] {
  const random = randomStream("bench-input-output", size, seed);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const sells = Array.from({ length: size }, () => Math.exp(1.5 * gauss()));
  const buys = Array.from({ length: size }, () => Math.exp(1.5 * gauss()));
  const place = random.shuffle(Array.from({ length: size }, (_, i) => i));
  return sells.map((seller, i) =>
    buys.map((buyer, j) => {
      const downstream = (place[i] ?? 0) < (place[j] ?? 0) ? 1 : 0.4;
      return random.next() < 0.3 ? 0 : Math.floor(20 * seller * buyer * downstream * Math.exp(gauss()));
    }),
  );
}

for (const size of [8, 20, 24]) {
  const weights = signed(size, 1);
  const began = performance.now();
  const order = exactOrdering(weights);
  tell(`subsets-${size}`, began, { value: orderValue(weights, order) });
}
{
  const weights = signed(8, 1);
  const began = performance.now();
  const [best] = permutations(8).sort((a, b) => orderValue(weights, b) - orderValue(weights, a));
  tell("enumeration-8", began, { value: orderValue(weights, best ?? []) });
  const again = performance.now();
  tell("top-1000-of-20", again, { found: bestOrderings(signed(20, 1), 1_000).length });
}
for (const [kind, make] of Object.entries({ inputOutput, uniform })) {
  for (const [size, seed] of [
    [22, 1],
    [44, 1],
    [44, 2],
    [44, 3],
    [50, 1],
    [50, 2],
  ] as const) {
    const weights = make(size, seed);
    const began = performance.now();
    const { value, bound, optimal } = await solveOrdering(weights, { timeLimitS: limitS, seed: 1 });
    const exact = size <= 22 ? { subsets: solveSubsets(weights).best.at(-1) } : {};
    tell(`${kind}-${size}-${seed}`, began, { value, bound, gap: (bound - value) / Math.abs(value), optimal, ...exact });
  }
}

function permutations(size: number): number[][] {
  if (size === 0) return [[]];
  return permutations(size - 1).flatMap((order) =>
    Array.from({ length: size }, (_, at) => [...order.slice(0, at), size - 1, ...order.slice(at)]),
  );
}
