import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { PrerequisiteError } from "../../../src/core/index.js";
import { openDockerSandbox, openSandbox, type Submission } from "../../../src/sandbox/index.js";
import { childrenOf, isAlive } from "../../support/processes.js";
import { transpile } from "../../support/transpiled.js";
import { containersOf, docker, needDocker } from "./docker-here.js";

const api = new Docker();
const tests = { kind: "stdio", cases: [{ stdin: "", stdout: "1" }] } as const;
const endless: Submission = {
  id: "endless",
  language: "python",
  code: "print(1, flush=True)\nwhile True: pass",
  tests,
};
const right: Submission = { id: "right", language: "python", code: "print(1)", tests };

const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 30_000, interval: 100 });

describe("containers", () => {
  it("are gone after close(), also when a program was running", async (context) => {
    needDocker(context);
    const sandbox = await openDockerSandbox({ concurrency: 2 });
    const running = sandbox.run(endless).catch((error: unknown) => error);
    await until(async () => expect((await containersOf(process.pid)).length).toBeGreaterThan(1));
    await sandbox.close();
    expect(await running).toMatchObject({ boundary: "cancelled" });
    expect(await containersOf(process.pid)).toEqual([]);
    await expect(sandbox.run(right)).rejects.toMatchObject({ boundary: "cancelled" });
  });

  it("killed from outside are no fault of the program: it runs again and earns its reward", async (context) => {
    needDocker(context);
    const sandbox = await openDockerSandbox({ concurrency: 1 });
    try {
      const running = sandbox.run({ ...right, code: "import time\ntime.sleep(1.5)\nprint(1)" });
      await until(async () => expect((await containersOf(process.pid)).length).toBeGreaterThan(1));
      const ids = await containersOf(process.pid);
      await Promise.all(
        ids.map((id) =>
          api
            .getContainer(id)
            .kill()
            .catch(() => undefined),
        ),
      );
      expect(await running).toMatchObject({ verdict: "passed", reward: 1 });
    } finally {
      await sandbox.close();
    }
  });

  it("killed from outside every time are an infrastructure error with reward null", async (context) => {
    needDocker(context);
    const sandbox = await openDockerSandbox({ concurrency: 1 });
    let stop = false;
    const killer = (async () => {
      while (!stop) {
        const ids = await containersOf(process.pid);
        await Promise.all(
          ids.map((id) =>
            api
              .getContainer(id)
              .kill()
              .catch(() => undefined),
          ),
        );
      }
    })();
    try {
      expect(await sandbox.run(endless)).toMatchObject({ verdict: "infrastructure_error", reward: null });
    } finally {
      stop = true;
      await killer;
      await sandbox.close();
    }
  });

  it("of a dead process are swept when the next sandbox opens", async (context) => {
    needDocker(context);
    const labels = { "omni.sandbox": "1", "omni.run": "old", "omni.owner": "" };
    const { hostname } = await import("node:os");
    const made = await api.createContainer({
      Image: docker.imageId ?? "",
      Cmd: ["sleep", "1000"],
      NetworkDisabled: true,
      Labels: { ...labels, "omni.owner": `${hostname()}/999999999/1` },
    });
    await made.start();
    const sandbox = await openDockerSandbox({ concurrency: 1 });
    await sandbox.close();
    await expect(made.inspect()).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe("a control plane", () => {
  let build: ReturnType<typeof transpile> | undefined;
  beforeAll(() => {
    build = transpile(["core", "sandbox"]);
    const assets = fileURLToPath(new URL("../../../.cache/docker", import.meta.url));
    if (!existsSync(assets)) symlinkSync(fileURLToPath(new URL("../../../docker", import.meta.url)), assets);
  });
  afterAll(() => build?.remove());

  async function controlPlane(kind: "docker" | "embedded"): Promise<ChildProcess> {
    const script =
      `const { openSandbox } = await import(${JSON.stringify(`${build?.folder}/sandbox/index.js`)});\n` +
      `const sandbox = await openSandbox({ kind: "${kind}", concurrency: 1 });\n` +
      `process.on("SIGINT", async () => { await sandbox.close(); process.exit(130); });\n` +
      `sandbox.run(${JSON.stringify({ ...endless, limits: { wallS: 600 } })}).catch(() => {});\n` +
      `await sandbox.run(${JSON.stringify({ ...right, limits: { memoryMb: 128 } })}).catch(() => {});\n`;
    const warmed = `await new Promise((r) => setTimeout(r, 200)); console.log("running");\nawait new Promise(() => setInterval(() => {}, 1000));`;
    const twoAtOnce = script.replace("concurrency: 1", "concurrency: 2");
    const child = spawn(process.execPath, ["--input-type=module", "-e", twoAtOnce + warmed], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    return child;
  }

  it("killed with SIGKILL leaves no container, though a program runs without end", async (context) => {
    needDocker(context);
    const child = await controlPlane("docker");
    expect((await containersOf(child.pid)).length).toBeGreaterThan(1);
    child.kill("SIGKILL");
    await until(async () => expect(await containersOf(child.pid)).toEqual([]));
  });

  it("closed on Ctrl-C leaves no container", async (context) => {
    needDocker(context);
    const child = await controlPlane("docker");
    child.kill("SIGINT");
    await once(child, "exit");
    expect(await containersOf(child.pid)).toEqual([]);
  });

  it("killed with SIGKILL leaves no embedded process", { timeout: 180_000 }, async () => {
    const child = await controlPlane("embedded");
    const children = childrenOf(child.pid ?? 0);
    expect(children.length).toBeGreaterThan(0);
    child.kill("SIGKILL");
    await until(async () => expect(children.filter(isAlive)).toEqual([]));
  });
});

describe("opening a sandbox", () => {
  const nowhere = { address: "unix:///nonexistent/docker.sock" };

  it("takes the embedded one where no daemon answers, and says why", async () => {
    const notices: string[] = [];
    const sandbox = await openSandbox({
      kind: "auto",
      concurrency: 1,
      hosts: [nowhere],
      notice: (line) => notices.push(line),
    });
    await sandbox.close();
    expect(sandbox.description.kind).toBe("embedded");
    expect(notices).toEqual([expect.stringMatching(/embedded, not for untrusted code \(no Docker daemon answers/)]);
  });

  it("takes the embedded one where the image is missing, and says how to get it", async (context) => {
    needDocker(context);
    const notices: string[] = [];
    const notice = (line: string) => notices.push(line);
    const sandbox = await openSandbox({ kind: "auto", concurrency: 1, image: "no/such:image", notice });
    await sandbox.close();
    expect(sandbox.description.kind).toBe("embedded");
    expect(notices[0]).toMatch(/no image no\/such:image.*docker pull or tag/);
  });

  it("takes Docker where both are there", async (context) => {
    needDocker(context);
    const sandbox = await openSandbox({ kind: "auto", concurrency: 1 });
    await sandbox.close();
    expect(sandbox.description).toMatchObject({ kind: "docker", networkIsolated: true, forUntrustedCode: true });
  });

  it("refuses Docker that is not there, and limits out of range", async () => {
    const missing = openSandbox({ kind: "docker", concurrency: 1, hosts: [nowhere] });
    await expect(missing).rejects.toBeInstanceOf(PrerequisiteError);
    await expect(openSandbox({ kind: "embedded", concurrency: 0 })).rejects.toMatchObject({ boundary: "config" });
    const limits = { wallS: -1 };
    await expect(openSandbox({ kind: "embedded", concurrency: 1, limits })).rejects.toMatchObject({
      boundary: "config",
    });
  });
});
