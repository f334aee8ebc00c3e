import { isRecord } from "../../src/tasks/sources/index.js";

/** A row, as a line of `omni sandbox run` and what is known beside it. */
export interface Shaped {
  readonly line: object;
  readonly right?: boolean;
  readonly image?: string;
}

type Row = Readonly<Record<string, unknown>>;

const has = (row: Row, ...names: readonly string[]) => names.every((name) => typeof row[name] === "string");
const strings = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);

/** `{"line", "image"?, "expected"?: {"reward"}}`: a line of `omni sandbox run` in an envelope. */
function envelope(row: Row): Shaped | undefined {
  const { line, image, expected } = row;
  if (!isRecord(line) || !("code" in line)) return undefined;
  return {
    line,
    ...(typeof image === "string" ? { image } : {}),
    ...(isRecord(expected) ? { right: expected.reward === 1 } : {}),
  };
}

/** A line of `omni sandbox run` itself, with `"right": false` where it should earn nothing, and `"image"`. */
function own({ right, image, ...line }: Row): Shaped | undefined {
  if (!has(line, "language", "code")) return undefined;
  return {
    line,
    ...(typeof image === "string" ? { image } : {}),
    ...(typeof right === "boolean" ? { right } : {}),
  };
}

/** BigCodeBench: the prompt's code and its solution, tests of a `unittest.TestCase` that follow it in one file. */
function bigCodeBench(row: Row): Shaped | undefined {
  if (!has(row, "task_id", "code_prompt", "canonical_solution", "test")) return undefined;
  const code = `${row.code_prompt}${row.canonical_solution}\n`;
  return { line: python(row.task_id, code, { kind: "unittest", mode: "same_file", code: row.test }) };
}

/** HumanEval and HumanEval+: `check(candidate)` is defined in `test` and called with the entry point. */
function humanEval(row: Row): Shaped | undefined {
  if (!has(row, "task_id", "prompt", "canonical_solution", "test", "entry_point")) return undefined;
  const code = `${row.prompt}${row.canonical_solution}\n`;
  return {
    line: python(row.task_id, code, { kind: "asserts", code: `${row.test}\n\ncheck(${row.entry_point})\n` }),
  };
}

/** MBPP and MBPP+: assert lines (`test_list`), or for MBPP+ one `test`, with what they need before them. */
function mbpp(row: Row): Shaped | undefined {
  if (!has(row, "code") || row.task_id === undefined) return undefined;
  const lines = typeof row.test === "string" ? [row.test] : strings(row.test_list);
  if (lines.length === 0) return undefined;
  const setup = [row.test_setup_code, ...strings(row.test_imports)].filter((part) => typeof part === "string");
  const code = String(row.code).replaceAll("\r\n", "\n");
  return { line: python(row.task_id, code, { kind: "asserts", setup: setup.join("\n"), code: lines.join("\n") }) };
}

function python(id: unknown, code: string, tests: object): object {
  return { id: String(id), language: "python", code, tests };
}

/** The shapes that are read, the first that fits. */
export const shapes: readonly ((row: unknown) => Shaped | undefined)[] = [
  envelope,
  own,
  bigCodeBench,
  humanEval,
  mbpp,
].map((shape) => (row: unknown) => (isRecord(row) ? shape(row) : undefined));
