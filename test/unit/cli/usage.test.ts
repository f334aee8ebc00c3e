import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { omni } from "./harness.js";

let folder: string;
const home = process.cwd();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "omni-cli-"));
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

const commands = [
  ...["init", "setup", "doctor", "plan", "train", "resume", "eval", "sft", "experiment", "runs", "export"],
  ...["reward", "sandbox", "transfer", "schedule"],
];

describe("help", () => {
  it("lists every command, the streams and the exit codes", async () => {
    const { code, stdout, stderr } = await omni(["--help"]);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, "m"));
    expect(stdout).toContain("4 stopped but resumable");
  });

  it.each(commands)("of %s is there and says --json", async (command) => {
    const first: Readonly<Record<string, string>> = { runs: "list", sandbox: "run" };
    const { code, stdout } = await omni([command, ...(first[command] === undefined ? [] : [first[command]]), "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("--json");
  });
});

describe("wrong usage is one line with a remedy and exit code 2", () => {
  it.each([
    [["trian"], "error: unknown command 'trian' (Did you mean train?); see: omni --help\n"],
    [
      ["train", "x.yaml", "--sett", "a=1"],
      "error: unknown option '--sett' (Did you mean --set?); see: omni train --help\n",
    ],
    [["train"], "error: missing required argument 'config'; see: omni train --help\n"],
    [
      ["train", "a.yaml", "b.yaml"],
      "error: too many arguments for 'train'. Expected 1 argument but got 2.; see: omni train --help\n",
    ],
    [["export", "r"], "error: required option '--to <dir>' not specified; see: omni export --help\n"],
    [
      ["train", "x.yaml", "--run-id", "../up"],
      'error: option \'--run-id <id>\' argument \'../up\' is invalid. use letters, digits, ".", "_", "-" (at most 100).; see: omni train --help\n',
    ],
    [
      ["sandbox", "self-check", "--kind", "docker"],
      "error: unknown option '--kind'; see: omni sandbox self-check --help\n",
    ],
    [["train", "none.yaml"], "error: none.yaml: no such config file; write one with: omni init\n"],
  ])("%j", async (argv, stderr) => {
    expect(await omni(argv)).toEqual({ code: 2, stdout: "", stderr });
  });

  it("without a command shows the help on stderr", async () => {
    const { code, stdout, stderr } = await omni([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("Usage: omni");
  });

  it("with --json is also one document on stdout", async () => {
    const { code, stdout } = await omni(["train", "none.yaml", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: "no_config",
        boundary: "config",
        message: "none.yaml: no such config file; write one with: omni init",
      },
      exitCode: 2,
    });
  });
});

describe("a wrong config", () => {
  const base = "version: 1\nmodel: { base: nano }\n";

  it.each([
    [
      "unknown key",
      `${base}train: { lrr: 1 }\n`,
      [],
      'error: omni.yaml:3:10: unknown key "lrr" in train; did you mean "lr"?\n',
    ],
    ["wrong type", `${base}seed: soon\n`, [], 'error: omni.yaml:3:7: seed: expected a number, got the text "soon"\n'],
    [
      "missing file",
      `${base}tasks: [{ id: a, family: math, data: { source: gone.jsonl } }]\n`,
      [],
      `error: omni.yaml:3:48: no such file or folder: gone.jsonl (looked for DIR/gone.jsonl); paths start from the folder of the config file\n`,
    ],
    [
      "wrong flag",
      base,
      ["--set", "seed=soon"],
      'error: --set seed=soon: seed: expected a number, got the text "soon"\n',
    ],
  ])(
    "(%s) names the place and the remedy, exit code 2, and leaves nothing behind",
    async (_name, text, flags, stderr) => {
      writeFileSync("omni.yaml", text);
      const outcome = await omni(["train", "omni.yaml", ...flags]);
      expect({ ...outcome, stderr: outcome.stderr.replace(process.cwd(), "DIR") }).toEqual({
        code: 2,
        stdout: "",
        stderr,
      });
    },
  );

  it("with several mistakes tells each on a line of its own", async () => {
    writeFileSync("omni.yaml", `${base}seed: soon\ntrain: { lrr: 1 }\n`);
    const { stderr } = await omni(["plan", "omni.yaml"]);
    expect(stderr.match(/^error: omni\.yaml:\d+:\d+: /gm)).toHaveLength(2);
  });
});

describe("a run that is not there", () => {
  it.each([["resume"], ["eval"]])("is told by %s with where it was looked for, exit code 1", async (command) => {
    const { code, stderr } = await omni([command, "first"]);
    expect(code).toBe(1);
    expect(stderr).toBe("error: first: no such run (looked in first and runs/first); list them with: omni runs\n");
  });
});
