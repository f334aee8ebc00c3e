// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configs name variables like this
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig, renderConfig, resolveConfig } from "../../../src/config/index.js";
import { ConfigError } from "../../../src/core/index.js";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "omni-config-"));
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "data", "math.jsonl"), "{}\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const good = `version: 1
model: { base: nano }
tasks:
  - id: arithmetic
    family: math
    data: { source: data/math.jsonl }
`;

async function load(text: string, options: Parameters<typeof loadConfig>[1] = {}) {
  const path = join(folder, "omni.yaml");
  writeFileSync(path, text);
  return loadConfig(path, { env: {}, ...options });
}

/** The message without the folder's name, so that claims read as a user sees them. */
async function refusal(text: string, options: Parameters<typeof loadConfig>[1] = {}): Promise<string> {
  const error = await load(text, options).then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (!(error instanceof ConfigError)) throw new Error(`expected a ConfigError, got ${String(error)}`);
  expect(error.message).not.toContain("\n");
  return error.message.replaceAll(`${folder}/`, "");
}

describe("a small config", () => {
  it("is filled with defaults", async () => {
    const { config } = await load(good);
    expect(config.engines).toEqual([{ address: "auto", roles: ["sample", "train"] }]);
    expect(config.schedule).toEqual({ kind: "joint" });
    expect(config.train).toMatchObject({ groupSize: 8, lr: 1e-5, topK: 0, truncated: "score", maxUpdates: null });
    expect(config.tasks[0]).toMatchObject({ klBeta: 0, reward: { math: 1, format: 0.1, tags: 0.1 } });
    expect(config.tasks[0]?.data.split).toEqual({ validation: 0.1, test: 0.1 });
    expect(config.sandbox.limits).toEqual({ memoryMb: 256, pids: 64, diskMb: 64, outputMb: 4 });
    expect(config.judge).toBeUndefined();
  });

  it("has absolute paths that start from its folder", async () => {
    const { config, baseDir } = await load(good);
    expect(baseDir).toBe(folder);
    expect(config.tasks[0]?.data.source).toBe(join(folder, "data/math.jsonl"));
  });

  it("may hold out a part that comes from the hub", async () => {
    const text = good.replace("math.jsonl }", "math.jsonl, split: { test: hub:org/name } }");
    expect((await load(text)).config.tasks[0]?.data.split.test).toBe("hub:org/name");
  });

  it("keeps a reward weight that was given and fills the others", async () => {
    const { config } = await load(good.replace("family: math", "family: math\n    reward: { format: 0.3 }"));
    expect(config.tasks[0]?.reward).toEqual({ math: 1, format: 0.3, tags: 0.1 });
  });

  it("says where each value came from", async () => {
    const { provenance } = await load(good, { set: ["train.lr=1e-6"] });
    expect(provenance["model.base"]).toEqual({ from: "file", line: 2, column: 16 });
    expect(provenance["train.lr"]).toEqual({ from: "flag", flag: "--set train.lr=1e-6" });
    expect(provenance["train.groupSize"]).toEqual({ from: "default" });
  });
});

describe("a wrong config is one line with its place and the remedy", () => {
  it.each([
    [
      "unknown key",
      `${good}train: { grupSize: 4 }\n`,
      'omni.yaml:7:10: unknown key "grupSize" in train; did you mean "groupSize"?',
    ],
    [
      "snake case",
      `${good}train:\n  group_size: 4\n`,
      'omni.yaml:8:3: unknown key "group_size" in train; did you mean "groupSize"?',
    ],
    ["unknown section", `${good}trian: {}\n`, 'omni.yaml:7:1: unknown key "trian"; did you mean "train"?'],
    ["wrong type", `${good}train: { lr: fast }\n`, 'omni.yaml:7:14: train.lr: expected a number, got the text "fast"'],
    [
      "wrong choice",
      good.replace("math\n", "maths\n"),
      'omni.yaml:5:13: tasks[0].family: the text "maths" is not allowed; did you mean "math"?',
    ],
    ["out of range", `${good}train: { topP: 1.5 }\n`, "omni.yaml:7:16: train.topP: expected at most 1, got 1.5"],
    [
      "fraction",
      `${good}train: { groupSize: 2.5 }\n`,
      "omni.yaml:7:21: train.groupSize: expected a whole number, got 2.5",
    ],
    ["version", good.replace("version: 1", "version: 2"), "omni.yaml:1:10: version: 2 is not allowed; there is: 1"],
    ["missing version", good.replace("version: 1\n", ""), 'omni.yaml:1:1: missing key "version"; add version: 1'],
    [
      "missing model",
      good.replace("model: { base: nano }\n", ""),
      'omni.yaml:1:1: missing key "model"; add model: { base: smollm2-135m-instruct }',
    ],
    [
      "missing source",
      good.replace("source: data/math.jsonl", ""),
      'omni.yaml:6:5: missing key "source" in tasks[0].data; add source: data/items.jsonl',
    ],
    [
      "no file",
      good.replace("math.jsonl", "mth.jsonl"),
      "omni.yaml:6:21: no such file or folder: data/mth.jsonl (looked for data/mth.jsonl); paths start from the folder of the config file",
    ],
    [
      "same id twice",
      good + good.split("tasks:\n")[1],
      'omni.yaml:7:9: task id "arithmetic" is used twice; give each task an id of its own',
    ],
    [
      "order",
      `${good}schedule: { kind: curriculum, order: [arithmetik] }\n`,
      'omni.yaml:7:39: order names no task: "arithmetik"; did you mean "arithmetic"?',
    ],
    [
      "auto without a file",
      `${good}schedule: { kind: curriculum, order: auto }\n`,
      "omni.yaml:7:38: order: auto needs transfer: PATH, a run of omni transfer or its transfer.json; add it",
    ],
    [
      "a file beside a given order",
      `${good}schedule: { kind: curriculum, order: [arithmetic], transfer: t.json }\n`,
      "omni.yaml:7:52: transfer is for order: auto, and here the order is given; remove one of the two",
    ],
    [
      "stage of no task",
      `${good}schedule: { kind: curriculum, order: [arithmetic], stages: { arithmetik: { lr: 1 } } }\n`,
      'omni.yaml:7:62: stages names no task: "arithmetik"; did you mean "arithmetic"?',
    ],
    [
      "key of a stage",
      `${good}schedule: { kind: curriculum, order: [arithmetic], stages: { arithmetic: { epoch: 1 } } }\n`,
      'omni.yaml:7:76: unknown key "epoch" in schedule.stages.arithmetic; did you mean "epochs"?',
    ],
    [
      "order twice",
      `${good}schedule: { kind: curriculum, order: [arithmetic, arithmetic] }\n`,
      'omni.yaml:7:51: order names "arithmetic" twice; name each task once',
    ],
    [
      "no order",
      `${good}schedule: { kind: curriculum }\n`,
      'omni.yaml:7:1: missing key "order" in schedule; add order: [the task ids]',
    ],
    [
      "kind",
      `${good}schedule: { kind: joined }\n`,
      'omni.yaml:7:19: schedule.kind: the text "joined" is not allowed; did you mean "joint"?',
    ],
    [
      "key of another kind",
      `${good}schedule: { kind: joint, order: [arithmetic] }\n`,
      'omni.yaml:7:26: unknown key "order" in schedule; there is: kind',
    ],
    [
      "ratios",
      `${good}schedule: { kind: mixed, ratios: { arith: 1 } }\n`,
      'omni.yaml:7:36: ratios names no task: "arith"; there is: arithmetic',
    ],
    [
      "negative ratio",
      `${good}schedule: { kind: mixed, ratios: { arithmetic: -1 } }\n`,
      "omni.yaml:7:48: schedule.ratios.arithmetic: expected at least 0, got -1",
    ],
    [
      "reward",
      good.replace("family: math", "family: math\n    reward: { code: 1 }"),
      'omni.yaml:6:15: a math task has no reward component "code"; there is: math, format, tags',
    ],
    [
      "style",
      good.replace("source:", "style: open, source:"),
      "omni.yaml:6:13: style is for tasks of family qa, this one is math; remove it",
    ],
    [
      "verifier",
      good.replace("family: math", "family: qa\n    verifier: math-verify"),
      "omni.yaml:6:5: verifier is for tasks of family math, this one is qa; remove it",
    ],
    [
      "verifier",
      good.replace("family: math", "family: math\n    rubric: rhyme"),
      "omni.yaml:6:5: rubric is for tasks of family writing, this one is math; remove it",
    ],
    [
      "verifier",
      good.replace("family: math", "family: code\n    boxedOutside: true"),
      "omni.yaml:6:5: boxedOutside is for tasks of family math or qa, this one is code; remove it",
    ],
    [
      "tolerance of another family",
      good.replace("family: math", "family: qa\n    tolerance: gold-digits"),
      "omni.yaml:6:5: tolerance is for tasks of family math, this one is qa; remove it",
    ],
    [
      "tolerance of 1 or more",
      good.replace("family: math", "family: math\n    tolerance: { relative: 1 }"),
      "omni.yaml:6:28: tasks[0].tolerance.relative: expected less than 1, got 1",
    ],
    [
      "tolerance that is a number",
      good.replace("family: math", "family: math\n    tolerance: 0.01"),
      "omni.yaml:6:16: tasks[0].tolerance: expected gold-digits, or { relative: r } with r more than 0 and less than 1, got 0.01",
    ],
    [
      "tolerance beside Math-Verify",
      good.replace("family: math", "family: math\n    verifier: math-verify\n    tolerance: gold-digits"),
      "omni.yaml:7:5: tolerance is for the builtin verifier; remove it, or verifier: math-verify",
    ],
    [
      "split",
      good.replace(" }\n`", "").replace("math.jsonl }", "math.jsonl, split: { validation: 0.5, test: 0.5 } }"),
      "omni.yaml:6:45: split leaves nothing to train on (0.5 + 0.5 ≥ 1); choose smaller shares",
    ],
    [
      "split type",
      good.replace("math.jsonl }", "math.jsonl, split: { test: true } }"),
      "omni.yaml:6:53: tasks[0].data.split.test: expected a share (0 ≤ share < 1) or the path of a file, got true",
    ],
    [
      "fields",
      good.replace("math.jsonl }", "math.jsonl, fields: { answer: 3 } }"),
      "omni.yaml:6:56: tasks[0].data.fields.answer: expected a dotted path or a mapping, got 3",
    ],
    [
      "judge address",
      `${good}judge: { baseUrl: nowhere, model: m }\n`,
      'omni.yaml:7:19: judge.baseUrl: expected an http(s) address such as https://host/v1, got the text "nowhere"',
    ],
    [
      "judge password",
      `${good}judge: { baseUrl: "http://a:b@host", model: m }\n`,
      "omni.yaml:7:19: baseUrl holds a user or password; give the secret as apiKey: ${VARIABLE}",
    ],
    [
      "syntax",
      `${good}train: { lr: 1\n`,
      "omni.yaml:8:1: not valid YAML: Flow map in block collection must be sufficiently indented and end with a }; correct this line",
    ],
    [
      "key twice",
      `${good}model: { base: nano }\n`,
      "omni.yaml:7:1: not valid YAML: Map keys must be unique; correct this line",
    ],
    [
      "unknown tag",
      `${good}name: !!python/object x\n`,
      "omni.yaml:7:7: not valid YAML: Unresolved tag: tag:yaml.org,2002:python/object; correct this line",
    ],
    ["list", "- 1\n", "omni.yaml:1:1: a config is a mapping of keys; start from the one that omni init writes"],
    ["empty", "", "omni.yaml:1:1: the file is empty; start from the one that omni init writes"],
  ])("%s", async (_name, text, message) => {
    expect((await refusal(text)).replaceAll(folder, "")).toBe(message);
  });

  it("lists every problem in the order of the file", async () => {
    const error = await load(`${good}train: { lr: fast, grupSize: 1 }\nnane: x\n`).catch((failure: unknown) => failure);
    const issues = error instanceof ConfigError ? (error.details.issues as readonly string[]) : [];
    expect(issues.map((line) => line.split("omni.yaml:")[1]?.split(": ")[0])).toEqual(["7:14", "7:20", "8:1"]);
  });

  it("names a file that is not there, a folder, and one that is too large", async () => {
    await expect(loadConfig(join(folder, "none.yaml"))).rejects.toThrow(
      /none\.yaml: no such config file; write one with: omni init/,
    );
    await expect(loadConfig(folder)).rejects.toThrow(/not a file; name a YAML config file/);
    expect(await refusal(`# ${"x".repeat(1024 * 1024)}\n${good}`)).toMatch(
      /a config has at most 1048576: is this a data file\?/,
    );
  });

  it("refuses aliases that expand without end, and nesting without end", async () => {
    const bomb = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`).join("\n");
    expect(await refusal(`a0: &a0 [x]\n${bomb}\n`)).toMatch(/aliases expand too far/);
    expect(await refusal(`${good}name: ${"[".repeat(300_000)}`)).toMatch(
      /omni\.yaml:\d+:\d+: (nested too deeply|not valid YAML)/,
    );
  });
});

describe("--set", () => {
  it("overrides, adds sections and reaches a task by index or id", async () => {
    const set = [
      "train.lr=1e-6",
      "tasks.arithmetic.klBeta=0.1",
      "tasks.0.data.limit=5",
      "judge={baseUrl: 'http://h', model: m}",
    ];
    const { config } = await load(good, { set });
    expect(config.train.lr).toBe(1e-6);
    expect(config.tasks[0]).toMatchObject({ klBeta: 0.1, data: { limit: 5 } });
    expect(config.judge?.model).toBe("m");
  });

  it("takes a key out with null, so that the default holds", async () => {
    const { config } = await load(`${good}train: { lr: 1 }\n`, { set: ["train.lr=null"] });
    expect(config.train.lr).toBe(1e-5);
  });

  it.each([
    ["train.lrr=1", '--set train.lrr=1: unknown key "lrr" in train; did you mean "lr"?'],
    ["train.lr=fast", '--set train.lr=fast: train.lr: expected a number, got the text "fast"'],
    ["train.lr", "--set train.lr: expected a.b.c=value, for example --set train.lr=1e-6"],
    ["train..lr=1", "--set train..lr=1: expected a.b.c=value, for example --set train.lr=1e-6"],
    ["tasks.arith.klBeta=1", '--set tasks.arith.klBeta=1: the list has no element "arith"; there is: arithmetic'],
    ["model.base.x=1", '--set model.base.x=1: "base" holds a single value, it has no keys; set "base" itself'],
    ["train.lr={", "--set train.lr={: the value is not valid YAML: Flow map must end with a }; quote it"],
    ["tasks.0.data.source=gone.jsonl", "--set tasks.0.data.source=gone.jsonl: no such file or folder: gone.jsonl"],
  ])("%s names the flag", async (set, message) => {
    expect(await refusal(good, { set: [set] })).toContain(message);
  });
});

describe("headers and query of the judge", () => {
  const judged = (rest: string) => `${good}judge:\n  baseUrl: http://h/v1\n  model: m\n${rest}`;
  const at = (place: string, message: string) => `omni.yaml:${place}: ${message}`;

  it("are sent as they stand, secrets among them kept as references", async () => {
    const text = judged(
      '  headers: { api-key: "${KEY}", X-Title: "my run", x-token: abc-literal }\n  query: { api-version: 2024-10-21, v: 2 }\n',
    );
    const { config, warnings } = await load(text, { env: { KEY: "k-123" } });
    const shown = renderConfig(config);
    expect(shown).toContain("api-key: ${KEY}");
    expect(shown).toContain("X-Title: my run");
    expect(shown).toContain("x-token: ${OMNI_JUDGE_HEADER_X_TOKEN}");
    expect(shown).toContain("api-version: 2024-10-21");
    expect(shown).not.toMatch(/k-123|abc-literal/);
    expect(warnings.join()).toContain("a secret stands in the config itself");
    expect(warnings.join()).not.toContain("abc-literal");
    expect(config.judge?.query).toEqual({ "api-version": "2024-10-21", v: "2" });
    const again = await load(shown, { env: { KEY: "k-123", OMNI_JUDGE_HEADER_X_TOKEN: "abc-literal" } });
    expect(renderConfig(again.config)).toBe(shown);
  });

  it.each([
    ["a line break", '  headers: { X-Title: "a\\nb" }\n', {}, "10:23", "judge.headers.X-Title: a header is one line"],
    [
      "a line break in a secret",
      '  headers: { api-key: "s-1\\r\\nX: y" }\n',
      {},
      "10:23",
      "judge.headers.api-key: a header is one line",
    ],
    ["another script", '  headers: { X-Title: "日本" }\n', {}, "10:23", "judge.headers.X-Title: a header is one line"],
    ["a name with a blank", '  headers: { "X Title": a }\n', {}, "10:25", "judge.headers.X Title: a header's name has"],
    ["a name with a line break", '  headers: { "X\\nTitle": a }\n', {}, "10:26", "judge.headers.X\\nTitle"],
    [
      "a header of the client's",
      "  headers: { Content-Length: 3 }\n",
      {},
      "10:30",
      "judge.headers.Content-Length: this header is set by",
    ],
    [
      "a variable with a line break",
      '  headers: { api-key: "${KEY}" }\n',
      { KEY: "k-1\n" },
      "10:23",
      "api-key holds a line break",
    ],
    ["a key with a line break", '  apiKey: "${KEY}"\n', { KEY: "k-1\n" }, "10:11", "apiKey holds a line break"],
    [
      "a variable that is missing",
      '  headers: { api-key: "${KEY}" }\n',
      {},
      "10:23",
      "judge.headers.api-key: environment variable KEY is not set",
    ],
    [
      "a variable of the query that is missing",
      '  query: { k: "${KEY}" }\n',
      {},
      "10:15",
      "judge.query.k: environment variable KEY is not set",
    ],
    ["a list", "  headers: { a: [1] }\n", {}, "10:17", "judge.headers.a: expected a text or a number"],
  ] as const)("are refused with their place for %s", async (_, rest, env, place, message) => {
    const said = await refusal(judged(rest), { env });
    expect(said).toContain(at(place, message));
    expect(said).not.toMatch(/k-1|s-1/);
  });

  it("a secret in the base URL's query is refused, a version there is not", async () => {
    const text = judged("").replace("http://h/v1", "http://h/v1?api-key=abc");
    const said = await refusal(text);
    expect(said).toBe(
      at("8:12", 'baseUrl holds "api-key" in its query; give it as judge.query, with a variable for its value'),
    );
    await expect(load(judged("").replace("http://h/v1", "http://h/v1?api-version=1"))).resolves.toBeDefined();
  });

  it("leave out a temperature of null, in the file and by --set", async () => {
    expect((await load(judged("  temperature: null\n"))).config.judge?.temperature).toBe(null);
    expect((await load(judged(""), { set: ["judge.temperature=null"] })).config.judge?.temperature).toBe(null);
    expect((await load(judged(""))).config.judge).toMatchObject({
      temperature: 0.4,
      maxTokens: 4096,
      systemRole: true,
    });
  });
});

