import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ChatAnswer, type ChatRequest, startChatServer } from "../../support/chat-server.js";
import { omni } from "./harness.js";

let folder: string;
const home = process.cwd();
const open: { close(): Promise<void> }[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "omni-data-"));
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const rowsOf = (path: string) =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const write = (path: string, rows: readonly unknown[]) =>
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));

async function server(answer: (request: ChatRequest, n: number) => ChatAnswer) {
  const started = await startChatServer(answer);
  open.push(started);
  const set = (value: string) => ["--set", `judge.${value}`];
  const flags = [...set(`baseUrl=${started.baseUrl}`), ...set("model=m"), ...set("maxRetries=0")];
  return { seen: started.seen, flags, uncached: [...flags, ...set("cache=off")] };
}

interface Asked {
  readonly question: string;
  readonly how_many?: number;
  readonly not_again?: readonly string[];
  readonly options?: Readonly<Record<string, string>>;
}
const asked = ({ messages }: ChatRequest) => JSON.parse(messages.at(-1)?.content ?? "") as Asked;

/** A model that offers the truth in other words, repeats itself, and, asked to check, owns up to what is also right. */
function optionMaker(request: ChatRequest): string {
  const { options, not_again: known = [], how_many: count = 0 } = asked(request);
  if (options !== undefined) {
    const right = Object.entries(options).filter(([, text]) => text === "the French capital");
    return JSON.stringify({ right: right.map(([number]) => Number(number)) });
  }
  const more = Array.from({ length: count }, (_, i) => `City ${known.length + i}`);
  return JSON.stringify({ options: ["paris.", "The  Paris", "the French capital", "City 0", "city 0", ...more] });
}

describe("omni data distractors", () => {
  const questions = ["Capital of France?", "Largest city of France?"].map((question) => ({
    question,
    answer: "Paris",
  }));

  it("adds 15 unique wrong options, none the truth in another spelling nor what a second call takes for right", async () => {
    write("q.jsonl", questions);
    const { uncached, seen } = await server(optionMaker);
    const { code, stdout } = await omni([
      "data",
      "distractors",
      "--input",
      "q.jsonl",
      "--output",
      "d.jsonl",
      "--json",
      ...uncached,
    ]);
    expect(code).toBe(0);
    const rows = rowsOf("d.jsonl");
    expect(rows.map(({ question, answer }) => ({ question, answer }))).toEqual(questions);
    for (const { distractors } of rows) {
      expect(new Set(distractors as string[]).size).toBe(15);
      expect(distractors).not.toContain("the French capital");
      expect((distractors as string[]).filter((text) => /paris/i.test(text))).toEqual([]);
    }
    // Neither the order of making nor one order for all.
    const first = rows[0]?.distractors as string[];
    expect(first).not.toEqual([...first].sort());
    expect(first).not.toEqual(rows[1]?.distractors);
    expect(JSON.parse(stdout)).toMatchObject({
      made: 2,
      usage: { attempts: seen.length, promptTokens: 100 * seen.length },
    });
  });

  it("goes on where it was, also after a line cut short, and makes nothing twice", async () => {
    write("q2.jsonl", questions);
    const failing = await server((request) =>
      asked(request).question.startsWith("Largest") ? 500 : optionMaker(request),
    );
    const argv = ["data", "distractors", "--input", "q2.jsonl", "--output", "d2.jsonl", "--count", "4"];
    const first = await omni([...argv, ...failing.uncached]);
    expect(first).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error: q2\.jsonl:2: HTTP 500/) });
    expect(rowsOf("d2.jsonl")).toHaveLength(1);
    appendFileSync("d2.jsonl", '{"question": "Largest ci');
    const { uncached, seen } = await server(optionMaker);
    const { code, stdout } = await omni([...argv, ...uncached]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("1 made, 1 there already, 0 failed") });
    expect(rowsOf("d2.jsonl").map((row) => row.question)).toEqual(questions.map((row) => row.question));
    expect(seen.every((request) => asked(request).question.startsWith("Largest"))).toBe(true);
  });

  it.each(["", "never mind"])("asks once more where the reply is %j", async (broken) => {
    write("q4.jsonl", [questions[0]]);
    const { uncached, seen } = await server((request, n) => (n === 0 ? broken : optionMaker(request)));
    const argv = ["data", "distractors", "--input", "q4.jsonl", "--count", "4", ...uncached];
    const output = `d4-${broken.length}.jsonl`;
    expect((await omni([...argv, "--output", output])).code).toBe(0);
    expect(rowsOf(output)[0]?.distractors).toHaveLength(4);
    expect(seen).toHaveLength(3);
  });

  it("gives a row up after two empty replies", async () => {
    write("q5.jsonl", [questions[0]]);
    const { uncached, seen } = await server(() => "");
    const argv = ["data", "distractors", "--input", "q5.jsonl", "--output", "d5.jsonl", ...uncached];
    expect(await omni(argv)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("q5.jsonl:1: the reply is empty"),
    });
    expect(seen).toHaveLength(2);
  });

  it("says when a model makes too few, and names a missing field", async () => {
    write("q3.jsonl", [questions[0], { question: "Why?", anwser: "x" }, { question: 5, answer: "x" }]);
    const { uncached } = await server((request) =>
      asked(request).options ? '{"right": []}' : '{"options": ["Lyon"]}',
    );
    const argv = ["data", "distractors", "--input", "q3.jsonl", "--output", "d3.jsonl", ...uncached];
    const { code, stderr } = await omni(argv);
    expect(code).toBe(1);
    expect(stderr).toContain("q3.jsonl:1: only 1 of 15 distractors could be made");
    expect(stderr).toContain('q3.jsonl:2: field "answer" is missing; did you mean "anwser"?');
    expect(stderr).toContain('q3.jsonl:3: field "question" is empty, or no text; fill it in');
  });
});

