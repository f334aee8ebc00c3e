import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig, type TaskConfig } from "../../../src/config/index.js";
import type { Item } from "../../../src/core/index.js";
import { buildTask, openTaskData } from "../../../src/tasks/index.js";
import { jsonl, noReward, taskOver, written } from "./fixtures.js";

const python = process.env.OMNI_PYTHON ?? resolve(".venv/bin/python");
const base = { seed: 0, baseDir: "/", cacheDir: "/nowhere" };

/** The items that a task of an example config makes of rows of ours with the benchmark's fields. */
async function itemsOf(file: string, id: string, rows: readonly unknown[]): Promise<readonly Item[]> {
  const source = await written("rows.jsonl", jsonl(rows));
  const env = { MT_BENCH: source, OMNI_JUDGE_API_KEY: "x", OMNI_DISTRACTORS: source };
  const { config } = await loadConfig(`examples/${file}`, { env });
  const found = config.tasks.find((task) => task.id === id);
  if (found === undefined) throw new Error(`${file} has no task ${id}`);
  const { file: _file, config: _config, revision: _revision, ...data } = found.data;
  const task: TaskConfig = { ...found, data: { ...data, source, split: { validation: 0, test: 0 } } };
  return (await buildTask(openTaskData(task, base), { reward: noReward }).load()).train;
}

/** As LiveCodeBench packs hidden tests: base64 of zlib of a pickled JSON text, by Python itself. */
function packed(tests: unknown, protocol = 4): string {
  const program = `import base64,json,pickle,sys,zlib
text=json.dumps(json.load(sys.stdin))
print(base64.b64encode(zlib.compress(pickle.dumps(text,protocol=${protocol}))).decode())`;
  return execFileSync(python, ["-c", program], { input: JSON.stringify(tests), encoding: "utf8" }).trim();
}

describe("the benchmarks' configs read rows with the benchmarks' fields", () => {
  it("MATH-500, AIME24, AMC23, Minerva, Gaokao2023EN", async () => {
    const math500 = {
      unique_id: "test/a/1.json",
      problem: "1+1?",
      solution: "2",
      answer: "2",
      subject: "Algebra",
      level: 1,
    };
    expect(await itemsOf("benchmarks/math.yaml", "math-500", [math500])).toMatchObject([
      { id: "test/a/1.json", gold: { kind: "math", answer: "2" }, category: "Algebra" },
    ]);
    const aime = { id: 60, problem: "x?", solution: "…", answer: "204", url: "u", year: "2024" };
    expect(await itemsOf("benchmarks/math.yaml", "aime24", [aime])).toMatchObject([
      { id: "60", gold: { answer: "204" } },
    ]);
    for (const id of ["amc23", "minerva", "gaokao2023en"]) {
      const [item] = await itemsOf("benchmarks/math.yaml", id, [{ id: 1, question: "x?", answer: "\\frac12" }]);
      expect(item?.gold).toEqual({ kind: "math", answer: "\\frac12" });
    }
  });

  it("OlympiadBench: one answer between dollar signs, context before the question", async () => {
    const row = (id: number, more: object) => ({
      id,
      subfield: "Geometry",
      context: null,
      question: "How long?",
      final_answer: ["$\\sqrt{2}$"],
      is_multiple_answer: false,
      unit: null,
      ...more,
    });
    const rows = [
      row(1, {}),
      row(2, { context: "A square.", question: "How wide?", final_answer: ["3"] }),
      row(3, { is_multiple_answer: true }),
    ];
    const items = await itemsOf("benchmarks/math.yaml", "olympiadbench", rows);
    expect(items.map(({ gold }) => gold)).toEqual([
      { kind: "math", answer: "\\sqrt{2}" },
      { kind: "math", answer: "3" },
    ]);
    expect(items[1]?.question).toBe("A square.\n\nHow wide?");
  });

  it("MMLU-Pro: the option at answer_index, with its category", async () => {
    const row = {
      question_id: 70,
      question: "Which?",
      options: ["red", "green", "blue"],
      answer: "B",
      answer_index: 1,
      category: "law",
    };
    const [item] = await itemsOf("benchmarks/qa.yaml", "mmlu-pro", [row]);
    expect(item).toMatchObject({ id: "70", category: "law", gold: { kind: "qa", answers: ["green"] } });
  });

  it.each([2, 4, 5])("LiveCodeBench: hidden tests of pickle protocol %i, in its window only", async (protocol) => {
    const tests = [{ input: "1 2\n", output: "3\n", testtype: "stdin" }];
    const row = (id: string, date: string) => ({
      question_id: id,
      question_content: `Add ${id}.`,
      platform: "atcoder",
      contest_date: date,
      difficulty: "easy",
      private_test_cases: packed(tests, protocol),
      metadata: "{}",
      starter_code: "",
    });
    const rows = [row("a", "2024-11-02T00:00:00"), row("b", "2024-08-01T00:00:00"), row("c", "2025-03-01T00:00:00")];
    expect(await itemsOf("benchmarks/code.yaml", "livecodebench-stdin", rows)).toMatchObject([
      { id: "a", gold: { tests: { kind: "stdio", cases: [{ stdin: "1 2\n", stdout: "3\n" }] } } },
    ]);
  });

  it("LiveCodeBench: calls of a method become asserts", async () => {
    const row = {
      question_id: "3",
      question_content: "Two sum.",
      platform: "leetcode",
      contest_date: "2024-12-01T00:00:00",
      difficulty: "easy",
      private_test_cases: packed([{ input: "[1, 2]\n3", output: "[0, 1]", testtype: "functional" }]),
      metadata: '{"func_name": "twoSum"}',
      starter_code: "class Solution:\n    def twoSum(self, nums, target): ...",
    };
    const [item] = await itemsOf("benchmarks/code.yaml", "livecodebench-calls", [row]);
    const code = 'assert Solution().twoSum(_json.loads("[1, 2]"), _json.loads("3")) == _json.loads("[0, 1]")';
    expect(item?.gold).toMatchObject({ kind: "code", tests: { kind: "asserts", setup: "import json as _json", code } });
    expect(item?.messages.at(-1)?.content).toContain("def twoSum");
  });

  it("BigCodeBench: a test class that follows the program in its file", async () => {
    const row = {
      task_id: "B/0",
      instruct_prompt: "Do.",
      code_prompt: "def task_func():",
      canonical_solution: "    return 1",
      test: "import unittest\nclass TestCases(unittest.TestCase): ...",
    };
    const [item] = await itemsOf("benchmarks/code.yaml", "bigcodebench", [row]);
    expect(item?.gold).toMatchObject({
      tests: { kind: "unittest", mode: "same_file" },
      solution: "def task_func():\n    return 1",
    });
  });

  it("MT-Bench: two turns, the second after the model's own answer to the first", async () => {
    const rows = [
      { question_id: 81, category: "writing", turns: ["Write.", "Shorten."], reference: ["long", "short"] },
      { question_id: 101, category: "reasoning", turns: ["Think.", "More."], reference: ["a", "b"] },
    ];
    const [first] = await itemsOf("benchmarks/writing.yaml", "mt-bench-turn-1", rows);
    expect(first).toMatchObject({ id: "81", question: "Write.", gold: { reference: "long" } });
    const second = await itemsOf("benchmarks/writing.yaml", "mt-bench-turn-2", rows);
    expect(second).toMatchObject([{ question: "Shorten.", opening: ["Write."], gold: { reference: "short" } }]);
  });
});

