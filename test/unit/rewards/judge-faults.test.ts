import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, it } from "vitest";
import { randomStream } from "../../../src/core/index.js";
import { type JudgeFault, type JudgeRequestSeen, quoted } from "../../support/judge-server.js";
import { judgesOfTest } from "../../support/judge-with.js";

const judgeWith = judgesOfTest();

/** Refused or cut off before anything was made: asked again, nothing paid. */
const free = ["429", "429-retry-after", "500", "reset"] as const;
/** Perhaps made, but lost on its way: asked again, estimated. */
const lost = ["hang", "cut-body", "not-json-body"] as const;
/** Replies that do not decode; the last has no usage either. */
const undecodable = ["wrong-json", "wrong-schema", "empty", "length", "no-choices"] as const;
const faults: readonly JudgeFault[] = [...free, ...lost, ...undecodable, "slow"];

const isOne = (kinds: readonly JudgeFault[], fault: JudgeFault | undefined) =>
  fault !== undefined && kinds.includes(fault);

/** What the endpoint does to the k-th request for comparison i, whenever it comes. */
function faultOf(i: number, k: number): JudgeFault | undefined {
  const random = randomStream("judge faults", i, k);
  return random.next() < 0.3 ? faults[random.below(faults.length)] : undefined;
}

const maxRetries = 2;

/** The fates of a comparison's requests, and what is to come of it: written down from the rules, not from the judge. */
function expected(i: number) {
  const seen: (JudgeFault | undefined)[] = [];
  const next = () => seen[seen.push(faultOf(i, seen.length)) - 1];
  for (let asked = 0; asked < 2; asked++) {
    let fault = next();
    for (let again = 0; again < maxRetries && isOne([...free, ...lost], fault); again++) fault = next();
    if (isOne([...free, ...lost], fault)) return { seen, decided: false };
    if (!isOne(undecodable, fault)) return { seen, decided: true };
  }
  return { seen, decided: false };
}

