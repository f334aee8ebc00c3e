import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomStream } from "../../src/core/index.js";
import { openDockerSandbox, openEmbeddedSandbox, type Sandbox, type SandboxResult } from "../../src/sandbox/index.js";
import { sandboxPrograms } from "../support/sandbox-programs.js";
import { docker, needDocker } from "../unit/sandbox/docker-here.js";

const programs = sandboxPrograms("right");

describe("right programs of every sort in Docker", () => {
  let sandbox: Sandbox | undefined;
  const results = new Map<string, SandboxResult>();
  beforeAll(async () => {
    if (!docker.ok) return;
    sandbox = await openDockerSandbox({ concurrency: 4 });
    const held = sandbox;
    const ran = await Promise.all(
      programs.map(({ name, language, code, tests }) => held.run({ id: name, language, code, tests })),
    );
    for (const result of ran) results.set(result.id, result);
  }, 300_000);
  afterAll(() => sandbox?.close());

  it("are at least 110, each with a name of its own", () => {
    expect(new Set(programs.map(({ name }) => name)).size).toBe(programs.length);
    expect(programs.length).toBeGreaterThanOrEqual(110);
  });

  for (const { name, shares } of programs) {
    it(`keep their reward: ${name}`, (context) => {
      needDocker(context);
      const result = results.get(name);
      expect(result, JSON.stringify(result)).toMatchObject({ reward: 1, verdict: "passed", passed: result?.total });
      expect(result?.trust).toBe(shares ? "same_process" : undefined);
    });
  }
});

/** What WebAssembly has not. */
const beyond = /asyncio|thread|process|signal|fork|Isolated|recursionlimit|_exit|tempfile|fileinput/i;

describe("right programs in the embedded sandbox", () => {
  it("keep their reward, where WebAssembly can hold them", { timeout: 600_000 }, async () => {
    const fit = programs.filter(
      ({ language, code, tests }) => language === "python" && !beyond.test(code + JSON.stringify(tests)),
    );
    const all = process.env.OMNI_SANDBOX_RIGHT === "all";
    const sandbox = openEmbeddedSandbox({ concurrency: 2 });
    try {
      const tried = all ? fit : randomStream(1, "embedded").shuffle(fit).slice(0, 24);
      const ran = await Promise.all(
        tried.map(({ name, code, tests }) => sandbox.run({ id: name, language: "python", code, tests })),
      );
      for (const result of ran) expect(result, JSON.stringify(result)).toMatchObject({ reward: 1, verdict: "passed" });
    } finally {
      await sandbox.close();
    }
  });
});
