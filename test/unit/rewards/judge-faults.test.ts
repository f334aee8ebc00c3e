import { afterEach, describe, expect, it } from "vitest";
import { randomStream } from "../../../src/core/index.js";
import { type OpenAIJudgeOptions, openJudge } from "../../../src/rewards/judge/openai-judge.js";
import {
  type JudgeFault,
  type JudgeRequestSeen,
  type JudgeServer,
  type JudgeServerOptions,
  startJudgeServer,
} from "../../support/judge-server.js";

const open: JudgeServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function judgeWith(server: JudgeServerOptions = {}, options: Partial<OpenAIJudgeOptions> = {}) {
  const started = await startJudgeServer(server);
  open.push(started);
  const fast = { timeoutMs: 2000, backoffMs: 2, maxBackoffMs: 20 };
  return { server: started, judge: openJudge({ baseUrl: started.baseUrl, model: "m", ...fast, ...options }) };
}

const faults: readonly JudgeFault[] = [
  ...(["429", "429-retry-after", "500", "hang", "cut-body", "not-json-body"] as const),
  ...(["wrong-json", "wrong-schema", "empty", "slow", "reset", "no-choices", "length"] as const),
];

/** Faults that an endpoint charges nothing for. */
const free: ReadonlySet<JudgeFault> = new Set(["429", "429-retry-after", "500", "reset"]);

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

describe("an endpoint that fails on 30 % of all requests", () => {
  it("gives each of 1,000 judgements the right verdict or none with its reason; none lost, none paid twice, no limit exceeded", async () => {
    const random = randomStream("judge faults");
    let refused = 0;
    const draw = () => {
      const fault = random.next() < 0.3 ? faults[random.below(faults.length)] : undefined;
      if (fault !== undefined && free.has(fault)) refused += 1;
      return fault;
    };
    const windowMs = 100;
    const limits = { maxConcurrency: 32, requestsPerMinute: 80, tokensPerMinute: 80_000, windowMs };
    const prices = { prompt: 1, completion: 10 };
    const { judge, server } = await judgeWith(
      {
        fault: draw,
        retryAfter: { "retry-after-ms": "15" },
      },
      { ...limits, prices, timeoutMs: 3000, deadlineMs: 60_000 },
    );
    const asked = Array.from({ length: 1000 }, (_, i) => {
      const wins = i % 3 === 0;
      const [candidate, reference] = wins ? [`A longer text ${i}`, "Short."] : ["Short.", `A longer text ${i}`];
      return { request: { prompt: `Write ${i}.`, candidate, reference, seed: i }, outcome: wins ? "win" : "loss" };
    });
    const judgements = await Promise.all(asked.map(({ request }) => judge.compare(request)));

    const open = judgements.filter(({ outcome }) => outcome === undefined);
    judgements.forEach((judgement, i) => {
      if (judgement.outcome !== undefined) expect(judgement.outcome).toBe(asked[i]?.outcome);
      expect(judgement.reason).toMatch(/\w/);
    });
    expect(open.length).toBeLessThan(100);

    const stats = judge.stats();
    expect(stats).toMatchObject({ calls: 1000, failures: open.length, pending: 0 });
    expect(stats.attempts).toBe(server.seen.length);
    expect(total(judgements.map(({ attempts }) => attempts))).toBe(server.seen.length);
    // Each request is one of: read with its usage, estimated, refused for nothing. A machine that stalls may time a reply
    // out after it was sent; it is then estimated, so only ever moves from the first or the last to the second.
    const read = (stats.promptTokens + stats.completionTokens - stats.estimatedTokens) / 110;
    expect(read).toBe(Math.round(read));
    expect(read).toBeLessThanOrEqual(server.billed());
    expect(read + stats.estimatedUsages).toBeLessThanOrEqual(stats.attempts);
    expect(read + stats.estimatedUsages + refused).toBeGreaterThanOrEqual(stats.attempts);
    const costs = judgements.map(({ usage }) => usage.costUsd ?? Number.NaN);
    expect(total(costs)).toBeCloseTo(stats.costUsd, 9);
    expect(stats.costUsd).toBeCloseTo((stats.promptTokens + 10 * stats.completionTokens) / 1e6, 9);

    expect(server.maxInFlight()).toBeLessThanOrEqual(32);
    expect(densest(server.seen, windowMs)).toBeLessThanOrEqual(80);
  }, 120_000);
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
    const { judge, server } = await judgeWith({}, { prices, maxCostUsd });
    const judgements = await Promise.all(many(60).map((one) => judge.compare(one)));
    const decided = judgements.filter(({ outcome }) => outcome !== undefined);
    expect(decided.length).toBeGreaterThan(10);
    expect(decided.length).toBe(server.seen.length);
    expect(judge.stats().costUsd).toBeLessThanOrEqual(maxCostUsd);
    for (const { outcome, reason } of judgements) if (outcome === undefined) expect(reason).toContain("maxCostUsd");
    expect(judgements.length - decided.length).toBe(judge.stats().failures);
  });
});
