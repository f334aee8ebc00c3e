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
import { imagePackages, openDockerSandbox } from "../src/sandbox/index.js";
import { readSets } from "./codesets/read-sets.js";
import { type BenchImage, runSet } from "./codesets/run-set.js";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    only: { type: "string", multiple: true, default: [] },
    images: { type: "string", default: "python,python-science" },
    concurrency: { type: "string", default: String(availableParallelism()) },
    "memory-mb": { type: "string", default: "1024" },
    "cpu-s": { type: "string", default: "60" },
  },
});
if (values.data === undefined) {
  console.error(
    "codesets: --data DIR is missing; it holds sets of programs, NAME.jsonl each (shapes: bench/codesets.ts)",
  );
  process.exit(2);
}
const say = (line: string) => process.stderr.write(`${line}\n`);
const sets = readSets(values.data, values.only);
const limits = { memoryMb: Number(values["memory-mb"]), cpuS: Number(values["cpu-s"]), diskMb: 256, pids: 256 };
const images: BenchImage[] = [];
try {
  for (const name of values.images.split(",")) {
    const sandbox = await openDockerSandbox({
      image: name,
      concurrency: Number(values.concurrency),
      limits,
      notice: say,
    });
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
