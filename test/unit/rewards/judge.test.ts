import { describe, expect, it } from "vitest";
import { CancelledError } from "../../../src/core/index.js";
import type { ComparisonRequest } from "../../../src/rewards/judge/judge.js";
import { writingComponent } from "../../../src/rewards/writing/writing.js";
import { type JudgeFault, quoted } from "../../support/judge-server.js";
import { judgesOfTest } from "../../support/judge-with.js";
import { gate, scored, tagged } from "./scored.js";

const judgeWith = judgesOfTest();

const long = "A long and lovely text.";
const better: ComparisonRequest = { prompt: "Write.", candidate: long, reference: "Short.", seed: 3 };
const worse: ComparisonRequest = { prompt: "Write.", candidate: "Short.", reference: long, seed: 3 };
const even: ComparisonRequest = { prompt: "Write.", candidate: "Same.", reference: "Text.", seed: 3 };
const first = (...faults: (JudgeFault | undefined)[]) => ({ fault: (n: number) => faults[n] });
const always = (fault: JudgeFault) => ({ fault: () => fault });

describe("a comparison", () => {
  it("is a win, a tie or a loss of the candidate in either position", async () => {
    const { judge, server } = await judgeWith();
    for (let seed = 0; seed < 8; seed++) {
      expect(await judge.compare({ ...better, seed })).toMatchObject({
        outcome: "win",
        score: 1,
        reason: "it is better",
      });
      expect(await judge.compare({ ...worse, seed })).toMatchObject({ outcome: "loss", score: 0 });
      expect(await judge.compare({ ...even, seed })).toMatchObject({ outcome: "tie", score: 0.5 });
    }
    expect(new Set(server.seen.map((request) => quoted(request, "RESPONSE A"))).size).toBe(4);
    expect(judge.stats()).toMatchObject({
      calls: 24,
      attempts: 24,
      failures: 0,
      promptTokens: 2400,
      completionTokens: 240,
      pending: 0,
    });
  });

  it("asks for structured output, with temperature and limits as configured and nothing of the environment", async () => {
    const { judge, server } = await judgeWith(
      {},
      { apiKey: { reveal: () => "sk-1" }, temperature: 0.4, maxTokens: 99 },
    );
    await judge.compare(better);
    expect(server.seen[0]?.body).toMatchObject({
      model: "m",
      temperature: 0.4,
      max_tokens: 99,
      response_format: { type: "json_schema" },
    });
    expect(server.seen[0]?.body).not.toHaveProperty("seed");
    expect(server.seen[0]?.headers.authorization).toBe("Bearer sk-1");
    expect(server.seen[0]?.headers["openai-organization"]).toBeUndefined();
  });

  it("in both orders is the mean, and a verdict that follows the position is a flip", async () => {
    const fair = await judgeWith({}, { orders: "both" });
    expect(await fair.judge.compare(better)).toMatchObject({ outcome: "win", score: 1, flipped: false, attempts: 2 });
    const biased = await judgeWith({ prefer: () => "A" }, { orders: "both" });
    expect(await biased.judge.compare(better)).toMatchObject({ outcome: "tie", score: 0.5, flipped: true });
    expect(biased.judge.stats()).toMatchObject({ calls: 1, attempts: 2, bothOrders: 1, flips: 1 });
  });

  it("in both orders is undefined when one of them is", async () => {
    const { judge } = await judgeWith(first("401"), { orders: "both", maxConcurrency: 1 });
    expect(await judge.compare(better)).toMatchObject({ outcome: undefined });
  });

  it("by a trial judge carries a seed, so that it can be repeated", async () => {
    const { judge, server } = await judgeWith({}, { trial: true });
    await judge.compare(better);
    await judge.compare(better);
    expect(judge.trial).toBe(true);
    expect(server.seen[0]?.body.seed).toEqual(expect.any(Number));
    expect(server.seen[1]?.body).toEqual(server.seen[0]?.body);
  });

  it("estimates usage that the endpoint leaves out, and says so", async () => {
    const { judge } = await judgeWith({ withoutUsage: true });
    const judgement = await judge.compare(better);
    expect(judgement.usage.estimated).toBe(true);
    expect(judgement.usage.promptTokens).toBeGreaterThan(100);
    expect(judge.stats().estimatedUsages).toBe(1);
  });
});

