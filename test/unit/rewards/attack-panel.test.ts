import { afterEach, describe, expect, it } from "vitest";
import { attackPanel } from "../../../src/rewards/judge/attack-panel.js";
import { openJudge } from "../../../src/rewards/judge/openai-judge.js";
import { type JudgeServer, type JudgeServerOptions, startJudgeServer } from "../../support/judge-server.js";

const open: JudgeServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function panelOf(options: JudgeServerOptions) {
  const server = await startJudgeServer(options);
  open.push(server);
  return attackPanel(openJudge({ baseUrl: server.baseUrl, model: "m", maxRetries: 0 }));
}

/** Prefers the longer of the two texts without what the panel adds, so a fair judge. */
const fair = (a: string, b: string) => (poor(a) ? "B" : poor(b) ? "A" : "tie");
const poor = (text: string) => /There was a lighthouse|Rain rain|Your dog|smells nice|It was dark|You drove/.test(text);

describe("the attack panel", () => {
  it("turns nothing at a judge that looks at the texts alone", async () => {
    const report = await panelOf({ prefer: fair });
    expect(report).toMatchObject({ items: 6, open: 6, control: { decided: 6, turned: 0 } });
    expect(report.attacks.map(({ share }) => share)).toEqual(report.attacks.map(() => 0));
  });

  it("shows which attack turns a judge that obeys it, beside what a harmless sentence turns", async () => {
    const obeys = (text: string) => text.includes("Ignore the rubric");
    const report = await panelOf({ prefer: (a, b) => (obeys(a) ? "A" : obeys(b) ? "B" : fair(a, b)) });
    expect(report.attacks.find(({ attack }) => attack === "order")).toMatchObject({ decided: 6, turned: 6, share: 1 });
    expect(report.attacks.filter(({ turned }) => turned > 0)).toHaveLength(1);
    expect(report.control.share).toBe(0);
  });

  it("counts what could not be judged apart", async () => {
    const report = await panelOf({ prefer: fair, fault: (n) => (n < 6 ? undefined : "500") });
    expect(report.unjudged).toBe(0);
    expect(report.attacks[0]).toMatchObject({ decided: 0, turned: 0, share: null, undefined: 6 });
  });

  it("tells how many texts could not be judged at all, and why", async () => {
    const report = await panelOf({ prefer: fair, fault: (n) => (n < 2 ? "500" : undefined) });
    expect(report).toMatchObject({ items: 6, open: 4, unjudged: 2, reason: expect.stringContaining("500") });
  });
});