describe("rows", () => {
  it("are packed by steps that hold one text; a pickle of anything else is refused, not run", async () => {
    const program = "import base64,pickle,zlib;print(base64.b64encode(zlib.compress(pickle.dumps(print))).decode())";
    const bad = execFileSync(python, ["-c", program], { encoding: "utf8" }).trim();
    const fields = { question: "q", answer: { path: "a", decode: ["base64", "zlib", "pickled-text"] } };
    await expect((await taskOver([{ q: "1?", a: bad }], { fields })).load()).rejects.toThrow(
      /holds something else than one text/,
    );
  });

  it("are picked from a list of objects, and optional where JSON lacks the path", async () => {
    const conversations = [
      { from: "system", value: "s" },
      { from: "human", value: "Write." },
      { from: "gpt", value: "Done." },
    ];
    const turn = (from: string) => ({ path: "conversations", pick: { from }, index: 0, get: "value" });
    const task = await taskOver([{ conversations }], {
      family: "writing",
      fields: { question: turn("human"), reference: turn("gpt") },
    });
    expect((await task.load()).train[0]).toMatchObject({ question: "Write.", gold: { reference: "Done." } });
  });

  it("are kept by range, expression and size", async () => {
    const rows = Array.from({ length: 6 }, (_, n) => ({
      question: `q${n}`,
      answer: "1",
      day: `2024-0${n + 1}-01`,
      tags: Array(n).fill("t"),
    }));
    const kept = async (where: Record<string, object>) =>
      (await (await taskOver(rows, { where })).load()).train.map((item) => item.question);
    expect(await kept({ day: { from: "2024-02", to: "2024-04" } })).toEqual(["q1", "q2"]);
    expect(await kept({ question: { matches: "[345]" } })).toEqual(["q3", "q4", "q5"]);
    expect(await kept({ question: { lacks: "Q[0-4]" } })).toEqual(["q5"]);
    expect(await kept({ tags: { most: 1 } })).toEqual(["q0", "q1"]);
    await expect(kept({ question: { matches: "(" } })).rejects.toThrow(
      /data\.where\.question\.matches: .*single quotes keep backslashes/,
    );
  });

  it("are sampled with the shares of their categories", async () => {
    const rows = Array.from({ length: 100 }, (_, n) => ({
      question: `q${n}`,
      answer: "1",
      kind: n < 70 ? "a" : n < 90 ? "b" : "c",
    }));
    const task = await taskOver(rows, { fields: { category: "kind" }, limit: 20, stratify: true });
    const { train } = await task.load();
    const count = (kind: string) => train.filter(({ category }) => category === kind).length;
    expect([count("a"), count("b"), count("c")]).toEqual([14, 4, 2]);
  });
});