describe("structured output: auto", () => {
  it("falls back on a last line where the endpoint refuses a schema, and remembers it", async () => {
    const { judge, server } = await judgeWith(always("no-schema-400"));
    expect(await judge.compare(better)).toMatchObject({ outcome: "win", attempts: 2 });
    expect(await judge.compare(better)).toMatchObject({ outcome: "win", attempts: 1 });
    expect(server.seen).toHaveLength(3);
  });

  it("falls back where the endpoint ignores the schema", async () => {
    const { judge } = await judgeWith({ plainText: true });
    expect(await judge.compare(better)).toMatchObject({ outcome: "win", attempts: 2 });
    expect(await judge.compare(better)).toMatchObject({ outcome: "win", attempts: 1 });
  });

  it("does not fall back when it is asked for by name", async () => {
    const { judge } = await judgeWith(always("no-schema-400"), { structuredOutput: "json_schema" });
    expect(await judge.compare(better)).toMatchObject({ outcome: undefined, attempts: 1 });
  });

  it("off asks for a last line at once", async () => {
    const { judge, server } = await judgeWith({}, { structuredOutput: "off" });
    expect(await judge.compare(better)).toMatchObject({ outcome: "win", attempts: 1, reason: "It is better." });
    expect(server.seen[0]?.body).not.toHaveProperty("response_format");
  });
});

