import type { Sandbox, SandboxResult } from "../../src/sandbox/index.js";
import { importsOf, plainly } from "./plain.js";
import type { CodeSet, Program } from "./read-sets.js";

/** An image that programs may run in. */
export interface BenchImage {
  readonly name: string;
  readonly sandbox: Sandbox;
  /** Modules that its programs can import. */
  readonly modules: ReadonlySet<string>;
}

/** Result of a set. */
export interface SetReport {
  readonly set: string;
  readonly programs: number;
  /** Right programs that earned the reward. */
  readonly passed: number;
  /** Right programs that did not, though plain Python in the same container says that their tests pass; ids a kind. */
  readonly lost: Readonly<Record<string, readonly string[]>>;
  /** Programs whose tests fail in plain Python too, or that import what no image has; ids a kind. */
  readonly notRunnable: Readonly<Record<string, readonly string[]>>;
  /** Wrong programs, and those that were rewarded. */
  readonly wrong: number;
  readonly wrongRewarded: readonly string[];
  /** Passed among the runnable right ones; null where there are none. */
  readonly share: number | null;
  readonly perS: number;
  readonly rerunsAlone: number;
}

/** Runs a set with as many programs under way as the sandboxes have turns for; `tell` hears how many have ended. */
export async function runSet(
  { name, programs }: CodeSet,
  images: readonly BenchImage[],
  tell: (ended: number, of: number) => void,
): Promise<SetReport> {
  const lost: Record<string, string[]> = {};
  const notRunnable: Record<string, string[]> = {};
  const counts = { passed: 0, wrong: 0, ended: 0 };
  const wrongRewarded: string[] = [];
  const reruns = () => images.reduce((sum, { sandbox }) => sum + sandbox.stats().rerunsAlone, 0);
  const before = reruns();
  const began = performance.now();
  const timed = async (program: Program) => {
    const image = imageFor(program, images);
    const result = await image.sandbox.run(program.submission);
    counts.ended += 1;
    tell(counts.ended, programs.length);
    return { program, image, result };
  };
  const results = await Promise.all(programs.map(timed));
  const tookS = (performance.now() - began) / 1000;
  const reasons = await Promise.all(
    results.map(({ program, image, result }) =>
      program.right && result.reward !== 1 ? unrunnable(program, image, result) : undefined,
    ),
  );
  for (const [index, { program, result }] of results.entries()) {
    if (!program.right) {
      counts.wrong += 1;
      if (result.reward === 1) wrongRewarded.push(result.id);
    } else if (result.reward === 1) counts.passed += 1;
    else {
      const why = reasons[index];
      const into = why === undefined ? lost : notRunnable;
      const kind = why ?? `${result.verdict}${result.trust === undefined ? "" : ", same_process"}`;
      into[kind] = [...(into[kind] ?? []), result.id];
    }
  }
  const runnable = counts.passed + Object.values(lost).flat().length;
  return {
    set: name,
    programs: programs.length,
    passed: counts.passed,
    ...{ lost, notRunnable, wrong: counts.wrong, wrongRewarded },
    share: runnable === 0 ? null : counts.passed / runnable,
    perS: programs.length / tookS,
    rerunsAlone: reruns() - before,
  };
}

function imageFor({ image, submission }: Program, images: readonly BenchImage[]): BenchImage {
  const [first] = images;
  if (first === undefined) throw new Error("no image to run in");
  const wanted = importsOf(submission);
  const lacks = ({ modules }: BenchImage) => wanted.filter((name) => !modules.has(name)).length;
  const named = images.find(({ name }) => name === image);
  return named ?? images.reduce((best, each) => (lacks(each) < lacks(best) ? each : best), first);
}

/** Why a right program cannot earn its reward here whatever runs its tests; undefined where plain Python passes them. */
async function unrunnable(
  { submission }: Program,
  { sandbox, modules }: BenchImage,
  { stderr }: SandboxResult,
): Promise<string | undefined> {
  const plain = plainly(submission);
  if (plain === undefined) return undefined;
  const result = await sandbox.run(plain);
  // It may print what it likes; no text is expected of it, an exit with 0 is.
  if (result.verdict === "passed" || result.verdict === "wrong_answer") return undefined;
  const missing = importsOf(submission).filter((name) => !modules.has(name));
  const [, named] = /No module named '(\w+)/.exec(result.stderr + stderr) ?? [];
  if (named !== undefined || missing.length > 0) return `the image lacks ${named ?? missing.join(", ")}`;
  return `its tests fail in plain Python (${result.verdict})`;
}
