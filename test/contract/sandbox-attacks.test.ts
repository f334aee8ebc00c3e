import { readdirSync, readFileSync } from "node:fs";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDockerSandbox, type Sandbox, type SandboxResult, type Submission } from "../../src/sandbox/index.js";
import { containersOf, docker, needDocker } from "../unit/sandbox/docker-here.js";
import { type Attack, attacks } from "./sandbox.attacks.js";
import { crossing } from "./sandbox.crossing.js";

const submission = ({ name, code, tests, limits }: Attack): Submission => ({
  ...{ id: name, language: "python", code, tests },
  ...(limits === undefined ? {} : { limits }),
});

/** Processes of the user that containers run as, outside every container that lives. */
async function left(): Promise<readonly string[]> {
  const living = (await new Docker().listContainers()).map(({ Id }) => Id);
  return readdirSync("/proc").filter((name) => {
    try {
      if (!/^\d+$/.test(name) || !/^Uid:\s+10001\b/m.test(readFileSync(`/proc/${name}/status`, "utf8"))) return false;
      const group = readFileSync(`/proc/${name}/cgroup`, "utf8");
      return !living.some((id) => group.includes(id));
    } catch {
      return false;
    }
  });
}

describe("hostile programs in Docker", () => {
  let sandbox: Sandbox | undefined;
  const results = new Map<string, SandboxResult>();
  beforeAll(async () => {
    if (!docker.ok) return;
    sandbox = await openDockerSandbox({ concurrency: 4 });
    const held = sandbox;
    const ran = await Promise.all(attacks.map((attack) => held.run(submission(attack))));
    for (const result of ran) results.set(result.id, result);
  }, 600_000);
  afterAll(() => sandbox?.close());

  it("are at least 150, each with a name of its own", () => {
    expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length);
    expect(attacks.length).toBeGreaterThanOrEqual(150);
  });

  for (const { name } of attacks) {
    it(`earns nothing: ${name}`, (context) => {
      needDocker(context);
      const result = results.get(name);
      const told = JSON.stringify(result).slice(0, 600);
      expect(result?.reward, told).toBe(0);
      expect(result?.stdout, told).not.toContain("LEAK");
    });
  }

  it("take no reward from right programs beside them, which are answered twice alike", async (context) => {
    needDocker(context);
    const twice = [...crossing, ...crossing].map((program) => submission(program));
    const ran = await Promise.all(twice.map((each) => sandbox?.run(each)));
    for (const result of ran) {
      expect(result, JSON.stringify(result)).toMatchObject({ reward: 1, verdict: "passed" });
      expect(result).not.toHaveProperty("trust");
    }
  });

  it("leave neither container nor process when the sandbox is closed", async (context) => {
    needDocker(context);
    await sandbox?.close();
    expect(await containersOf(process.pid)).toEqual([]);
    await expect.poll(left, { timeout: 30_000 }).toEqual([]);
  });
});
