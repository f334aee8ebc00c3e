import { describe, expect, it } from "vitest";
import { taskOver } from "./fixtures.js";

const gsm = { question: "2+2?", answer: "2 and 2 is 4\n#### 4" };

async function failure(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "no error",
    (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
  );
}

describe("field mapping", () => {
  it("reads paths, captures, joins, templates, constants, indices and embedded JSON", async () => {
    const row = { meta: { id: 7, "a.b": "x" }, parts: ["What is", "2+2?"], sol: "#### 4", blob: '{"deep":["no","4"]}' };
    const cases = [
      { path: "sol", pattern: "#### (.*)$" },
      { path: "blob", json: "deep", index: -1 },
      { path: "blob", json: "deep.1" },
      { value: 4 },
    ];
    for (const answer of cases) {
      const fields = { id: "meta.id", question: { path: "parts", join: " " }, answer };
      const { train } = await (await taskOver([row], { fields })).load();
      expect(train[0]).toMatchObject({ id: "7", question: "What is 2+2?", gold: { kind: "math", answer: "4" } });
    }
    const fields = { question: { template: "{parts.0}: {meta.a.b} {{x}}" }, answer: { value: "1" } };
    const { train } = await (await taskOver([row], { fields })).load();
    expect(train[0]?.question).toBe("What is: x {x}");
  });

  it("names place, field, path, the keys that are there and the likely one", async () => {
    const task = await taskOver([gsm], { fields: { question: "question", answer: "anwser" } });
    const message = await failure(task.load());
    expect(message).toMatch(/^DataError: .*rows\.jsonl:1: field "answer" \(path "anwser"\)/);
    expect(message).toContain('has no "anwser"; it has question, answer; did you mean "answer"?');
    expect(message).toContain("mend data.fields.answer");
  });

  it("asks for a required field that no rule maps", async () => {
    const message = await failure((await taskOver([{ problem: "1+1?", answer: "2" }])).load());
    expect(message).toMatch(/rows\.jsonl:1: field "question" \(path "question"\).*it has problem, answer/);
  });

  it("calls a pattern that does not match, an object for text, and a short list wrong mappings", async () => {
    const wrong = [
      [{ answer: { path: "answer", pattern: "== (.*)" } }, /pattern .* does not match/],
      [
        { question: "nested", answer: "answer" },
        /field "question" is an object with stem, not text; lengthen its path/,
      ],
      [{ answer: "list.3" }, /"list" is a list of 2, which has no element 3/],
      [{ answer: "list.name" }, /index it \(0\) or take all \(\*\)/],
      [{ answer: "list" }, /is a list of 2, not text; add index or join/],
      [{ answer: { template: "{gone}" } }, /template "{gone}".*has no "gone"/],
      [{ answer: { path: "answer", json: true } }, /is not JSON/],
    ] as const;
    for (const [fields, expected] of wrong) {
      const task = await taskOver([{ ...gsm, nested: { stem: "s" }, list: ["a", "b"] }], { fields });
      expect(await failure(task.load())).toMatch(expected);
    }
  });

  it("refuses a bad rule before any data is read", async () => {
    const bad = [
      [{ answer: { path: "a", patern: "x" } }, /unknown key "patern".*did you mean "pattern"/],
      [{ answer: { path: "a", pattern: "(" } }, /fields\.answer\.pattern: .*Unterminated group/],
      [{ answer: {} }, /exactly one of path, template, value/],
      [{ answer: { path: "a", index: "1" } }, /fields\.answer\.index: wrong kind/],
    ] as const;
    for (const [fields, expected] of bad) {
      const message = await failure(taskOver([gsm], { fields }));
      expect(message).toMatch(/^ConfigError: task "t": data\.fields/);
      expect(message).toMatch(expected);
    }
  });

  it("makes a row with a broken gold an item without one, and an empty question an error", async () => {
    const task = await taskOver([
      { question: "a?", answer: "1" },
      { question: "b?", answer: null },
      { question: "c?", answer: " " },
    ]);
    expect((await task.load()).train.map((item) => item.gold.kind)).toEqual(["math", "none", "none"]);
    expect(await task.report()).toMatchObject({ withoutGold: 2, rows: 3 });
    const empty = await taskOver([{ question: " ", answer: "1" }]);
    expect(await failure(empty.load())).toMatch(/rows\.jsonl:1: field "question" is empty/);
  });

  it("takes data in which every gold is broken for a wrong mapping", async () => {
    const task = await taskOver([{ question: "a?", answer: "C", options: ["x", "y", "z"] }], { family: "qa" });
    expect(await failure(task.load())).toMatch(/no item has a usable answer .*"C" is none of the options.*answerLabel/);
  });
});

