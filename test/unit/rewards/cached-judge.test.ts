import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cachedJudge } from "../../../src/rewards/judge/cached-judge.js";
import { openJudge } from "../../../src/rewards/judge/openai-judge.js";
import { type JudgeServer, type JudgeServerOptions, startJudgeServer } from "../../support/judge-server.js";

let folder: string;
const open: JudgeServer[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "omni-judge-cache-"));
});
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function judgeWith(server: JudgeServerOptions = {}, rubric?: string, place = folder) {
  const started = await startJudgeServer(server);
  open.push(started);
  const judge = openJudge({ baseUrl: started.baseUrl, model: "m", maxRetries: 0, ...(rubric && { rubric }) });
  const identity = { baseUrl: "one", temperature: 0.4, orders: "one", rubric } as const;
  return { server: started, judge: cachedJudge(judge, place, identity) };
}

const request = { prompt: "Write.", candidate: "A long and lovely text.", reference: "Short.", seed: 3 };
const files = () => readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.includes("."));

describe("the cache of verdicts", () => {
  it("asks equal comparisons once, also those under way at once and those of another process, and charges once", async () => {
    const { judge, server } = await judgeWith();
    const at = (seed: number) => judge.compare({ ...request, seed });
    const judgements = await Promise.all([1, 2, 3].map(at));
    expect(judgements.map(({ outcome }) => outcome)).toEqual(["win", "win", "win"]);
    expect(await at(9)).toMatchObject({ outcome: "win", cached: true, attempts: 0, usage: { promptTokens: 0 } });
    expect(server.seen).toHaveLength(1);
    expect(judge.stats()).toMatchObject({ calls: 4, cacheHits: 3, attempts: 1, promptTokens: 100 });
    const other = await judgeWith();
    expect(await other.judge.compare(request)).toMatchObject({ outcome: "win", cached: true, reason: "it is better" });
    expect(other.server.seen).toHaveLength(0);
  });

  it("takes other texts, another rubric or another model as another question", async () => {
    const { judge, server } = await judgeWith();
    await judge.compare(request);
    await judge.compare({ ...request, candidate: "Another text altogether." });
    await judge.compare({ ...request, rubric: "Shorter is better." });
    expect(server.seen).toHaveLength(3);
    const rubric = await judgeWith({}, "Shorter is better.");
    await rubric.judge.compare(request);
    expect(rubric.server.seen).toHaveLength(0);
  });

  it("keeps no undefined outcome, and asks anew for a damaged file", async () => {
    const failing = await judgeWith({ fault: (n) => (n === 0 ? "500" : undefined) });
    expect(await failing.judge.compare(request)).toMatchObject({ outcome: undefined });
    expect(files()).toEqual([]);
    expect(await failing.judge.compare(request)).toMatchObject({ outcome: "win" });
    expect(files()).toHaveLength(1);
    writeFileSync(join(folder, files()[0] ?? ""), '{"outcome": "win"');
    expect(await failing.judge.compare(request)).not.toHaveProperty("cached");
  });

  it("judges without a folder that can be written", async () => {
    writeFileSync(join(folder, "file"), "");
    const { judge } = await judgeWith({}, undefined, join(folder, "file", "below"));
    expect(await judge.compare(request)).toMatchObject({ outcome: "win" });
  });

  it("does not let one caller's cancellation end another's comparison", async () => {
    const controller = new AbortController();
    const hangThenAbort = (n: number) => {
      if (n > 0) return undefined;
      controller.abort();
      return "hang" as const;
    };
    const { judge } = await judgeWith({ fault: hangThenAbort });
    const cancelled = judge.compare({ ...request, signal: controller.signal });
    const waiting = judge.compare(request);
    await expect(cancelled).rejects.toThrow("cancelled");
    expect(await waiting).toMatchObject({ outcome: "win" });
  });
});
