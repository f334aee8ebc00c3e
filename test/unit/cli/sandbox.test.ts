import { describe, expect, it } from "vitest";
import { needDocker } from "../sandbox/docker-here.js";
import { omni } from "./harness.js";

const sum = { kind: "stdio", cases: [{ stdin: "1 2", stdout: "3" }] };
const adds = "a, b = map(int, input().split())\nprint(a + b)";

async function run(rows: readonly unknown[], ...flags: readonly string[]) {
  const stdin = rows.map((row) => `${typeof row === "string" ? row : JSON.stringify(row)}\n`);
  const { code, stdout, stderr } = await omni(["sandbox", "run", "--input", "-", "--json", ...flags], { stdin });
  const lines = stdout.split("\n").filter(Boolean);
  return { code, stderr, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

const embedded = ["--kind", "embedded", "--concurrency", "1"];
const wide = 120_000;

describe("omni sandbox run", () => {
  it("answers in the contract's words and in the order of the input", { timeout: wide }, async () => {
    const { code, lines } = await run(
      [
        { id: "slow", language: "python", code: "while True: pass", tests: sum, limits: { wall_s: 1 } },
        { id: 2, language: "python", code: adds, tests: sum },
      ],
      ...embedded,
    );
    expect(code).toBe(0);
    expect(lines).toEqual([
      expect.objectContaining({ id: "slow", reward: 0, verdict: "time_limit", passed: 0, total: 1 }),
      {
        ...{ id: 2, reward: 1, verdict: "passed", passed: 1, total: 1 },
        ...{ wall_s: expect.any(Number), cpu_s: expect.any(Number), stdout: "3\n", stderr: "", truncated: false },
      },
    ]);
  });

  it("names each wrong line, keeps its place, goes on with the others and ends with 1", { timeout: wide }, async () => {
    const program = { id: 1, language: "python", code: adds, tests: sum };
    const wrong: readonly (readonly [row: unknown, message: RegExp, verdict: string])[] = [
      ["not json", /not JSON/, "rejected"],
      [[1], /a JSON object is expected/, "rejected"],
      [{ ...program, id: {} }, /field "id"/, "rejected"],
      [{ ...program, code: 1 }, /field "code"/, "rejected"],
      [{ ...program, language: "cobol" }, /language cobol is unknown/, "rejected"],
      [{ ...program, tests: undefined }, /no tests/, "no_tests"],
      [{ ...program, tests: { kind: "stdio", cases: [] } }, /empty/, "no_tests"],
      [{ ...program, tests: { kind: "magic" } }, /unknown shape/, "rejected"],
      [{ ...program, tests: { kind: "asserts", code: "assert (" } }, /do not parse/, "rejected"],
      [{ ...program, limits: { wall_s: -1 } }, /limit wall_s is -1/, "rejected"],
      [{ ...program, limits: { wall_s: 0, pids: -1 } }, /limit wall_s is 0;.*; limit pids is -1/, "rejected"],
      [{ ...program, limits: { walls: 1 } }, /unknown limit "walls"/, "rejected"],
      [{ ...program, code: "#".repeat(1024 * 1024 + 1) }, /1048577 bytes long/, "rejected"],
    ];
    const { code, lines, stderr } = await run([...wrong.map(([row]) => row), program], ...embedded);
    expect(code).toBe(1);
    expect(lines.map((line) => line.verdict)).toEqual([...wrong.map(([, , verdict]) => verdict), "passed"]);
    for (const [index, [, message]] of wrong.entries()) {
      const told = stderr.split("\n").find((line) => line.startsWith(`error: stdin:${index + 1}: `));
      expect(told).toMatch(message);
    }
    expect(stderr).toContain("14 lines, 1 passed, 13 wrong");
  });

  it("takes its settings from --set and --image without a config", { timeout: wide }, async () => {
    const program = { id: 1, language: "python", code: "while True: pass", tests: sum };
    const set = (value: string) => run([program], "--set", value, "--kind", "embedded");
    const { lines } = await set("sandbox.limits.cpuS=0.5");
    expect(lines).toEqual([expect.objectContaining({ verdict: "time_limit" })]);
    const wrong = await set("sandbox.limits.cpus=1");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/--set.*cpus.*did you mean.*cpuS/is);
    const unknown = await run([program], "--image", "nobody/made-this:1", "--kind", "docker");
    expect(unknown.code).toBe(3);
  });

  it("says that there is nothing in an empty input", { timeout: wide }, async () => {
    const { code, stdout, stderr } = await omni(["sandbox", "run", "--input", "-", ...embedded], { stdin: ["\n"] });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/error: stdin: there is no line in it/);
  });

  it("stops at the first wrong line with --strict", { timeout: wide }, async () => {
    const program = { id: 1, language: "python", code: adds, tests: sum };
    const { code, lines } = await run(["{}", program, program], "--strict", ...embedded);
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
  });

  it("finds tests that fail against their solution, and tests that fail against every program", {
    timeout: wide,
  }, async () => {
    const tests = { kind: "asserts", code: "assert f(1) == 2" };
    const { code, stderr } = await run(
      [
        { id: 1, language: "python", code: "def f(x): return x", tests },
        { id: 2, language: "python", code: "def f(x): return -x", tests },
        { id: 3, language: "python", code: adds, solution: "print(4)", tests: sum },
      ],
      "--check-solution",
      ...embedded,
    );
    expect(code).toBe(1);
    expect(stderr).toContain("stdin:1: the tests fail against every program (2)");
    expect(stderr).toContain("stdin:3: the tests fail against the line's own solution (wrong_answer, 0 of 1)");
  });

  it("runs JavaScript behind the same contract", { timeout: wide }, async (context) => {
    needDocker(context);
    const reads = "const [a, b] = require('fs').readFileSync(0, 'utf8').split(' ').map(Number);";
    const tests = { kind: "asserts", code: "assert True" };
    const { lines } = await run(
      [
        { id: 1, language: "node", code: `${reads} console.log(a + b)`, tests: sum },
        { id: 2, language: "node", code: `${reads} console.log(a - b)`, tests: sum },
        { id: 3, language: "node", code: "while (true);", tests: sum, limits: { wall_s: 1 } },
        {
          id: 4,
          language: "node",
          code: "const held = []; while (true) held.push(Buffer.alloc(1 << 24, 1))",
          tests: sum,
        },
        { id: 5, language: "node", code: "throw new Error('no')", tests: sum },
        { id: 6, language: "node", code: "1", tests },
      ],
      "--kind",
      "docker",
    );
    const verdicts = ["passed", "wrong_answer", "time_limit", "memory_limit", "runtime_error", "rejected"];
    expect(lines.map((line) => line.verdict)).toEqual(verdicts);
  });

  it("ends on Ctrl-C with 130 and leaves nothing", { timeout: wide }, async (context) => {
    needDocker(context);
    const endless = { id: 1, language: "python", code: "while True: pass", tests: sum, limits: { wall_s: 600 } };
    const argv = ["sandbox", "run", "--input", "-", "--json", "--kind", "docker"];
    const stdin = [`${JSON.stringify(endless)}\n`, "not json\n".repeat(300)];
    // The wrong lines are told at once; the endless program is under way then.
    const { code } = await omni(argv, { stdin, onStderr: (text, interrupt) => text.includes("so far") && interrupt() });
    expect(code).toBe(130);
    const { stdout } = await omni(["sandbox", "ps", "--json"]);
    const { hosts } = JSON.parse(stdout) as { hosts: { containers: { owner: string }[] }[] };
    const mine = hosts
      .flatMap(({ containers }) => containers)
      .filter(({ owner }) => owner.includes(`/${process.pid}/`));
    expect(mine).toEqual([]);
  });
});

