import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  checkDocker,
  type DockerSandboxOptions,
  openDockerSandbox,
  pythonImage,
  type Sandbox,
  type Submission,
} from "../../../src/sandbox/index.js";
import { certificates } from "../../support/certificates.js";
import { freePort } from "../../support/free-port.js";
import { PrivateDockerd } from "../../support/private-dockerd.js";
import { PrivateSshd, sshd } from "../../support/private-sshd.js";
import { childrenOf } from "../../support/processes.js";
import { docker, needDocker, needProgram } from "./docker-here.js";

const wide = 120_000;
const runsc = "/usr/bin/runsc";

const stdio = (id: string, code: string, stdout: string): Submission => ({
  ...{ id, language: "python", code, limits: { wallS: 5 } },
  tests: { kind: "stdio", cases: [{ stdin: "", stdout }] },
});
const asserts = (id: string, code: string): Submission => ({
  ...{ id, language: "python", code },
  tests: { kind: "asserts", code: "assert f(1) == 2" },
});

/** Of each kind one, with the verdict that it must have wherever it runs. */
const programs = [
  [stdio("right", "print(1)", "1"), "passed"],
  [stdio("wrong", "print(2)", "1"), "wrong_answer"],
  [stdio("endless", "while True: pass", "1"), "time_limit"],
  [stdio("greedy", "held = []\nwhile True: held.append(bytearray(1 << 20))", "1"), "memory_limit"],
  [stdio("litter", "open('x', 'wb').write(b'x' * (80 << 20))", "1"), "disk_limit"],
  [asserts("tests", "def f(x): return x + 1"), "passed"],
  [asserts("failing tests", "def f(x): return x"), "wrong_answer"],
] as const;

async function verdictsOn(options: Omit<DockerSandboxOptions, "concurrency">) {
  const sandbox = await openDockerSandbox({ concurrency: 2, ...options });
  try {
    const results = await Promise.all(programs.map(([submission]) => sandbox.run(submission)));
    return Object.fromEntries(results.map(({ id, verdict }) => [id, verdict]));
  } finally {
    await sandbox.close();
  }
}
const expected = Object.fromEntries(programs.map(([{ id }, verdict]) => [id, verdict]));

describe("a daemon behind TLS, with gVisor as a runtime", () => {
  let folder: string;
  let own: PrivateDockerd | undefined;
  let address: string;
  const pem = (name: string) => join(folder, `${name}.pem`);
  const known = () => ({ address, tls: { ca: pem("ca"), cert: pem("client"), key: pem("client-key") } });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "omni-tls-"));
    if (!docker.ok) return;
    certificates(folder);
    address = `tcp://127.0.0.1:${await freePort()}`;
    const runtimes = { runsc: { path: runsc, runtimeArgs: ["--network=none", "--oci-seccomp"] } };
    const config = join(folder, "daemon.json");
    writeFileSync(config, JSON.stringify(existsSync(runsc) ? { runtimes } : {}));
    const server = ["--tlscert", pem("server"), "--tlskey", pem("server-key"), "--config-file", config];
    own = new PrivateDockerd({ flags: ["-H", address, "--tlsverify", "--tlscacert", pem("ca"), ...server] });
    await own.start();
  }, wide);
  afterAll(async () => {
    await own?.remove();
    rmSync(folder, { recursive: true, force: true });
  }, wide);

  it("is spoken to with a certificate of its authority, and not without", async (context) => {
    needDocker(context);
    const check = await checkDocker({ host: known() });
    expect(check).toMatchObject({ ok: false, serverVersion: expect.any(String) });
    expect(check.detail).toMatch(/has no image .*omni sandbox build python/);
    const stranger = await checkDocker({ host: { address } });
    expect(stranger.detail).toMatch(/no Docker daemon answers at tcp:/);
  });

  it("without the runtime or the mapping that is asked for is refused with the remedy", async (context) => {
    needDocker(context);
    const host = { address: own?.address ?? "" };
    expect((await checkDocker({ host, runtime: "kata" })).detail).toMatch(/knows no runtime kata.*daemon\.json/);
    expect((await checkDocker({ host, usernsRemap: true })).detail).toMatch(/does not remap users.*daemon\.json/);
  });

  it("runs programs", { timeout: wide }, async (context) => {
    needDocker(context);
    own?.load(pythonImage);
    expect(await verdictsOn({ hosts: [known()] })).toEqual(expected);
  });

  it("runs programs under gVisor's kernel", { timeout: wide }, async (context) => {
    needDocker(context);
    needProgram(context, runsc);
    expect(await verdictsOn({ hosts: [known()], runtime: "runsc" })).toEqual(expected);
  });
});