/** Most requests that any stretch of `windowMs` saw. */
function densest(seen: readonly JudgeRequestSeen[], windowMs: number): number {
  const times = seen.map((request) => request.atMs).sort((a, b) => a - b);
  let from = 0;
  return times.reduce((most, at, i) => {
    while (at - (times[from] ?? 0) >= windowMs) from += 1;
    return Math.max(most, i - from + 1);
  }, 0);
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

const long = "A longer text";
const kinds = [
  { outcome: "win", candidate: long, reference: "Short." },
  { outcome: "loss", candidate: "Short.", reference: long },
  { outcome: "tie", candidate: "Same.", reference: "Text." },
] as const;

describe("an endpoint that fails on 30 % of all requests", () => {
  it("gives each of 1,000 judgements the right verdict or none with its reason; none lost, none paid twice, no limit exceeded", async () => {
    const windowMs = 100;
    const limits = { maxConcurrency: 32, requestsPerMinute: 80, tokensPerMinute: 80_000, windowMs, maxRetries };
    // No clock decides what hangs: an attempt's time is over when the server has left it unanswered, and at no other moment.
    const comparison = new AsyncLocalStorage<number>();
    const armed = new Map<number, () => void>();
    let mostArmed = 0;
    const startTimer = (fire: () => void) => {
      const i = comparison.getStore() ?? Number.NaN;
      expect(armed.has(i)).toBe(false);
      armed.set(i, fire);
      mostArmed = Math.max(mostArmed, armed.size);
      return () => void armed.delete(i);
    };
    const requests = new Map<number, { count: number; chars: number }>();
    const fault = (_: number, request: JudgeRequestSeen) => {
      const i = Number(/\d+/.exec(quoted(request, "PROMPT"))?.[0]);
      const count = requests.get(i)?.count ?? 0;
      requests.set(i, { count: count + 1, chars: total(request.body.messages.map(({ content }) => content.length)) });
      const drawn = faultOf(i, count);
      if (drawn === "hang") armed.get(i)?.();
      return drawn;
    };
    const { judge, server } = await judgeWith(
      { fault, retryAfter: { "retry-after-ms": "15" } },
      {
        ...limits,
        prices: { prompt: 1, completion: 10 },
        structuredOutput: "json_schema",
        maxTokens: 512,
        timeoutMs: 600_000,
        startTimer,
      },
    );
    const asked = Array.from({ length: 1000 }, (_, i) => {
      const { candidate, reference } = kinds[i % 3] ?? kinds[0];
      const request = { prompt: `Write ${i}.`, candidate, reference, seed: i };
      return comparison.run(i, () => judge.compare(request));
    });
    const judgements = await Promise.all(asked);

    const fates = judgements.map((_, i) => expected(i));
    const got = judgements.map(({ outcome, attempts, usage, reason }) => ({
      outcome,
      attempts,
      usage,
      said: reason !== "",
    }));
    const due = fates.map(({ seen, decided }, i) => {
      const estimated = seen.filter((one) => isOne([...lost, "no-choices"], one)).length;
      const read = seen.filter((one) => !isOne([...free, ...lost, "no-choices"], one)).length;
      const promptTokens = 100 * read + estimated * Math.ceil((requests.get(i)?.chars ?? 0) / 4);
      const completionTokens = 10 * read;
      const costUsd = expect.closeTo((promptTokens + 10 * completionTokens) / 1e6, 12);
      return {
        outcome: decided ? kinds[i % 3]?.outcome : undefined,
        attempts: seen.length,
        usage: { promptTokens, completionTokens, estimated: estimated > 0, costUsd },
        said: true,
      };
    });
    expect(got).toEqual(due);
    const undecided = fates.filter(({ decided }) => !decided).length;
    expect(undecided).toBeGreaterThan(0);

    const stats = judge.stats();
    expect(stats).toMatchObject({ calls: 1000, failures: undecided, pending: 0, attempts: server.seen.length });
    expect(stats.attempts).toBe(total(fates.map(({ seen }) => seen.length)));
    const ofAll = (name: "promptTokens" | "completionTokens") => total(judgements.map(({ usage }) => usage[name]));
    expect(stats).toMatchObject({
      promptTokens: ofAll("promptTokens"),
      completionTokens: ofAll("completionTokens"),
      estimatedUsages: total(fates.map(({ seen }) => seen.filter((one) => isOne([...lost, "no-choices"], one)).length)),
      failedAttempts: total(fates.map(({ seen }) => seen.filter((one) => isOne([...free, ...lost], one)).length)),
      parseFailures: total(fates.map(({ seen }) => seen.filter((one) => isOne(undecodable, one)).length)),
    });
    expect(stats.costUsd).toBeCloseTo((stats.promptTokens + 10 * stats.completionTokens) / 1e6, 9);

    expect(mostArmed).toBe(32);
    expect(armed.size).toBe(0);
    expect(densest(server.seen, windowMs)).toBeLessThanOrEqual(80);
  }, 60_000);
});

const request = { prompt: "Write.", candidate: "A long and lovely text.", reference: "Short." };
const many = (count: number) => Array.from({ length: count }, (_, seed) => ({ ...request, seed }));

describe("a limit of tokens a minute", () => {
  it("holds what is under way to its estimate from above, and lets a request that is larger than the limit go alone", async () => {
    const { judge, server } = await judgeWith({}, { tokensPerMinute: 300, windowMs: 60 });
    const judgements = await Promise.all(many(4).map((one) => judge.compare(one)));
    expect(judgements.map(({ outcome }) => outcome)).toEqual(["win", "win", "win", "win"]);
    expect(server.maxInFlight()).toBe(1);
    expect(densest(server.seen, 60)).toBe(1);
  });
});

describe("a cost budget", () => {
  it("is never exceeded: what it no longer holds is undefined and says so", async () => {
    // 110 tokens a reply at 1 dollar each million; a request reserves at most some 1,500.
    const prices = { prompt: 1, completion: 1 };
    const maxCostUsd = 0.004;
    const { judge, server } = await judgeWith({}, { prices, maxCostUsd, maxTokens: 512 });
    const judgements = await Promise.all(many(60).map((one) => judge.compare(one)));
    const decided = judgements.filter(({ outcome }) => outcome !== undefined);
    expect(decided.length).toBeGreaterThan(10);
    expect(decided.length).toBe(server.seen.length);
    expect(judge.stats().costUsd).toBeLessThanOrEqual(maxCostUsd);
    for (const { outcome, reason } of judgements) if (outcome === undefined) expect(reason).toContain("maxCostUsd");
    expect(judgements.length - decided.length).toBe(judge.stats().failures);
  });
});