describe("omni sandbox ps and prune", () => {
  it("say that no daemon answers, with exit code 3", async () => {
    for (const command of ["ps", "prune"]) {
      const env = { ...process.env };
      process.env.DOCKER_HOST = "unix:///nonexistent/docker.sock";
      const { code, stderr } = await omni(["sandbox", command], { env });
      if (env.DOCKER_HOST === undefined) delete process.env.DOCKER_HOST;
      else process.env.DOCKER_HOST = env.DOCKER_HOST;
      expect(code).toBe(3);
      expect(stderr).toMatch(/no Docker daemon answers at unix:\/\/\/nonexistent.*start dockerd/);
    }
  });
});

describe("omni sandbox bench", () => {
  it("keeps its own figures when a rival fails, and says why that has none", { timeout: wide }, async (context) => {
    needDocker(context);
    const parts = ["--only", "stdio", "tests", "llm-sandbox", "--llm-sandbox", "/nonexistent/python"];
    const { code, stdout } = await omni(["sandbox", "bench", "--count", "12", "--json", ...parts]);
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as Record<string, unknown>;
    expect(result).toMatchObject({
      stdio: { perS: expect.any(Number), unpassed: 0 },
      tests: { perS: expect.any(Number), unpassed: 0 },
      ...{ latency: null, dockerRunPerS: null, llmSandbox: null },
      notMeasured: { "llm-sandbox": expect.stringContaining("/nonexistent/python") },
      left: { containers: 0 },
      stats: { finished: 26, verdicts: { passed: 26 }, retries: 0 },
    });
  });
});

describe("omni sandbox packages", () => {
  it("lists what programs of an image can import, and names what is missing", { timeout: wide }, async (context) => {
    needDocker(context);
    const args = ["sandbox", "packages", "--image", "python-science", "--json"];
    const all = await omni([...args, "numpy", "json", "no_such_module"]);
    expect(all.code).toBe(1);
    const { packages, missing } = JSON.parse(all.stdout) as {
      readonly packages: readonly { readonly module: string; readonly distribution?: string }[];
      readonly missing: readonly string[];
    };
    expect(missing).toEqual(["no_such_module"]);
    const named = new Map(packages.map(({ module, distribution }) => [module, distribution]));
    expect(named.get("sklearn")).toBe("scikit-learn");
    expect(named.get("cv2")).toBe("opencv-python-headless");
    expect(named.has("json")).toBe(false);
    const there = await omni([...args, "tensorflow", "faker", "geopandas"]);
    expect(there.code).toBe(0);
  });
});
