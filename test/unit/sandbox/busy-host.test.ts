import { afterEach, describe, expect, it } from "vitest";
import { openDockerSandbox, openEmbeddedSandbox, type Sandbox } from "../../../src/sandbox/index.js";
import { docker, needDocker } from "./docker-here.js";

/** Takes about a second of a processor of its own, whatever the clock says. */
const right = { docker: 20_000_000, embedded: 8_000_000 };
const counting = (steps: number) => `n = 0\nfor _ in range(${steps}): n += 1\nprint('done')`;
const spinning = "while True: pass";
const sleeping = "import time\ntime.sleep(60)";
const tests = { kind: "stdio", cases: [{ stdin: "", stdout: "done" }] } as const;
const wide = 240_000;

async function open(kind: "docker" | "embedded"): Promise<Sandbox | undefined> {
  if (kind === "embedded") return openEmbeddedSandbox({ concurrency: 12 });
  return docker.ok ? openDockerSandbox({ concurrency: 12 }) : undefined;
}

describe.each(["docker", "embedded"] as const)("on a busy host the %s sandbox", (kind) => {
  let sandbox: Sandbox | undefined;
  afterEach(() => sandbox?.close());

  it("runs once more, alone, what ran out of time while it waited for a processor", {
    timeout: wide,
  }, async (context) => {
    if (kind === "docker") needDocker(context);
    sandbox = await open(kind);
    if (sandbox === undefined) throw new Error("the sandbox is not open");
    const held = sandbox;
    const run = (id: string, code: string, cpuS: number, wallS: number) =>
      held.run({ id, language: "python", code, tests, limits: { cpuS, wallS } });
    // Eleven of them leave a fraction of a processor to the one that is right.
    const busy = Array.from({ length: 11 }, (_, index) => run(`spinning ${index}`, spinning, 3, 900));
    const result = await run("right", counting(right[kind]), 6, 3);
    expect(result, JSON.stringify(result)).toMatchObject({ reward: 1, verdict: "passed" });
    expect(held.stats().rerunsAlone).toBe(1);
    // A busy host gives no program more processor time than its limit.
    expect((await Promise.all(busy)).map(({ verdict }) => verdict)).toEqual(Array(11).fill("time_limit"));
  });
});

// WebAssembly has no sleep, it spins: this is for Docker alone.
describe("on a busy host a program that sleeps", () => {
  let sandbox: Sandbox | undefined;
  afterEach(() => sandbox?.close());

  it("runs once: it waited for no processor", { timeout: wide }, async (context) => {
    needDocker(context);
    sandbox = await open("docker");
    const result = await sandbox?.run({ id: "s", language: "python", code: sleeping, tests, limits: { wallS: 8 } });
    expect(result).toMatchObject({ reward: 0, verdict: "time_limit" });
    expect(sandbox?.stats().rerunsAlone).toBe(0);
  });
});
