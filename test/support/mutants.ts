import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { CodeTests } from "../../src/core/index.js";
import { serverPython } from "./python.js";

/** A reference solution with its tests. */
export interface Reference {
  readonly id: string;
  readonly code: string;
  readonly tests: CodeTests;
}

/** What plain Python, without any sandbox, makes of a reference solution and of copies with one operator or constant changed. */
export interface Mutated {
  readonly id: string;
  readonly passes: boolean;
  /** Copies that behave differently on the tests' inputs. */
  readonly mutants: readonly { readonly code: string; readonly how: string; readonly passes: boolean }[];
  /** Copies that do not. */
  readonly equivalent: number;
}

const script = fileURLToPath(new URL("mutants.py", import.meta.url));

/** At most `most` mutants of each solution, drawn from the seed. */
export async function mutantsOf(items: readonly Reference[], most: number, seed: number): Promise<readonly Mutated[]> {
  const text = await new Promise<string>((resolve, reject) => {
    const options = { maxBuffer: 1 << 28, env: { PYTHONHASHSEED: "0" } };
    const child = execFile(serverPython(), [script], options, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(stderr, { cause: error })),
    );
    child.stdin?.end(JSON.stringify({ items, most, seed }));
  });
  return text
    .trim()
    .split("\n")
    .map((line): Mutated => JSON.parse(line));
}