describe("what is kept", () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({
    question: `q${i}?`,
    answer: String(i),
    kind: i % 2 ? "odd" : "even",
  }));

  it("where keeps equal rows, and says what there is when nothing is left", async () => {
    expect((await (await taskOver(rows, { where: { kind: ["odd"] } })).load()).train).toHaveLength(20);
    const none = await failure((await taskOver(rows, { where: { kind: "evn" } })).load());
    expect(none).toMatch(
      /data\.where \(kind = evn\) removed all 40 rows; kind is one of even, odd; did you mean "even"\?/,
    );
    const noKey = await failure((await taskOver(rows, { where: { knd: "odd" } })).load());
    expect(noKey).toMatch(/rows have question, answer, kind; did you mean "kind"\?/);
  });

  it("limit samples by seed, the same every time", async () => {
    const ids = async (seed: number) =>
      (await (await taskOver(rows, { limit: 10 }, { seed })).load()).train.map((item) => item.question);
    expect(await ids(1)).toEqual(await ids(1));
    expect(await ids(1)).not.toEqual(await ids(2));
    expect(new Set(await ids(1)).size).toBe(10);
  });

  it("drops prompts that are too long, counts them, and says so when none is left", async () => {
    const tokenLengths = async (prompts: readonly (readonly { content: string }[])[]) =>
      prompts.map((messages) => (messages.at(-1)?.content.length === 3 ? 5 : 2000));
    const task = await taskOver(rows, {}, { tokenLengths });
    expect((await task.load()).train).toHaveLength(10);
    expect((await task.report()).dropped.tooLong).toBe(30);
    const limited = await taskOver(rows, { limit: 4 }, { tokenLengths });
    expect((await limited.load()).train).toHaveLength(4);
    const none = await taskOver(rows, { maxPromptTokens: 3 }, { tokenLengths });
    expect(await failure(none.load())).toMatch(
      /maxPromptTokens \(3\) removed all 40 items; the shortest prompt has 5 tokens/,
    );
  });

  it("counts equal rows once and refuses one id for two items, naming both places", async () => {
    const twice = await taskOver([...rows, ...rows.slice(0, 3)]);
    expect((await twice.load()).train).toHaveLength(40);
    expect((await twice.report()).dropped.duplicates).toBe(3);
    const same = await taskOver([
      { id: 1, ...rows[0] },
      { id: 1, ...rows[1] },
    ]);
    expect(await failure(same.load())).toMatch(
      /rows\.jsonl:2: id "1" is already that of another item \(.*rows\.jsonl:1\)/,
    );
  });

  it("an id from content does not change with other rows or the demonstration", async () => {
    const [a] = (await (await taskOver(rows)).load()).train;
    const [b] = (await (await taskOver([{ ...rows[0], demonstration: "d" }])).load()).train;
    expect(a?.id).toBe(b?.id);
  });
});

describe("prompts", () => {
  it("default to think and answer tags; config text replaces them; prefill comes last", async () => {
    const plain = (await (await taskOver([gsm], { fields: { answer: { value: 4 } } })).load()).train[0];
    expect(plain?.messages.map((message) => message.role)).toEqual(["system", "user"]);
    expect(plain?.messages[0]?.content).toContain("<think>short reasoning</think><answer>final answer</answer>");
    const prompt = { system: "", template: "Q: {question} ({hint}) {{json}}", prefill: "<think>" };
    const fields = { answer: { value: 4 }, hint: { value: "easy {question}" } };
    const own = (await (await taskOver([gsm], { fields, prompt })).load()).train[0];
    expect(own?.messages).toEqual([
      { role: "user", content: "Q: 2+2? (easy {question}) {json}" },
      { role: "assistant", content: "<think>" },
    ]);
  });

  it("a misspelt field is named, not the one that then is missing; one that a prompt shows may have any name", async () => {
    const fields = { question: "question", answr: { value: 4 } };
    expect(await failure(taskOver([gsm], { fields }))).toMatch(
      /data\.fields\.answr: family math has no such field and no prompt shows \{answr\}; did you mean "answer"\?/,
    );
    expect(await failure(taskOver([gsm], { fields: { answer: { value: 4 }, nonsense: "question" } }))).toMatch(
      /data\.fields\.nonsense: .+; there is: question, id, category, demonstration, opening, answer/,
    );
  });

  it("an unknown placeholder is an error with the known ones", async () => {
    const message = await failure(taskOver([gsm], { prompt: { template: "{qestion}" } }));
    expect(message).toMatch(
      /prompt\.template: unknown placeholder \{qestion\}; use .*\{question\}.*did you mean "question"\?/,
    );
  });
});