describe("omni data references", () => {
  it("keeps a model's answer without its thinking; a reply that is kept is not paid for again", async () => {
    write("w.jsonl", [{ prompt: "A haiku." }, { prompt: "A toast." }]);
    const cache = ["--set", `judge.cache=${join(folder, "cache")}`];
    const { flags, seen } = await server(({ messages }) => `<think>hm</think> Text for ${messages.at(-1)?.content}`);
    const argv = ["data", "references", "--input", "w.jsonl", "--question", "prompt", ...flags, ...cache];
    expect((await omni([...argv, "--output", "r.jsonl"])).code).toBe(0);
    expect(rowsOf("r.jsonl")).toEqual([
      { prompt: "A haiku.", reference: "Text for A haiku." },
      { prompt: "A toast.", reference: "Text for A toast." },
    ]);
    const again = await omni([...argv, "--output", "r2.jsonl", "--json"]);
    expect(JSON.parse(again.stdout)).toMatchObject({ made: 2, usage: { attempts: 0, cacheHits: 2 } });
    expect(seen).toHaveLength(2);
  });

  it("needs a model", async () => {
    const { code, stderr } = await omni(["data", "references", "--input", "w.jsonl", "--output", "r3.jsonl"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("a model is needed: --config FILE") });
  });
});

describe("omni data inspect", () => {
  const config = `version: 1
model: { base: nano }
tasks:
  - id: trivia
    family: qa
    data:
      source: t.jsonl
      fields: { question: q, answer: a, distractors: wrong }
      where: { level: easy }
      split: { validation: 0.2, test: 0.2 }
`;

  it("shows what is kept and left out, lengths, and items as the model will be asked", async () => {
    const row = (i: number) => ({
      q: `What is ${i}\u001b[31m?`,
      a: String(i),
      wrong: ["none", "all"],
      level: i % 4 ? "easy" : "hard",
    });
    write("t.jsonl", [...Array.from({ length: 40 }, (_, i) => row(i)), row(1)]);
    writeFileSync("inspect.yaml", config);
    const { code, stdout } = await omni(["data", "inspect", "inspect.yaml", "--items", "1", "--json"]);
    expect(code).toBe(0);
    const [task] = (JSON.parse(stdout) as { tasks: { items: { messages: { content: string }[] }[] }[] }).tasks;
    expect(task).toMatchObject({ taskId: "trivia", rows: 41, gold: { qa: 30 } });
    expect(task).toMatchObject({ dropped: { where: 10, duplicates: 1 }, prompt: { n: 30 } });
    expect(task?.items[0]?.messages.at(-1)?.content).toMatch(/Options:\n/);
    const { stdout: text } = await omni(["data", "inspect", "inspect.yaml"]);
    expect(text).toContain("left out 10 (where), 1 (duplicates)");
    expect(text).toContain("[gold]");
    expect(text).not.toContain("\u001b");
    const unknown = await omni(["data", "inspect", "inspect.yaml", "--task", "trivias"]);
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toContain('--task trivias: the config has no such task; did you mean "trivia"?');
  });
});
