import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planRun } from "../../../src/compose/index.js";
import { settleOrder } from "../../../src/compose/settle-order.js";
import { loadConfig, placedError, renderConfig } from "../../../src/config/index.js";
import { differencesFrom, fingerprintsOf } from "../../../src/experiment/index.js";

let folder: string;
const config = `version: 1
model: { base: nano }
tasks:
  - { id: a, family: math, data: { source: a.jsonl } }
  - { id: b, family: qa, data: { source: b.jsonl, style: open } }
schedule: { kind: curriculum, order: auto, transfer: probes }
`;
const measured = {
  scale: "fraction",
  tasks: ["a", "b"],
  base: { a: 0.4, b: 0.5 },
  after: { a: { a: 0.6, b: 0.4 }, b: { a: 0.45, b: 0.7 } },
};
const rows = (answer: number) =>
  Array.from({ length: 20 }, (_, n) => JSON.stringify({ question: `${n}?`, answer: `${answer}` })).join("\n");

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const probes = (document: unknown) => write("probes/transfer.json", JSON.stringify(document));
const load = (text = config) => {
  write("omni.yaml", text);
  return loadConfig(join(folder, "omni.yaml"));
};
const made = async () => fingerprintsOf((await load()).config);
/** The message as a command tells it. */
const refusal = async (text = config): Promise<string> => {
  const loaded = await load(text);
  const error = await settleOrder(loaded.config).then(
    () => "settled",
    (problem: unknown) => placedError(problem, loaded),
  );
  return String(error).replaceAll(`${folder}/`, "");
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "omni-settle-"));
  mkdirSync(join(folder, "probes"));
  write("a.jsonl", rows(1));
  write("b.jsonl", rows(2));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("order: auto", () => {
  // Training a takes b from 0.5 to 0.4, training b takes a from 0.4 to 0.45: so a first.
  it("becomes the best order of the file, with its score, lead and verdict, and a config that loads again", async () => {
    probes({ ...measured, about: { made: await made() } });
    const { config: settled, notices } = await settleOrder((await load()).config);
    expect(settled.schedule).toMatchObject({ kind: "curriculum", order: ["a", "b"] });
    const score = (Math.log((0.6 * (0.45 / 0.4)) / 0.4) + Math.log(0.7 / 0.5)) / 2;
    const other = (Math.log((0.7 * (0.4 / 0.5)) / 0.5) + Math.log(0.6 / 0.4)) / 2;
    const kept = settled.schedule.kind === "curriculum" ? settled.schedule.settled : undefined;
    expect(kept?.score).toBeCloseTo(score, 12);
    expect(kept?.gap).toBeCloseTo(score - other, 12);
    expect(kept?.predicted.b).toBeCloseTo(0.7, 12);
    expect(notices.map(({ level }) => level)).toEqual(["info"]);
    write("settled.yaml", renderConfig(settled));
    expect((await loadConfig(join(folder, "settled.yaml"))).config.schedule).toEqual(settled.schedule);
  });

  it("is shown by a plan, stages in the settled order", async () => {
    probes({ ...measured, about: { made: await made() } });
    const plan = await planRun(await load());
    expect(plan.stages.map(({ stage }) => stage)).toEqual(["a", "b"]);
    expect(plan.notices.join()).toContain("order a → b from");
  });

  it("recommends joint training where the order does not matter", async () => {
    probes({ ...measured, after: { a: { a: 0.6, b: 0.5 }, b: { a: 0.4, b: 0.7 } }, about: { made: await made() } });
    const { notices } = await settleOrder((await load()).config);
    expect(notices).toEqual([
      { level: "warn", message: expect.stringMatching(/verdict indifferent: .*schedule\.kind: joint is recommended/) },
    ]);
  });

  it("takes a file made by hand, and says that it cannot be checked", async () => {
    probes(measured);
    const { notices } = await settleOrder((await load()).config);
    expect(notices[0]).toMatchObject({ level: "warn", message: expect.stringContaining("cannot be checked") });
  });

  it("takes a file of other rewards when told, and says what differs", async () => {
    probes({ ...measured, about: { made: await made() } });
    const other = config.replace("data: { source: a.jsonl }", "data: { source: a.jsonl }, reward: { format: 0.5 }");
    expect(await refusal(other)).toMatch(
      /^ConfigError: omni\.yaml:6:\d+: schedule\.transfer: probes\/transfer\.json was measured with another reward of task "a"; measure anew with omni transfer, or set schedule\.acceptOther: true$/,
    );
    const told = other.replace("transfer: probes", "transfer: probes, acceptOther: true");
    const { config: settled, notices } = await settleOrder((await load(told)).config);
    expect(settled.schedule).toMatchObject({ settled: { differences: ['another reward of task "a"'] } });
    expect(notices[0]?.message).toContain('another reward of task "a": taken');
  });

  it.each<readonly [string, (text: string) => string, string]>([
    ["another base", (text) => text.replace("base: nano", "base: smollm2-135m-instruct"), "another base model"],
    ["a warm-up", (text) => `${text}warmup: {}\n`, "another warm-up"],
    ["another prompt", (text) => text.replace("a.jsonl }", 'a.jsonl }, prompt: { system: "x" }'), 'prompt of task "a"'],
    ["other data", (text) => text.replace("a.jsonl", "b.jsonl"), 'another data of task "a"'],
    ["another task", (text) => text.replace("id: b", "id: c"), "lacks c and has b, which this config has not"],
    ["nowhere", (text) => text.replace("probes", "nowhere"), "make it with: omni transfer CONFIG"],
  ])("refuses %s with the place and a remedy", async (_name, change, problem) => {
    probes({ ...measured, about: { made: await made() } });
    const message = await refusal(change(config));
    expect(message).toMatch(/^ConfigError: omni\.yaml:6:\d+: schedule\.transfer: /);
    expect(message).toContain(problem);
  });

  it("refuses an unfinished transfer run and a file that is none", async () => {
    rmSync(join(folder, "probes", "transfer.json"));
    expect(await refusal()).toContain(
      "probes holds no transfer.json: the same omni transfer command again finishes it",
    );
    write("probes/transfer.json", "{");
    expect(await refusal()).toContain("probes/transfer.json:1:2: not valid JSON (it ends too early)");
    probes({ ...measured, base: { a: 0, b: 0.5 } });
    expect(await refusal()).toContain("probes/transfer.json:1:51: base.a is 0, whose logarithm is −∞");
  });
});

describe("fingerprints", () => {
  it("are of contents: a checkout elsewhere has the same, a changed row another", async () => {
    const here = await made();
    const elsewhere = mkdtempSync(join(tmpdir(), "omni-settle-"));
    cpSync(folder, elsewhere, { recursive: true });
    const there = async () => fingerprintsOf((await loadConfig(join(elsewhere, "omni.yaml"))).config);
    expect(await there()).toEqual(here);
    writeFileSync(join(elsewhere, "a.jsonl"), rows(3));
    expect(differencesFrom(here, await there())).toEqual(['another data of task "a"']);
    rmSync(elsewhere, { recursive: true });
  });

  it("of a file that says something else differ in all", async () => {
    expect(differencesFrom("x", await made())).toHaveLength(4);
  });
});
