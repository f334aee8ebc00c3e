import type { Submission } from "../../src/sandbox/index.js";

/**
 * The program and its tests as one ordinary program, which exits with 0 when they pass: what plain Python says of them in the
 * same container. Undefined where the tests are such runs already.
 */
export function plainly({ tests, ...submission }: Submission): Submission | undefined {
  if (tests.kind === "stdio") return undefined;
  const code =
    tests.kind === "asserts"
      ? [submission.code, tests.setup ?? "", tests.code].join("\n")
      : [tests.mode === "module" ? asModule(submission.code) : submission.code, tests.code, runTests].join("\n");
  return { ...submission, code, tests: { kind: "stdio", cases: [{ stdin: "", stdout: "" }] } };
}

const runTests = `
if __name__ == "__main__":
    import unittest as _unittest
    _unittest.main(argv=["tests"])
`;

function asModule(code: string): string {
  return `import sys as _sys, types as _types
_module = _sys.modules["solution"] = _types.ModuleType("solution")
exec(compile(${JSON.stringify(code)}, "solution.py", "exec"), vars(_module))
`;
}

const importLine = /^\s*(?:from\s+([A-Za-z_]\w*)[\w.]*\s+import|import\s+(.+))/gm;

/** First names of the modules that import statements of a program and its tests name. */
export function importsOf({ code, tests }: Submission): readonly string[] {
  const text = tests.kind === "stdio" ? code : `${code}\n${tests.code}`;
  const names = [...text.matchAll(importLine)].flatMap(([, from, list = ""]) =>
    from === undefined ? list.split(",").map((part) => /^\s*([A-Za-z_]\w*)/.exec(part)?.[1] ?? "") : [from],
  );
  return [...new Set(names)].filter((name) => name !== "" && name !== "solution");
}