describe("faults", () => {
  const passing: readonly JudgeFault[] = ["429", "500", "cut-body", "reset", "not-json-body"];
  it.each(passing)("%s is retried until it passes", async (fault) => {
    const { judge, server } = await judgeWith(first(fault, fault));
    expect(await judge.compare(better)).toMatchObject({ outcome: "win", attempts: 3 });
    expect(server.seen).toHaveLength(3);
    expect(judge.stats()).toMatchObject({ calls: 1, attempts: 3, failedAttempts: 2, failures: 0 });
  });

  it.each(["hang", "hang-in-body"] as const)("%s ends at the time-out and is retried", async (fault) => {
    const { judge } = await judgeWith(first(fault), { timeoutMs: 150 });
    expect(await judge.compare(better)).toMatchObject({ outcome: "win", attempts: 2 });
  });

  it.each([...passing, "hang"] as const)("%s for good is undefined with its reason, never a loss", async (fault) => {
    const { judge } = await judgeWith(always(fault), {
      maxRetries: 2,
      timeoutMs: fault === "hang" ? 60 : 2000,
      deadlineMs: 60_000,
    });
    const judgement = await judge.compare(better);
    expect(judgement).toMatchObject({ outcome: undefined, attempts: 3, reason: expect.stringMatching(/\w/) });
    expect(judge.stats()).toMatchObject({ failures: 1, failedAttempts: 3, pending: 0 });
  });

  it.each(["no-choices", "empty", "wrong-json", "wrong-schema", "length"] as const)(
    "%s is asked again once, then undefined",
    async (fault) => {
      const once = await judgeWith(first(undefined, fault));
      await once.judge.compare(better);
      expect(await once.judge.compare(better)).toMatchObject({ outcome: "win", attempts: 2 });
      expect(once.judge.stats()).toMatchObject({
        parseFailures: 1,
        promptTokens: fault === "no-choices" ? expect.any(Number) : 300,
      });
      const twice = await judgeWith(always(fault));
      expect(await twice.judge.compare(better)).toMatchObject({
        outcome: undefined,
        attempts: 2,
        reason: expect.stringContaining("undecodable twice"),
      });
    },
  );

  it("a refused key is not tried again, and not repeated", async () => {
    const { judge } = await judgeWith(always("401"), { apiKey: "sk-secret" });
    expect(JSON.stringify(await judge.compare(better))).not.toContain("sk-secret");
    expect(await judge.compare(better)).toMatchObject({
      outcome: undefined,
      attempts: 1,
      reason: expect.stringContaining("401"),
    });
  });

  it("Retry-After is waited for", async () => {
    const { judge, server } = await judgeWith({ ...first("429-retry-after"), retryAfter: { "retry-after-ms": "120" } });
    expect(await judge.compare(better)).toMatchObject({ outcome: "win", attempts: 2 });
    expect((server.seen[1]?.atMs ?? 0) - (server.seen[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(115);
  });

  it("Retry-After holds back everybody who asks the endpoint, not only the comparison that was told so", async () => {
    const { judge, server } = await judgeWith(
      { ...first("429-retry-after"), retryAfter: { "retry-after-ms": "150" } },
      { maxConcurrency: 1 },
    );
    const judgements = await Promise.all([1, 2, 3].map((seed) => judge.compare({ ...better, seed })));
    expect(judgements.map(({ outcome }) => outcome)).toEqual(["win", "win", "win"]);
    const [refused, ...others] = server.seen.map(({ atMs }) => atMs);
    for (const at of others) expect(at - (refused ?? 0)).toBeGreaterThanOrEqual(145);
  });

  it("a Retry-After beyond the deadline leaves all that wait undefined at once, unasked", async () => {
    const { judge, server } = await judgeWith(
      { ...always("429-retry-after"), retryAfter: { "retry-after": "3600" } },
      { maxConcurrency: 1 },
    );
    const [asked, ...others] = await Promise.all([1, 2, 3].map((seed) => judge.compare({ ...better, seed })));
    expect(asked).toMatchObject({ outcome: undefined, attempts: 1, reason: expect.stringContaining("429") });
    for (const other of others) {
      expect(other).toMatchObject({ outcome: undefined, attempts: 0, reason: expect.stringContaining("Retry-After") });
    }
    expect(server.seen).toHaveLength(1);
  });

  it("a Retry-After beyond the deadline is not waited for", async () => {
    const { judge } = await judgeWith({ ...always("429-retry-after"), retryAfter: { "retry-after": "3600" } });
    expect(await judge.compare(better)).toMatchObject({
      outcome: undefined,
      attempts: 1,
      reason: expect.stringContaining("429"),
    });
  });

  it("nobody listening is undefined", async () => {
    const { judge, server } = await judgeWith({}, { maxRetries: 1 });
    await server.close();
    expect(await judge.compare(better)).toMatchObject({
      outcome: undefined,
      attempts: 2,
      reason: expect.stringContaining("connection failed"),
    });
  });

  it("a deadline ends retries", async () => {
    const { judge } = await judgeWith(always("500"), { maxRetries: 1000, deadlineMs: 100 });
    const judgement = await judge.compare(better);
    expect(judgement.outcome).toBe(undefined);
    expect(judgement.latencyMs).toBeLessThan(1000);
  });
});

describe("cancellation", () => {
  it("ends a comparison that waits for a reply, for room, or for its next attempt", async () => {
    for (const fault of ["hang", "429-retry-after"] as const) {
      const reached = gate();
      const { judge } = await judgeWith(
        { fault: () => reached.open() ?? fault, retryAfter: { "retry-after": "30" } },
        { maxConcurrency: 1, timeoutMs: 60_000 },
      );
      const controller = new AbortController();
      const waiting = [1, 2, 3].map((seed) => judge.compare({ ...better, seed, signal: controller.signal }));
      await reached.opened;
      controller.abort();
      for (const result of await Promise.allSettled(waiting)) {
        expect(result).toMatchObject({ status: "rejected", reason: expect.any(CancelledError) });
      }
      expect(judge.stats().pending).toBe(0);
    }
  });

  it("before the call asks nothing", async () => {
    const { judge, server } = await judgeWith();
    await expect(judge.compare({ ...better, signal: AbortSignal.abort() })).rejects.toBeInstanceOf(CancelledError);
    expect(server.seen).toHaveLength(0);
  });
});

describe("the component writing", () => {
  const gold = { kind: "writing", reference: "Short." } as const;

  it("judges the answer text alone, without its think block", async () => {
    const { judge, server } = await judgeWith();
    const score = await writingComponent({ judge }).score(scored(gold, tagged(long, "secret plan")), {});
    expect(score).toMatchObject({ value: 1, details: { outcome: "win", trial: false, attempts: 1 } });
    expect(JSON.stringify(server.seen[0]?.body)).not.toContain("secret plan");
    expect(JSON.parse(JSON.stringify(score))).toEqual(score);
  });

  it("scores an unanswered response 0 without a call", async () => {
    const { judge } = await judgeWith();
    const component = writingComponent({ judge });
    expect((await component.score(scored(gold, long), {})).value).toBe(0);
    expect((await component.score(scored(gold, tagged(" ")), {})).value).toBe(0);
    expect(judge.stats().calls).toBe(0);
  });

  it("is null when the judge is down or the reference is missing", async () => {
    const { judge } = await judgeWith(always("500"), { maxRetries: 0 });
    const component = writingComponent({ judge });
    expect(await component.score(scored(gold, tagged(long)), {})).toMatchObject({
      value: null,
      reason: expect.stringContaining("500"),
    });
    expect((await component.score(scored({ kind: "writing", reference: " " }, tagged(long)), {})).value).toBe(null);
    expect((await component.score(scored({ kind: "none", reason: "no reference" }, tagged(long)), {})).value).toBe(
      null,
    );
  });
});
