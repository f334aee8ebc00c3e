import { type CodeTests, DataError, type Gold } from "../../core/index.js";
import { type Family, formatRequest, noGold } from "../family.js";
import { listField, textField } from "../mapping/field-value.js";
import type { MappedRow } from "../mapping/map-row.js";
import { isRecord } from "../sources/index.js";
import { callTests } from "./call-tests.js";
import { parseTests } from "./parse-tests.js";

/**
 * Python programs run against tests: `tests` is assert lines (text or list; `setup` runs before them) or the sandbox's
 * own form `{kind: stdio | unittest | asserts, …}`; `unittest` a test module's code (`unittestMode: same_file` where it
 * follows the program); `stdin` with `stdout` parallel lists; `call` a function's name with `inputs` (a JSON value a
 * line, one line an argument) and `outputs` (JSON).
 */
export const codeFamily: Family = {
  name: "code",
  goldFields: [
    "tests",
    "setup",
    "unittest",
    "unittestMode",
    "stdin",
    "stdout",
    "call",
    "inputs",
    "outputs",
    "solution",
  ],
  required: [["tests", "unittest", "stdin", "call"]],
  variables: ["tests"],
  system: `${formatRequest} The answer is only Python code.`,
  build: (row) => {
    const tests = testsOf(row);
    const solution = textField(row, "solution");
    const gold: Gold =
      typeof tests === "string" ? noGold(tests) : { kind: "code", tests, ...(solution !== undefined && { solution }) };
    return { gold, variables: { tests: typeof tests === "string" ? "" : shownTests(tests) }, template: "{question}" };
  },
};

/** The tests of a row, or why it has none. */
function testsOf(row: MappedRow): CodeTests | string {
  if (isRecord(row.fields.tests)) return parseTests(row.fields.tests, row.origin);
  const unittest = textField(row, "unittest");
  if (unittest !== undefined) return { kind: "unittest", mode: unittestMode(row), code: unittest };
  const call = textField(row, "call")?.trim();
  if (call !== undefined) return callTests(call, texts(row.fields.inputs), texts(row.fields.outputs));
  if (row.fields.stdin !== undefined) return stdioTests(row);
  const code = listField(row, "tests")?.join("\n") ?? "";
  if (code.trim() === "") return "the tests are empty";
  const setup = textField(row, "setup");
  return { kind: "asserts", code, ...(setup !== undefined && { setup }) };
}

function unittestMode(row: MappedRow): "module" | "same_file" {
  const mode = textField(row, "unittestMode")?.trim() ?? "module";
  if (mode === "module" || mode === "same_file") return mode;
  throw new DataError(`${row.origin}: unittestMode "${mode}" is unknown; use module or same_file`, { code: "bad_row" });
}

function stdioTests(row: MappedRow): CodeTests | string {
  const stdin = texts(row.fields.stdin);
  const stdout = texts(row.fields.stdout);
  if (stdin.length !== stdout.length) return `${stdin.length} inputs but ${stdout.length} outputs`;
  if (stdin.length === 0) return "the tests are empty";
  return { kind: "stdio", cases: stdin.map((text, index) => ({ stdin: text, stdout: stdout[index] ?? "" })) };
}

/** An empty input or output is a case like any other, so blanks stay. */
function texts(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

/** Tests as a prompt's `{tests}` shows them. */
function shownTests(tests: CodeTests): string {
  if (tests.kind !== "stdio") return tests.code;
  return tests.cases.map(({ stdin, stdout }) => `Input:\n${stdin}\nOutput:\n${stdout}`).join("\n");
}
