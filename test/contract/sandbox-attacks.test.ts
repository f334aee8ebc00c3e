import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDockerSandbox, type Sandbox, type SandboxResult, type Submission } from "../../src/sandbox/index.js";
import { containersOf, docker, needDocker } from "../unit/sandbox/docker-here.js";
import { type Attack, attacks } from "./sandbox.attacks.js";
import { crossing } from "./sandbox.crossing.js";

const submission = ({ name, language = "python", code, tests, limits }: Attack): Submission => ({
  ...{ id: name, language, code, tests },
  ...(limits === undefined ? {} : { limits }),
});

/** What the daemon tells of the containers that it makes while this file runs: tests beside it have daemons of their own. */
let told = "";
async function listen(): Promise<NodeJS.ReadableStream> {
  const events = await new Docker().getEvents({ filters: { event: ["create"] } });
  return events.on("data", (chunk: Buffer) => {
    told += chunk.toString();
  });
}

/** Processes of the user that containers run as, outside every container that lives and those of other daemons. */
async function left(): Promise<readonly string[]> {
  const groups = readdirSync("/proc").flatMap((name) => {
    try {
      const ours = /^\d+$/.test(name) && /^Uid:\s+10001\b/m.test(readFileSync(`/proc/${name}/status`, "utf8"));
      return ours ? [`${name} ${readFileSync(`/proc/${name}/cgroup`, "utf8")}`] : [];
    } catch {
      return [];
    }
  });
  const living = (await new Docker().listContainers()).map(({ Id }) => Id);
  return groups.filter((group) => {
    const [, id] = /\/docker\/([0-9a-f]{64})/.exec(group) ?? [];
    return id === undefined || (told.includes(id) && !living.includes(id));
  });
}

const availableMb = () => Number(/^MemAvailable:\s+(\d+)/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1]) / 1024;

/** Processes that this one has started and that live. */
function children(): readonly string[] {
  return readdirSync("/proc/self/task")
    .flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, "utf8").split(" "))
    .filter((pid) => pid !== "");
}

/** What is held of the host: memory, MB, volumes, and this process's open files and children. */
async function held() {
  const { Volumes } = await new Docker().listVolumes();
  return { volumes: Volumes?.length ?? 0, memoryMb: availableMb(), ...own() };
}

/** What the daemon keeps on disk of the containers that it has made: their folders, and the layers that they write to. */
async function disk(): Promise<readonly string[]> {
  const { DockerRootDir, Driver } = (await new Docker().info()) as { DockerRootDir: string; Driver: string };
  const places = [join(DockerRootDir, "containers"), join(DockerRootDir, "image", Driver, "layerdb", "mounts")];
  // The layers are elsewhere where containerd keeps the images.
  expect(existsSync(places[0] ?? ""), `${places[0]} can be looked at`).toBe(true);
  const ids = [...told.matchAll(/"id":"([0-9a-f]{64})"/g)].map(([, id = ""]) => id);
  expect(ids.length).toBeGreaterThan(attacks.length);
  const living = (await new Docker().listContainers({ all: true })).map(({ Id }) => Id);
  return ids
    .filter((id) => !living.includes(id))
    .flatMap((id) => places.map((place) => join(place, id)).filter((path) => existsSync(path)));
}

const own = () => ({ files: readdirSync("/proc/self/fd").length, children: children().length });

/** A machine under load may end at its deadline what would have failed before it: no other verdict depends on the moment. */
const timed = ({ verdict }: SandboxResult) => verdict === "time_limit";

describe("hostile programs in Docker", () => {
  let sandbox: Sandbox | undefined;
  let before: Awaited<ReturnType<typeof held>> | undefined;
  let events: (NodeJS.ReadableStream & { destroy?: () => void }) | undefined;
  const results = new Map<string, SandboxResult>();
  beforeAll(async () => {
    if (!docker.ok) return;
    events = await listen();
    before = await held();
    sandbox = await openDockerSandbox({ concurrency: 4 });
    const opened = sandbox;
    const ran = await Promise.all(attacks.map((attack) => opened.run(submission(attack))));
    for (const result of ran) results.set(result.id, result);
  }, 900_000);
  afterAll(async () => {
    events?.destroy?.();
    await sandbox?.close();
  });

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

  it("take no reward from right programs beside them, all at once, and are answered twice alike", {
    timeout: 900_000,
  }, async (context) => {
    needDocker(context);
    const changed: string[] = [];
    const crowded = await openDockerSandbox({ concurrency: 8, limits: { wallS: 60 } });
    try {
      const right = crossing.map((program) => crowded.run(submission(program)));
      const hostile = attacks.map((attack) => crowded.run(submission(attack)));
      for (const result of await Promise.all(right)) {
        expect(result, JSON.stringify(result)).toMatchObject({ reward: 1, verdict: "passed" });
        expect(result).not.toHaveProperty("trust");
      }
      for (const result of await Promise.all(hostile)) {
        const first = results.get(result.id);
        if (first === undefined) throw new Error(`${result.id} has not run before`);
        expect(result.reward, `${result.verdict}, before ${first.verdict}: ${result.id}`).toBe(first.reward);
        if (result.verdict !== first.verdict && !timed(result) && !timed(first))
          changed.push(`${result.id}: ${first.verdict}, then ${result.verdict}`);
        expect(result.stdout).not.toContain("LEAK");
      }
      // Threads and signals race their own program: which of its faults is told first may change, and only for few.
      expect(changed.length, changed.join("\n")).toBeLessThan(attacks.length / 20);
      expect(crowded.stats().verdicts.infrastructure_error).toBeUndefined();
    } finally {
      await crowded.close();
    }
  });

  it("leave neither container nor process, disk nor memory, when the sandbox is closed", async (context) => {
    needDocker(context);
    await sandbox?.close();
    expect(await containersOf(process.pid)).toEqual([]);
    await expect.poll(left, { timeout: 30_000 }).toEqual([]);
    const after = await held();
    await expect.poll(() => own().files, { timeout: 30_000 }).toBeLessThanOrEqual(before?.files ?? 0);
    await expect.poll(() => own().children, { timeout: 30_000 }).toBeLessThanOrEqual(before?.children ?? 0);
    expect(after.volumes).toBe(before?.volumes);
    await expect.poll(disk, { timeout: 30_000 }).toEqual([]);
    // The host does other things meanwhile; sixteen times what a program may have is more than that.
    await expect.poll(availableMb, { timeout: 30_000 }).toBeGreaterThan((before?.memoryMb ?? 0) - 2048);
  });
});
