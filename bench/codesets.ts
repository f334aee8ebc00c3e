/**
 * Sets of right programs through the Docker sandbox with their own tests: who loses a reward, by kind.
 * --data DIR holds the sets, which you bring: a file NAME.jsonl or NAME.jsonl.gz each, a program a line, of one of these shapes:
 *   {"id", "language", "code", "tests", "limits"?, "image"?, "right"?}     as `omni sandbox run` takes it; "right": false earns nothing
 *   {"line": {…as above}, "image"?, "expected"?: {"reward": 0 | 1}}
 *   {"task_id", "code_prompt", "canonical_solution", "test"}                BigCodeBench
 *   {"task_id", "prompt", "canonical_solution", "test", "entry_point"}      HumanEval, HumanEval+
 *   {"task_id", "code", "test_list" | "test", "test_setup_code"?}           MBPP, MBPP+
 * A right program without reward is run once more by plain Python in the same container: where its tests fail there too, or
 * import what no image has, it is not runnable, and named so; else it is lost.
 * --only SET (again for more), --images python,python-science, --concurrency N, --memory-mb N, --cpu-s N.
 * Prints one JSON line a set; exit code 1 when a right program is lost or a wrong one rewarded.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { ConfigError } from "../src/core/index.js";
import { imagePackages, openSandbox } from "../src/sandbox/index.js";
import { readSets } from "./codesets/read-sets.js";
import { type BenchImage, runSet } from "./codesets/run-set.js";

const usage = `npm run bench -- codesets --data DIR [--only SET …] [--images python,python-science]
  [--concurrency N] [--memory-mb 1024] [--cpu-s 60]
DIR holds sets of programs, NAME.jsonl or NAME.jsonl.gz; the head of bench/codesets.ts has their shapes.`;
const say = (line: string) => process.stderr.write(`${line}\n`);

/** Ends with one line that says what to do; 2: the call or the sets are wrong, 3: something is missing here. */
function refuse(error: unknown, exitCode: 2 | 3): never {
  say(`codesets: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(exitCode);
}

const wrong = (error: unknown) => error instanceof ConfigError;

function given() {
  const options = {
    data: { type: "string", default: "" },
    only: { type: "string", multiple: true, default: [] as string[] },
    images: { type: "string", default: "python,python-science" },
    concurrency: { type: "string", default: String(availableParallelism()) },
    "memory-mb": { type: "string", default: "1024" },
    "cpu-s": { type: "string", default: "60" },
    help: { type: "boolean", default: false },
  } as const;
  try {
    const { values } = parseArgs({ options });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    if (values.data === "") throw new Error("--data DIR is missing; it holds sets, NAME.jsonl (bench/codesets.ts)");
    return { values, sets: readSets(values.data, values.only) };
  } catch (error) {
    return refuse(error, 2);
  }
}

const { values, sets } = given();
const limits = { memoryMb: Number(values["memory-mb"]), cpuS: Number(values["cpu-s"]), diskMb: 256, pids: 256 };
const images: BenchImage[] = [];
try {
  for (const name of values.images.split(",")) {
    const options = {
      kind: "docker",
      image: name,
      concurrency: Number(values.concurrency),
      limits,
      notice: say,
    } as const;
    const sandbox = await openSandbox(options).catch((error: unknown) => refuse(error, wrong(error) ? 2 : 3));
    const { packages, standard } = await imagePackages(sandbox);
    images.push({ name, sandbox, modules: new Set([...standard, ...packages.map(({ module }) => module)]) });
  }
  for (const set of sets) {
    let toldAt = performance.now();
    const report = await runSet(set, images, (ended, of) => {
      if (performance.now() - toldAt < 10_000) return;
      toldAt = performance.now();
      say(`${set.name}: ${ended} of ${of}`);
    });
    console.log(JSON.stringify(report));
    if (Object.keys(report.lost).length > 0 || report.wrongRewarded.length > 0) process.exitCode = 1;
  }
} finally {
  await Promise.all(images.map(({ sandbox }) => sandbox.close()));
}
