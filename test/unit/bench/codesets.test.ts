import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSets } from "../../../bench/codesets/read-sets.js";
import { runSet } from "../../../bench/codesets/run-set.js";
import { imagePackages, openDockerSandbox, type Sandbox } from "../../../src/sandbox/index.js";
import { docker, needDocker } from "../sandbox/docker-here.js";

const testCase = `import unittest
class TestCases(unittest.TestCase):
    def test_sum(self):
        self.assertEqual(task_func(2, 3), 5)
`;
const own = { language: "python", tests: { kind: "asserts", code: "assert twice(2) == 4" } };
const rows = {
  "bigcode.jsonl": [
    {
      task_id: "B/1",
      code_prompt: "def task_func(a, b):\n",
      canonical_solution: "    return a + b",
      test: testCase,
    },
  ],
  "human.jsonl": [
    {
      task_id: "H/1",
      prompt: "def half(n):\n",
      canonical_solution: "    return n // 2\n",
      test: "def check(candidate):\n    assert candidate(8) == 4",
      entry_point: "half",
    },
  ],
  "mbpp.jsonl": [
    {
      task_id: 7,
      code: "def third(n):\r\n  return n // 3\r\n",
      test_list: ["assert third(9) == 3"],
      test_setup_code: "",
    },
    { task_id: "P/8", code: "def third(n):\n  return n // 3\n", test: "import math\nassert third(9) == math.sqrt(9)" },
  ],
  "own.jsonl.gz": [
    { ...own, id: "right", code: "def twice(n): return 2 * n" },
    { ...own, id: "wrong", code: "def twice(n): return n", right: false },
    { line: { ...own, id: "fails", code: "def twice(n): return n" }, expected: { reward: 1 } },
    { ...own, id: "lacks", code: "import no_such_package\ndef twice(n): return 2 * n" },
  ],
};

describe("bench codesets", () => {
  const folder = mkdtempSync(join(tmpdir(), "omni-sets-"));
  let sandbox: Sandbox | undefined;
  beforeAll(async () => {
    for (const [name, lines] of Object.entries(rows)) {
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
      writeFileSync(join(folder, name), name.endsWith(".gz") ? gzipSync(text) : text);
    }
    sandbox = docker.ok ? await openDockerSandbox({ concurrency: 2 }) : undefined;
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await sandbox?.close();
  });

  it("reads each file of a folder as a set, in the shapes of public sets and our own", () => {
    const sets = readSets(folder, []);
    expect(sets.map(({ name, programs }) => [name, programs.length])).toEqual([
      ["bigcode", 1],
      ["human", 1],
      ["mbpp", 2],
      ["own", 4],
    ]);
    expect(readSets(folder, ["human"])).toHaveLength(1);
    expect(() => readSets(folder, ["none"])).toThrow(/no set in it/);
  });

  it("names the line that it cannot read", () => {
    const file = join(folder, "odd.jsonl");
    writeFileSync(file, `${JSON.stringify(rows["human.jsonl"][0])}\n{"question": "?"}\n`);
    expect(() => readSets(folder, ["odd"])).toThrow(/odd\.jsonl:2: a line of no known shape/);
    writeFileSync(file, '{"task_id": ');
    expect(() => readSets(folder, ["odd"])).toThrow(/odd\.jsonl:1: not JSON/);
    expect(() => readSets(join(folder, "none"), [])).toThrow(/none: no such folder/);
    rmSync(file);
  });

  it("tells right programs that pass from those that are lost, and both from those that nobody could pass here", {
    timeout: 120_000,
  }, async (context) => {
    needDocker(context);
    if (sandbox === undefined) throw new Error("the sandbox is not open");
    const { packages, standard } = await imagePackages(sandbox);
    const modules = new Set([...standard, ...packages.map(({ module }) => module)]);
    const images = [{ name: "python", sandbox, modules }];
    const reports = [];
    for (const set of readSets(folder, [])) reports.push(await runSet(set, images, () => undefined));
    expect(reports.map(({ passed, lost }) => [passed, lost])).toEqual([
      [1, {}],
      [1, {}],
      [2, {}],
      [1, {}],
    ]);
    expect(reports.at(-1)).toMatchObject({
      ...{ programs: 4, passed: 1, wrong: 1, wrongRewarded: [], share: 1 },
      notRunnable: {
        "its tests fail in plain Python (runtime_error)": ["fails"],
        "the image lacks no_such_package": ["lacks"],
      },
    });
  });
});
