import { spawnSync } from "node:child_process";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attacks } from "../../../src/sandbox/attacks.js";
import { type AttackResult, openDockerSandbox, type Sandbox, selfCheck } from "../../../src/sandbox/index.js";
import { docker, needDocker } from "./docker-here.js";

describe("docker sandbox: a program", () => {
  let opened: Sandbox | undefined;
  beforeAll(async () => {
    opened = docker.ok ? await openDockerSandbox({ concurrency: 1 }) : undefined;
  });
  afterAll(() => opened?.close());
  const output = async (code: string): Promise<string> => {
    const tests = { kind: "stdio", cases: [{ stdin: "", stdout: "never this" }] } as const;
    const result = await opened?.run({ id: "probe", language: "python", code, tests });
    return `${result?.stdout ?? ""}${result?.stderr ?? ""}`;
  };

  it("of the panel of attacks is contained, each one", { timeout: 120_000 }, async (context) => {
    needDocker(context);
    if (opened === undefined) throw new Error("the sandbox is not open");
    const results: AttackResult[] = [];
    for await (const result of selfCheck(opened, new AbortController().signal)) results.push(result);
    expect(results.filter((result) => !result.contained)).toEqual([]);
    expect(results.length).toBeGreaterThan(50);
  });

  it("of the panel finds open doors where nothing is closed", async () => {
    // The panel's own control: on this very host, as an ordinary process, they stand open.
    const names = [
      "find a capability, a privilege or root",
      "find the host: its processes, Docker's socket, secrets in the environment",
    ];
    for (const { code } of attacks.filter(({ name }) => names.includes(name))) {
      const { stdout } = spawnSync("python3", ["-c", code], { encoding: "utf8" });
      expect(stdout).toContain("OPEN");
    }
  });

  it("runs in a container that Docker itself shows as closed", async (context) => {
    needDocker(context);
    const api = new Docker();
    const running = output("import time\ntime.sleep(2)");
    const infos = await api.listContainers({ filters: { label: ["omni.sandbox=1"] } });
    const mine = infos.filter((info) => info.Labels["omni.owner"]?.includes(`/${process.pid}/`));
    expect(mine.length).toBeGreaterThan(0);
    const { HostConfig, Config } = await api.getContainer(mine[0]?.Id ?? "").inspect();
    expect(HostConfig).toMatchObject({ NetworkMode: "none", ReadonlyRootfs: true, IpcMode: "none", CapDrop: ["ALL"] });
    expect(HostConfig.MemorySwap).toBe(HostConfig.Memory);
    expect(HostConfig.LogConfig?.Type).toBe("none");
    expect(Config.User).not.toMatch(/^(0|root)?(:|$)/);
    await running;
  });
});
