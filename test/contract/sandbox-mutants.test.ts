import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomStream } from "../../src/core/index.js";
import { openDockerSandbox, type Sandbox } from "../../src/sandbox/index.js";
import { mutantsOf, type Reference } from "../support/mutants.js";
import { docker, needDocker } from "../unit/sandbox/docker-here.js";

const seed = 1;
/** All of the shared data and all mutants, instead of a sample: minutes to hours. A number: at most so many mutants of each. */
const most = Number(process.env.OMNI_SANDBOX_MUTANTS ?? "0");
const sampled = 24;

const lines = (file: string): readonly Record<string, unknown>[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

const own = lines("data/code.jsonl").map(({ id, solution, tests }) => ({ id, code: solution, tests }) as Reference);

const sharedFile = join(process.env.OMNI_SHARED_DATA ?? resolve("../shared/data"), "code.jsonl");

/** Items as Mostly Basic Python Problems has them. */
function shared(): readonly Reference[] {
  const all = lines(sharedFile).map(({ task_id, code, test_list, test_setup_code }): Reference => {
    const asserts = (test_list as string[]).join("\n");
    const setup = String(test_setup_code);
    return { id: `shared-${task_id}`, code: String(code), tests: { kind: "asserts", code: asserts, setup } };
  });
  return most > 0 ? all : randomStream(seed, "mutants").shuffle(all).slice(0, sampled);
}

describe("the sandbox pays for what passes in plain Python, and for nothing else", () => {
  let sandbox: Sandbox | undefined;
  beforeAll(async () => {
    if (docker.ok) sandbox = await openDockerSandbox({ concurrency: 4, limits: { wallS: 30 } });
  }, 300_000);
  afterAll(() => sandbox?.close());

  /** What differs from plain Python, of all solutions and their mutants. */
  async function differences(items: readonly Reference[]) {
    const held = sandbox;
    if (held === undefined) throw new Error("the sandbox is not open");
    const tried = await mutantsOf(items, Math.max(most, 1), seed);
    const tests = new Map(items.map((item) => [item.id, item.tests]));
    const runs = tried.flatMap(({ id, passes, mutants }, place) => [
      { id, code: items[place]?.code ?? "", passes, how: "as it is" },
      ...mutants.map((mutant) => ({ id, ...mutant })),
    ]);
    const differing: string[] = [];
    const count = { solutions: 0, killed: 0, survivors: 0, equivalent: 0 };
    for (const { equivalent } of tried) count.equivalent += equivalent;
    await Promise.all(
      runs.map(async ({ id, code, passes, how }) => {
        const given = tests.get(id);
        if (given === undefined) throw new Error(`${id} has no tests`);
        // A mutant that never ends is found out sooner.
        const limits = passes ? {} : { limits: { wallS: 4 } };
        const result = await held.run({ id, language: "python", code, tests: given, ...limits });
        if (result.reward !== (passes ? 1 : 0)) {
          differing.push(`${id} ${how}: ${result.verdict} ${result.stderr.slice(-300)}`);
        }
        count[how === "as it is" ? "solutions" : passes ? "survivors" : "killed"] += 1;
      }),
    );
    process.stderr.write(`mutants: ${JSON.stringify(count)}\n`);
    return { differing, count };
  }

  it("all solutions of the project's own items pass, and mutants of them fail", {
    timeout: 600_000,
  }, async (context) => {
    needDocker(context);
    const { differing, count } = await differences(own);
    expect(differing).toEqual([]);
    expect(count).toMatchObject({ solutions: own.length, survivors: 0 });
    expect(count.killed).toBeGreaterThan(own.length / 2);
  });

  it("as do those of the shared data, where that is", { timeout: 7_200_000 }, async (context) => {
    needDocker(context);
    if (!existsSync(sharedFile)) return context.skip("no shared data");
    const items = shared();
    const { differing, count } = await differences(items);
    expect(differing).toEqual([]);
    expect(count.solutions).toBe(items.length);
  });
});
