import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CodeTests } from "../../src/core/index.js";
import type { Submission } from "../../src/sandbox/index.js";

/** A program with its tests. */
export interface SandboxProgram {
  readonly name: string;
  readonly language: Submission["language"];
  readonly code: string;
  readonly tests: CodeTests;
  /** Its tests cannot be kept apart from it. */
  readonly shares: boolean;
  /** A hostile one that only tests apart from the program withstand. */
  readonly apart: boolean;
}

const fixtures = fileURLToPath(new URL("../fixtures/sandbox/", import.meta.url));

/**
 * The programs of a folder of test/fixtures/sandbox: `right` ones earn the reward, `hostile` ones must not; those of `-science`
 * want the image python-science. A file holds
 * several: `#% KIND: NAME`, the program, then `#% tests`, or pairs of `#% in` and `#% out`; without any, the tests of the one before it. KIND is stdio, node (stdio again), asserts, unittest or
 * `unittest in the same file`; `, sharing a process` or `, apart` may follow it.
 */
export function sandboxPrograms(
  which: "right" | "hostile" | "right-science" | "hostile-science",
): readonly SandboxProgram[] {
  const folder = `${fixtures}${which}/`;
  return readdirSync(folder).flatMap((file) => {
    const texts = readFileSync(folder + file, "utf8").split(/^#% (?=(?:stdio|node|asserts|unittest)\b)/m);
    let before = "";
    return texts.slice(1).map((text) => {
      before = /^#% tests\n([\s\S]*)/m.exec(text)?.[1] ?? before;
      return parse(text, before);
    });
  });
}

function parse(text: string, tests: string): SandboxProgram {
  const [, kind = "", name = "", rest = ""] = /^([^:]+): (.*)\n([\s\S]*)$/.exec(text) ?? [];
  const [code = "", ...parts] = rest.split(/^#% /m);
  const part = (title: string) =>
    parts.filter((each) => each.startsWith(`${title}\n`)).map((each) => each.slice(title.length + 1));
  const outputs = part("out");
  const shares = kind.endsWith(", sharing a process");
  const language = kind === "node" ? "node" : "python";
  const given = { name: `${kind}: ${name}`, language, code, shares, apart: kind.endsWith(", apart") } as const;
  if (kind === "stdio" || kind === "node") {
    const cases = part("in").map((stdin, place) => ({ stdin, stdout: outputs[place] ?? "" }));
    return { ...given, tests: { kind: "stdio", cases } };
  }
  if (kind.startsWith("asserts")) return { ...given, tests: { kind: "asserts", code: tests } };
  const mode = kind.includes("in the same file") ? "same_file" : "module";
  return { ...given, tests: { kind: "unittest", mode, code: tests } };
}
