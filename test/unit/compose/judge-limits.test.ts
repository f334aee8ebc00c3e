import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { judgeLimits, openConfiguredJudge } from "../../../src/compose/judge.js";
import { configOfFlags } from "../../../src/config/index.js";
import { type JudgeServer, startJudgeServer } from "../../support/judge-server.js";

let folder: string;
let server: JudgeServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "omni-judge-limits-"));
  server = await startJudgeServer({ fault: () => "slow" });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const request = { prompt: "Write.", candidate: "A long and lovely text.", reference: "Short." };

/** A judge as a run in the folder opens it: 110 tokens a reply at 1 dollar each million, some 900 reserved. */
function openJudges(count: number, set: readonly string[], notice = (_: string) => {}) {
  const base = [
    `baseUrl=${server.baseUrl}`,
    "model=m",
    "cache=off",
    "maxTokens=512",
    "prices.prompt=1",
    "prices.completion=1",
  ];
  const { judge: config } = configOfFlags(
    [...base, ...set].map((flag) => `judge.${flag}`),
    {},
  ).config;
  if (config === undefined) throw new Error("no judge");
  const throttle = judgeLimits(config, folder, notice);
  return Array.from({ length: count }, () => openConfiguredJudge(config, { throttle }));
}

describe("the limits of a folder's judge", () => {
  it("count what an earlier process of the run has spent", async () => {
    const budget = ["maxCostUsd=0.0025", "maxConcurrency=1"];
    const compare = async () => {
      const [judge] = openJudges(1, budget);
      const judgements = [];
      for (let seed = 0; seed < 30; seed++) judgements.push(await judge?.compare({ ...request, seed }));
      return judgements.filter((judgement) => judgement?.outcome !== undefined).length;
    };
    const first = await compare();
    expect(first).toBeGreaterThan(3);
    expect(first).toBeLessThan(30);
    expect(await compare()).toBe(0);
    expect(server.seen).toHaveLength(first);
    expect(110 * first).toBeLessThanOrEqual(2500);
  });

  it("hold all engines' judges together", async () => {
    const judges = openJudges(3, ["maxConcurrency=2"]);
    await Promise.all(
      judges.flatMap((judge) => Array.from({ length: 6 }, (_, seed) => judge.compare({ ...request, seed }))),
    );
    expect(server.seen).toHaveLength(18);
    expect(server.maxInFlight()).toBe(2);
  });

  it("say once that the cost cannot be written, and hold all the same", async () => {
    mkdirSync(join(folder, "judge-cost.json.new"));
    const said: string[] = [];
    const [judge] = openJudges(1, ["maxCostUsd=0.0025", "maxConcurrency=1"], (line) => said.push(line));
    const judgements = [];
    for (let seed = 0; seed < 30; seed++) judgements.push(await judge?.compare({ ...request, seed }));
    expect(judgements.filter((judgement) => judgement?.outcome !== undefined).length).toBeLessThan(30);
    expect(said).toEqual([expect.stringMatching(/judge-cost\.json: what the judge costs cannot be written \(EISDIR/)]);
  });

  it("are refused where the file that tells the cost cannot be read", () => {
    mkdirSync(join(folder, "judge-cost.json"));
    expect(() => openJudges(1, [])).toThrow(/judge-cost\.json: what the judge has cost cannot be read \(EISDIR/);
  });

  it("are refused where the file that tells the cost is damaged, with a remedy", () => {
    writeFileSync(join(folder, "judge-cost.json"), '{"spent');
    expect(() => openJudges(1, [])).toThrow(
      /judge-cost\.json: does not tell what the judge has cost; write \{"spentUsd":X\}/,
    );
  });
});