describe("a daemon that remaps users", () => {
  const user = "dockremap";
  const hasUser = () => new RegExp(`^${user}:`, "m").test(readFileSync("/etc/passwd", "utf8"));
  let own: PrivateDockerd | undefined;
  let wasThere = true;

  beforeAll(async () => {
    if (!docker.ok) return;
    wasThere = hasUser();
    own = new PrivateDockerd({ flags: ["--userns-remap=default"] });
    await own.start();
    own.load(pythonImage);
  }, wide);
  afterAll(async () => {
    await own?.remove();
    // Docker made it for the mapping.
    if (!wasThere && hasUser()) execFileSync("userdel", [user], { stdio: "ignore" });
  }, wide);

  it("runs programs as users that the host does not have", { timeout: wide }, async (context) => {
    needDocker(context);
    const hosts = [{ address: own?.address ?? "" }];
    expect(await verdictsOn({ hosts, usernsRemap: true })).toEqual(expected);
    const sandbox = await openDockerSandbox({ concurrency: 1, hosts, usernsRemap: true });
    try {
      const { stdout } = await sandbox.run(stdio("map", "print(open('/proc/self/uid_map').read().split()[1])", ""));
      expect(Number(stdout)).toBeGreaterThan(0);
    } finally {
      await sandbox.close();
    }
  });
});

describe("a daemon behind ssh", () => {
  let server: PrivateSshd | undefined;
  beforeAll(async () => {
    if (!docker.ok || !existsSync(sshd)) return;
    server = new PrivateSshd();
    await server.start();
  }, wide);
  afterAll(() => server?.remove());

  /** Processes of ours that lead to it. */
  const tunnels = () =>
    childrenOf(process.pid).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("\0-L\0"));

  async function opened(work: (sandbox: Sandbox) => Promise<void>): Promise<void> {
    const hosts = [{ address: server?.address ?? "" }];
    const sandbox = await openDockerSandbox({ concurrency: 2, hosts });
    try {
      await work(sandbox);
    } finally {
      await sandbox.close();
    }
  }

  it("runs programs", { timeout: wide }, async (context) => {
    needDocker(context);
    needProgram(context, sshd);
    expect(await verdictsOn({ hosts: [{ address: server?.address ?? "" }] })).toEqual(expected);
    expect(tunnels()).toEqual([]);
  });

  it("whose connection is lost in mid-batch costs no reward: it is made anew", { timeout: wide }, async (context) => {
    needDocker(context);
    needProgram(context, sshd);
    await opened(async (sandbox) => {
      let ended = 0;
      const runs = Array.from({ length: 20 }, async (_, index) => {
        // The first is still under way when the sixth of the others ends.
        const code = `import time\ntime.sleep(${index === 0 ? 4 : 0.1})\nprint(1)`;
        const result = await sandbox.run({ ...stdio(String(index), code, "1"), limits: { wallS: 30 } });
        ended += 1;
        if (ended === 6) for (const pid of tunnels()) process.kill(pid, "SIGKILL");
        return result;
      });
      const verdicts = (await Promise.all(runs)).map(({ verdict }) => verdict);
      expect(verdicts).toEqual(verdicts.map(() => "passed"));
      expect(sandbox.stats().retries).toBeGreaterThan(0);
    });
    expect(tunnels()).toEqual([]);
  });
});

describe("a way to a daemon that falls silent without being closed", () => {
  /** Passes on what comes until it is told to forget the connections that there are; counts what supervisors said. */
  function proxy() {
    const open = new Set<Socket>();
    const heard = { ready: 0, begun: 0 };
    const server = createServer((client) => {
      const daemon = connect("/var/run/docker.sock");
      for (const socket of [client, daemon]) {
        open.add(socket);
        socket.on("error", () => undefined);
      }
      client.pipe(daemon);
      daemon.pipe(client);
      daemon.on("data", (data: Buffer) => {
        const text = data.toString("latin1");
        if (text.includes('"programs": [')) heard.ready += 1;
        if (text.includes('{"index": 0}')) heard.begun += 1;
      });
    });
    const forget = () => {
      for (const socket of open) socket.unpipe().pause();
    };
    const close = () => {
      for (const socket of open) socket.destroy();
      server.close();
    };
    return { server, heard, forget, close };
  }

  it("costs no reward: what nobody heard the end of runs again", { timeout: wide }, async (context) => {
    needDocker(context);
    const { server, heard, forget, close } = proxy();
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    const sandbox = await openDockerSandbox({ concurrency: 1, hosts: [{ address: `tcp://127.0.0.1:${port}` }] });
    try {
      const slow = { ...stdio("slow", "import time\ntime.sleep(2)\nprint(1)", "1"), limits: { wallS: 3 } };
      // One that is being started when the line falls silent would be waited for a minute.
      await expect.poll(() => heard.ready, { timeout: 60_000 }).toBe(1);
      const running = sandbox.run(slow);
      await expect.poll(() => heard, { timeout: 60_000, interval: 5 }).toEqual({ ready: 2, begun: 1 });
      forget();
      expect(await running).toMatchObject({ verdict: "passed", reward: 1 });
      expect(sandbox.stats().retries).toBeGreaterThan(0);
    } finally {
      await sandbox.close();
      close();
    }
  });
});
