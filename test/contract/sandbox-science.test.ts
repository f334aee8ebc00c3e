import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDockerSandbox, type Sandbox, type SandboxResult } from "../../src/sandbox/index.js";
import { sandboxPrograms } from "../support/sandbox-programs.js";
import { docker, needImage } from "../unit/sandbox/docker-here.js";

const right = sandboxPrograms("right-science");
const hostile = sandboxPrograms("hostile-science");
const image = "python-science";

describe("programs that use numpy, pandas and their like in Docker", () => {
  let sandbox: Sandbox | undefined;
  const results = new Map<string, SandboxResult>();
  beforeAll(async () => {
    if (!docker.ok) return;
    const opened = await openDockerSandbox({ image, concurrency: 2, limits: { wallS: 60, memoryMb: 1024 } }).catch(
      () => undefined,
    );
    if (opened === undefined) return;
    sandbox = opened;
    const ran = await Promise.all(
      [...right, ...hostile].map(({ name, language, code, tests }) => opened.run({ id: name, language, code, tests })),
    );
    for (const result of ran) results.set(result.id, result);
  }, 600_000);
  afterAll(() => sandbox?.close());

  for (const { name, shares } of right) {
    it(`keep their reward: ${name}`, (context) => {
      needImage(context, image);
      const result = results.get(name);
      expect(result, JSON.stringify(result)).toMatchObject({ reward: 1, verdict: "passed", passed: result?.total });
      expect(result?.trust).toBe(shares ? "same_process" : undefined);
    });
  }

  for (const { name, shares } of hostile) {
    it(`earn nothing: ${name}`, (context) => {
      needImage(context, image);
      const result = results.get(name);
      expect(result, JSON.stringify(result)).toMatchObject({ reward: 0 });
      expect(result?.trust).toBe(shares ? "same_process" : undefined);
    });
  }
});
