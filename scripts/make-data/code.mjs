import { functions } from "./code-functions.mjs";
import { argument, python, stdin } from "./code-inputs.mjs";
import { programs } from "./code-programs.mjs";
import { demo, randomStream } from "./random.mjs";

/** Functions against asserts or unittest, and programs against standard input and output, each with a solution. */
export function codeItems() {
  const random = randomStream("omni-data/code");
  const items = [
    ...functions.map((row, index) => functionItem(row, index, random)),
    ...programs.map((row) => programItem(row, random)),
  ];
  return items.map((item, index) => ({ id: `code-${String(index + 1).padStart(3, "0")}`, ...item }));
}

function functionItem([name, parameters, returns, expression, twin], index, random) {
  const specs = parameters.split(" ").map((spec) => spec.split(":"));
  const signature = specs.map(([parameter]) => parameter).join(", ");
  const cases = distinctCases(
    () => specs.map(([, kind]) => argument[kind](random)),
    (args) => twin(...structuredClone(args)),
    4,
  );
  const calls = cases.map(([args, result]) => [`${name}(${args.map(python).join(", ")})`, python(result)]);
  const solution = `def ${name}(${signature}):\n    return ${expression}`;
  return {
    problem: `Write a Python function ${name}(${signature}) that returns ${returns}.`,
    tests:
      index % 3 === 2
        ? unittest(name, calls)
        : { kind: "asserts", code: calls.map(([call, result]) => `assert ${call} == ${result}`).join("\n") },
    solution,
    demo: demo(`Return ${returns.split(", else")[0]}.`, solution),
  };
}

function unittest(name, calls) {
  const methods = calls.map(
    ([call, result], index) => `    def test_${index + 1}(self):\n        self.assertEqual(${call}, ${result})`,
  );
  const code = [
    "import unittest",
    `from solution import ${name}`,
    "",
    "",
    `class Test(unittest.TestCase):`,
    methods.join("\n\n"),
    "",
  ].join("\n");
  return { kind: "unittest", mode: "module", code };
}

function programItem([reads, prints, kind, solution, twin], random) {
  const cases = distinctCases(
    () => stdin[kind](random),
    (input) => String(twin(input)),
    3,
  );
  return {
    problem: `Write a Python program that reads ${reads} from standard input and prints ${prints}.`,
    tests: { kind: "stdio", cases: cases.map(([input, output]) => ({ stdin: `${input}\n`, stdout: `${output}\n` })) },
    solution,
    demo: demo(`Read ${reads}, print ${prints.split(", ")[0]}.`, solution),
  };
}

/** Cases with different inputs and at least two results, so that no constant passes. */
function distinctCases(makeInput, resultOf, count) {
  for (;;) {
    const cases = new Map();
    while (cases.size < count) {
      const input = makeInput();
      cases.set(JSON.stringify(input), [input, resultOf(input)]);
    }
    const results = new Set([...cases.values()].map(([, result]) => JSON.stringify(result)));
    if (results.size > 1) return [...cases.values()];
  }
}
