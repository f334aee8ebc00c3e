import { existsSync } from "node:fs";
import Docker from "dockerode";
import { afterEach, describe, expect, it, vi } from "vitest";
import { containerOptions } from "../../../src/sandbox/docker-hardening.js";
import { frameReader } from "../../../src/sandbox/frames.js";
import { resolveLimits } from "../../../src/sandbox/limits.js";
import { docker, needDocker } from "./docker-here.js";

const api = new Docker();
const made: (readonly [Docker.Container, NodeJS.ReadWriteStream])[] = [];
afterEach(async () => {
  for (const [container, stream] of made.splice(0)) {
    // Or the daemon, which cannot write to it, would not remove the container.
    stream.resume();
    await container.remove({ force: true, v: true }).catch(() => undefined);
  }
});

/** A slot as the pool makes it, but with nobody behind it: its frames as they come, and its exit status. */
async function slot(change?: (supervisor: string) => string) {
  const labels = { "omni.sandbox": "test" };
  const plan = { image: docker.imageId ?? "", labels, limits: resolveLimits({ memoryMb: 128 }) };
  const options = containerOptions(plan);
  const [python, ...rest] = options.Entrypoint as string[];
  const given = rest.pop() ?? "";
  const supervisor = change?.(given) ?? given;
  expect(supervisor === given, "the change that the test makes to the supervisor").toBe(change === undefined);
  const container = await api.createContainer({ ...options, Entrypoint: [python ?? "", ...rest, supervisor] });
  const stream = await attach(container);
  made.push([container, stream]);
  const frames: [kind: string, payload: string][] = [];
  const inner = frameReader({ headerBytes: 5, lengthAt: 1, maxBytes: 1 << 20 }, (header, payload) =>
    frames.push([String.fromCharCode(header[0] ?? 0), payload.toString()]),
  );
  const outer = frameReader({ headerBytes: 8, lengthAt: 4, maxBytes: 1 << 24 }, (_, payload) => inner(payload));
  stream.on("data", outer).on("error", () => undefined);
  const exit = container.wait({ condition: "next-exit" }) as Promise<{ StatusCode: number }>;
  await container.start();
  await vi.waitFor(() => expect(frames[0]?.[0]).toBe("R"), { timeout: 30_000 });
  return { container, stream, frames, exit };
}

const attach = (container: Docker.Container) =>
  container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });

function job(code: string, wallS: number): Buffer {
  const limits = { wall_s: wallS, cpu_s: 600, output_bytes: 1 << 30, file_bytes: 1 << 20 };
  const program = { program: "python3", arguments: ["-s", "main.py"], files: { "main.py": code }, stdin: "", feed: "" };
  const body = Buffer.from(JSON.stringify({ runs: [{ ...limits, ...program }] }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

const printed = (frames: readonly (readonly [string, string])[]) =>
  frames.flatMap(([kind, text]) => (kind === "o" ? [text] : [])).join("");

describe("a slot", { timeout: 30_000 }, () => {
  it("takes one program and ends, whatever else comes in", async (context) => {
    needDocker(context);
    const { stream, frames, exit } = await slot();
    stream.write(Buffer.concat([job("print('first')", 5), job("print('second')", 5)]));
    expect(await exit).toMatchObject({ StatusCode: 0 });
    expect(printed(frames)).toBe("first\n");
    expect(frames.at(-1)?.[0]).toBe("Z");
  });

  it("has its stdin closed with the line that it was made with: no later one can feed it", async (context) => {
    needDocker(context);
    // One that would outlive the end of its stdin, so that a second line finds it alive.
    const { container, stream, exit } = await slot((text) =>
      text.replace("raise ControlPlaneGone", "time.sleep(0.5); send(b'G')\n            time.sleep(1); os._exit(9)"),
    );
    "destroy" in stream && (stream.destroy as () => void)();
    const later = await attach(container);
    const heard: Buffer[] = [];
    later.on("data", (data: Buffer) => heard.push(data)).on("error", () => undefined);
    later.write(job("print('fed')", 5));
    expect(await exit).toMatchObject({ StatusCode: 9 });
    const text = Buffer.concat(heard).toString("latin1");
    expect(text).toContain("G\0\0\0\0");
    expect(text).not.toContain("fed");
  });

  it("ends its program and itself in time where nobody kills either", async (context) => {
    needDocker(context);
    const { stream, frames, exit } = await slot();
    const began = Date.now();
    stream.write(job("while True: pass", 1));
    expect(await exit).toMatchObject({ StatusCode: 0 });
    expect(Date.now() - began).toBeLessThan(15_000);
    const ended = frames.find(([kind]) => kind === "X")?.[1] ?? "{}";
    expect(JSON.parse(ended)).toMatchObject({ deadline: true, exit: null });
  });

  it("ends by a deadline of its own where nobody reads what it says", async (context) => {
    needDocker(context);
    const { container, stream, exit } = await slot((text) => text.replace("LINGER_S = 5.0", "LINGER_S = 1.0"));
    const { State } = await container.inspect();
    stream.pause();
    stream.write(job("while True: print('x' * 65536)", 1));
    // The daemon tells of the end only when what came before it has been read, so the process itself is watched.
    await vi.waitFor(() => expect(existsSync(`/proc/${State.Pid}`)).toBe(false), { timeout: 20_000, interval: 50 });
    stream.resume();
    expect(await exit).toMatchObject({ StatusCode: 3 });
  });

  it("ends by itself where no program ever comes and its stdin stays open", async (context) => {
    needDocker(context);
    const { frames, exit } = await slot((text) => text.replace("IDLE_S = 3600.0", "IDLE_S = 1.0"));
    expect(await exit).toMatchObject({ StatusCode: 3 });
    expect(frames.map(([kind]) => kind)).toEqual(["R"]);
  });
});
