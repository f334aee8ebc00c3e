import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { CancelledError, ConfigError } from "../../../src/core/index.js";
import { connectEngine } from "../../../src/engine/index.js";
import { startFakeEngine } from "../../support/fake-engine.js";
import { connected, quickRetry } from "./connected.js";

const briefly = { deadlines: { connectMs: 300 } };
const connect = (address: string, more: object = {}) =>
  connectEngine({ address, modelId: "m", retry: quickRetry, deadlines: { connectMs: 10_000 }, ...more });

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "omni-connect-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A loopback port that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const bound = server.address();
      server.close(() => resolve(typeof bound === "object" && bound !== null ? bound.port : 0));
    });
  });
}

describe("an engine is reached", () => {
  it("by host:port, and tells what it is", async () => {
    const { engine, fake } = await connected();
    expect(engine.address).toBe(fake.address);
    expect(engine.capabilities).toMatchObject({ backend: "fake", roles: ["sample", "train"] });
    expect(engine.capabilities.judge).toBeUndefined();
  });

  it("by unix:/path", async () => {
    const { engine } = await connected({ listen: `unix:${join(folder(), "engine.sock")}` });
    expect(engine.capabilities.backend).toBe("fake");
  });

  it("by file:/path, also when the file comes late and half-written", async () => {
    const fake = await startFakeEngine();
    onTestFinished(() => fake.close());
    const file = join(folder(), "address.json");
    const connecting = connect(`file:${file}`);
    writeFileSync(file, '{"addr');
    setImmediate(() => writeFileSync(file, JSON.stringify({ address: fake.address })));
    const engine = await connecting;
    expect(engine.address).toBe(fake.address);
    await engine.close();
    await engine.close();
  });

  it("with its token, sent as a bearer", async () => {
    const { engine } = await connected({ token: "s3cret" }, { token: "s3cret" });
    expect(engine.capabilities.backend).toBe("fake");
  });
});

describe("one line names the place and the remedy when", () => {
  it("nobody listens", async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const failure = connect(address, briefly);
    await expect(failure).rejects.toMatchObject({ code: "engine_unavailable", retryable: true });
    await expect(failure).rejects.toThrow(new RegExp(`^no engine answers at ${address} .*start it`));
  });

  it("the peer accepts and says nothing", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const bound = server.address();
    const port = typeof bound === "object" && bound !== null ? bound.port : 0;
    const failure = connect(`127.0.0.1:${port}`, briefly);
    await expect(failure).rejects.toMatchObject({ boundary: "engine" });
    await expect(failure).rejects.toThrow(`127.0.0.1:${port}`);
  });

  it("the token is wrong, or missing; at once and without showing it", async () => {
    const fake = await startFakeEngine({ token: "s3cret" });
    onTestFinished(() => fake.close());
    const wrong = connect(fake.address, { token: "gu3ss" });
    await expect(wrong).rejects.toMatchObject({ code: "unauthenticated" });
    await expect(wrong).rejects.toThrow(/refused us .*token is not the one/);
    await expect(wrong).rejects.not.toThrow(/gu3ss/);
    await expect(connect(fake.address)).rejects.toThrow(/it wants a token/);
    expect(fake.calls).toHaveLength(2);
  });

  it("the protocol differs", async () => {
    const fake = await startFakeEngine({ protocol: "omni.engine.v9" });
    onTestFinished(() => fake.close());
    await expect(connect(fake.address)).rejects.toThrow(/speaks "omni.engine.v9".*omni setup/);
  });

  it("the engine lacks a role", async () => {
    const fake = await startFakeEngine({ roles: ["sample"] });
    onTestFinished(() => fake.close());
    await expect(connect(fake.address)).rejects.toMatchObject({ code: "missing_role" });
    const sampler = await connect(fake.address, { roles: ["sample"] });
    await sampler.close();
  });

  it.each(["nowhere", "host:99999", "unix:", "http://host:1", `unix:/${"x".repeat(120)}`])(
    "the address is %s",
    async (address) => {
      await expect(connect(address)).rejects.toBeInstanceOf(ConfigError);
    },
  );

  it("the address file is missing", async () => {
    const file = join(folder(), "none.json");
    const failure = connect(`file:${file}`, { deadlines: { connectMs: 60 } });
    await expect(failure).rejects.toThrow(`${file}: address file cannot be read`);
  });

  it("a certificate cannot be read, or lacks its key", async () => {
    await expect(connect("127.0.0.1:1", { tls: { ca: "/none.pem" } })).rejects.toThrow(/engine tls: .*\/none\.pem/);
    await expect(connect("127.0.0.1:1", { tls: { cert: "/none.pem" } })).rejects.toThrow(/belong together/);
  });

  it("a token would be sent in clear text", async () => {
    await expect(connect("engine.example:7000", { token: "s3cret" })).rejects.toMatchObject({
      code: "token_without_tls",
    });
  });

  it("the model is unknown or not loaded", async () => {
    const { engine } = await connected();
    const unknown = engine.trainer.loadModel({ base: "missing", seed: 1, replace: true });
    await expect(unknown).rejects.toMatchObject({ code: "unknown_model" });
    await expect(engine.checkpoints.load("none")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("connecting", () => {
  it("stops when cancelled", async () => {
    const aborting = new AbortController();
    const failure = connect(`127.0.0.1:${await freePort()}`, {
      signal: aborting.signal,
      deadlines: { connectMs: 60_000 },
      retry: { maxAttempts: 1, firstDelayMs: 60_000, maxDelayMs: 60_000 },
    });
    setImmediate(() => aborting.abort());
    await expect(failure).rejects.toBeInstanceOf(CancelledError);
  });

  it("waits for a server that is still starting", async () => {
    const path = `unix:${join(folder(), "engine.sock")}`;
    const connecting = connect(path, { deadlines: { connectMs: 20_000 } });
    const fake = await startFakeEngine({ listen: path });
    onTestFinished(() => fake.close());
    const engine = await connecting;
    expect(engine.address).toBe(path);
    await engine.close();
  });
});