describe("variables and secrets", () => {
  const judged = `${good}judge: { baseUrl: "http://h/v1", model: m, apiKey: "\${KEY}" }\n`;

  it("expand in string values, and a doubled dollar keeps the text", async () => {
    const text = `${good.replace("data/math.jsonl", '"${DIR}/math.jsonl"')}    prompt: { template: "{question} $\${DIR}" }\n`;
    const { config } = await load(text, { env: { DIR: "data" } });
    expect(config.tasks[0]?.data.source).toBe(join(folder, "data/math.jsonl"));
    expect(config.tasks[0]?.prompt.template).toBe("{question} ${DIR}");
  });

  it("name the variable that is missing, for a secret also when it is empty", async () => {
    const place = "omni.yaml:7:52: judge.apiKey: environment variable KEY is not set; export KEY=…";
    expect(await refusal(judged)).toContain(place);
    expect(await refusal(judged, { env: { KEY: "" } })).toContain(place);
  });

  it("never stand in the config: it keeps the reference and reveals on demand", async () => {
    const { config, warnings } = await load(judged, { env: { KEY: "sk-1234" } });
    expect(JSON.stringify(config)).not.toContain("sk-1234");
    expect(renderConfig(config)).toContain("apiKey: ${KEY}");
    expect(config.judge?.apiKey?.reveal({ KEY: "sk-1234" })).toBe("sk-1234");
    expect(warnings).toEqual([]);
  });

  it("come from a file beside the config", async () => {
    const text = judged.replace("${KEY}", "file:key.txt");
    expect(await refusal(text)).toBe(
      "omni.yaml:7:52: key.txt: secret file cannot be read (ENOENT); create it or name another",
    );
    writeFileSync(join(folder, "key.txt"), "sk-5678\n");
    const { config } = await load(text);
    expect(config.judge?.apiKey?.reveal({})).toBe("sk-5678");
    expect(renderConfig(config)).not.toContain("sk-5678");
  });

  it("given literally are warned of and written as a variable", async () => {
    const { config, warnings } = await load(judged.replace("${KEY}", "sk-9999"));
    expect(warnings[0]).toContain("omni.yaml:7:52: a secret stands in the config itself");
    expect(renderConfig(config)).toContain("${OMNI_JUDGE_API_KEY}");
    expect(renderConfig(config)).not.toContain("sk-9999");
    expect(config.judge?.apiKey?.reveal({})).toBe("sk-9999");
  });
});

describe("a rendered config", () => {
  it("loads back to the same config, escaped dollars included", async () => {
    const text = `${good}    prompt: { template: "{question} $\${DIR}" }\nschedule: { kind: curriculum, order: [arithmetic] }\n`;
    const { config } = await load(text);
    const again = await load(renderConfig(config));
    expect(again.config).toEqual(config);
  });
});

describe("a config given as an object", () => {
  it("is checked the same way, without a file to point at", () => {
    expect(() => resolveConfig({ version: 1, model: { base: "nano" }, train: { lrr: 1 } })).toThrow(
      'config: train.lrr: unknown key "lrr" in train; did you mean "lr"?',
    );
  });

  it("may schedule tasks that the program adds", () => {
    const given = { version: 1, model: { base: "nano" }, schedule: { kind: "curriculum", order: ["mine"] } };
    expect(() => resolveConfig(given)).toThrow(/order names no task: "mine"/);
    expect(resolveConfig(given, { customTasks: ["mine"] }).schedule).toEqual(given.schedule);
  });
});
