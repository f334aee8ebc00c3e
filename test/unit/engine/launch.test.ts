import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { CancelledError, EngineError, PrerequisiteError } from "../../../src/core/index.js";
import { connectEngine, type LaunchOptions, launchEngine } from "../../../src/engine/index.js";
import { isAlive } from "../../support/processes.js";
import { serverPython } from "../../support/python.js";
import { transpile } from "../../support/transpiled.js";
import { collect, generateCall } from "./examples.js";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "omni-launch-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function optionsIn(home: string, python: string): LaunchOptions {
  return {
    python,
    checkpointRoot: join(home, "checkpoints"),
    modelRoot: home,
    cacheDir: join(home, "cache"),
    threads: 1,
    logFile: join(home, "logs", "engine.log"),
    args: ["--no-judge"],
  };
}

/** A "Python" that is a shell script. */
function fakePython(home: string, script: string): string {
  const path = join(home, "python");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const socketFolder = (address: string) => dirname(address.slice("unix:".length));

describe("a server that cannot start is explained when", () => {
  it("there is no Python", async () => {
    const launch = launchEngine(optionsIn(folder(), "/nowhere/python"));
    await expect(launch).rejects.toBeInstanceOf(PrerequisiteError);
    await expect(launch).rejects.toThrow(/\/nowhere\/python.*run omni setup/);
  });

  it("the package is missing", async () => {
    const home = folder();
    const python = fakePython(home, `echo "$0: No module named omni_engine" >&2; exit 1`);
    const launch = launchEngine(optionsIn(home, python));
    await expect(launch).rejects.toMatchObject({ code: "no_server", boundary: "prerequisite" });
    await expect(launch).rejects.toThrow(/has no package omni_engine: run omni setup/);
  });

  it("it ends, with the last line of its log and not of an earlier run's", async () => {
    const home = folder();
    const python = fakePython(home, `[ -f once ] || echo "omni-engine: --threads must be at least 1" >&2; exit 2`);
    const options = optionsIn(home, python);
    await expect(launchEngine(options)).rejects.toThrow(
      /did not start, exit code 2, last saying "omni-engine: --threads must be at least 1"; see .*engine\.log/,
    );
    writeFileSync(python, "#!/bin/sh\nexit 3\n");
    await expect(launchEngine(options)).rejects.toThrow(/did not start, exit code 3; see/);
  });

  it("it never answers, and then it is not left behind", async () => {
    const home = folder();
    const python = fakePython(home, `echo $$ > ${home}/pid; exec sleep 600`);
    const launch = launchEngine({ ...optionsIn(home, python), startTimeoutMs: 300 });
    await expect(launch).rejects.toMatchObject({ code: "engine_start" });
    expect(isAlive(Number(readFileSync(join(home, "pid"), "utf8")))).toBe(false);
  });
});

describe("starting", () => {
  it("stops when cancelled, leaving no process", async () => {
    const home = folder();
    const python = fakePython(home, `echo $$ > ${home}/pid; exec sleep 600`);
    const aborting = new AbortController();
    const launch = launchEngine({ ...optionsIn(home, python), signal: aborting.signal });
    while (!existsSync(join(home, "pid"))) await new Promise(setImmediate);
    aborting.abort();
    await expect(launch).rejects.toBeInstanceOf(CancelledError);
    expect(isAlive(Number(readFileSync(join(home, "pid"), "utf8")))).toBe(false);
  });
});

describe("the embedded server", () => {
  it("listens in a folder of this user's alone, serves, and is gone with its folder after close", async () => {
    const server = await launchEngine(optionsIn(folder(), serverPython()));
    onTestFinished(() => server.close());
    expect(statSync(socketFolder(server.address)).mode & 0o777).toBe(0o700);
    const engine = await connectEngine({ address: server.address, modelId: "m", lost: server.lost });
    expect(engine.capabilities).toMatchObject({ protocol: "omni.engine.v1", threads: 1 });
    await engine.close();
    await server.close();
    await server.close();
    expect(await server.exited).toMatchObject({ code: 0 });
    expect(server.lost.aborted).toBe(false);
    expect(existsSync(socketFolder(server.address))).toBe(false);
  });

  it("imports nothing from the folder that it is started in", async () => {
    const home = folder();
    for (const name of ["re.py", "torch.py"])
      writeFileSync(join(home, name), "raise SystemExit('taken for a module')\n");
    const server = await launchEngine(
      optionsIn(home, fakePython(home, `cd "${home}" && exec "${serverPython()}" "$@"`)),
    );
    await server.close();
  });

  it("killed under a running call fails it at once with how it ended and where its log is", async () => {
    const options = optionsIn(folder(), serverPython());
    const server = await launchEngine(options);
    onTestFinished(() => server.close());
    const engine = await connectEngine({ address: server.address, modelId: "m", lost: server.lost });
    onTestFinished(() => engine.close());
    await engine.trainer.loadModel({ base: "nano", seed: 1 });
    const begun = Date.now();
    const generating = (async () => {
      const { prompts, sampling } = generateCall(["0", "1", "2", "3"], 16);
      for await (const _ of engine.sampler.generate({ prompts, sampling: { ...sampling, maxTokens: 64 } })) {
        process.kill(server.pid, "SIGKILL");
      }
    })();
    await expect(generating).rejects.toBeInstanceOf(EngineError);
    await expect(generating).rejects.toMatchObject({ code: "engine_lost", details: { signal: "SIGKILL" } });
    await expect(generating).rejects.toThrow(options.logFile);
    expect(Date.now() - begun).toBeLessThan(10_000);
    await expect(collect(engine.sampler.generate(generateCall(["0"], 1)))).rejects.toMatchObject({
      code: "engine_lost",
    });
    expect(existsSync(socketFolder(server.address))).toBe(false);
  });

  it("ends with the control plane, also when that is killed by SIGKILL", async () => {
    const home = folder();
    const { parent, pid } = await launchFromAnother(home, optionsIn(home, serverPython()));
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    for (const end = Date.now() + 20_000; isAlive(pid) && Date.now() < end; ) await new Promise(setImmediate);
    expect(isAlive(pid)).toBe(false);
  });
});

/** A control plane of its own process that has launched the server and then waits. */
async function launchFromAnother(home: string, options: LaunchOptions): Promise<{ parent: ChildProcess; pid: number }> {
  const code = transpile(["core", "engine"]);
  onTestFinished(() => code.remove());
  const script = join(home, "control-plane.mjs");
  const engine = pathToFileURL(join(code.folder, "engine/index.js")).href;
  writeFileSync(
    script,
    `import { launchEngine } from ${JSON.stringify(engine)};
    const server = await launchEngine(${JSON.stringify(options)});
    console.log(server.pid);
    setInterval(() => {}, 1000);`,
  );
  const parent = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void parent.kill("SIGKILL"));
  const pid = await new Promise<number>((resolve, reject) => {
    parent.stdout.once("data", (line: Buffer) => resolve(Number(line.toString())));
    parent.once("exit", (status) => reject(new Error(`control plane ended with ${status}`)));
  });
  return { parent, pid };
}
