import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { connectEngine } from "../../../src/engine/index.js";
import { startFakeEngine } from "../../support/fake-engine.js";
import { quickRetry } from "./connected.js";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
let folder = "";
const file = (name: string) => join(folder, name);
const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });

/** An authority of our own and a certificate of it for localhost. */
function makeCertificates(): void {
  openssl(..."req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=omni-test-ca -keyout ca.key -out ca.pem".split(" "));
  openssl(..."req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout peer.key -out peer.csr".split(" "));
  writeFileSync(file("san"), "subjectAltName=DNS:localhost");
  openssl(..."x509 -req -in peer.csr -CA ca.pem -CAkey ca.key -days 2 -extfile san -out peer.pem".split(" "));
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "omni-tls-"));
  if (hasOpenssl) makeCertificates();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string) => readFileSync(file(name));
const connect = (address: string, tls: object, token = "s3cret", connectMs = 10_000) =>
  connectEngine({
    address: address.replace("127.0.0.1", "localhost"),
    modelId: "m",
    token,
    tls,
    retry: quickRetry,
    deadlines: { connectMs },
  });

describe.skipIf(!hasOpenssl)("an engine behind TLS", () => {
  it("is reached by who trusts its authority and has the token, and by nobody else", async () => {
    const fake = await startFakeEngine({ token: "s3cret", tls: { cert: read("peer.pem"), key: read("peer.key") } });
    onTestFinished(() => fake.close());
    const engine = await connect(fake.address, { ca: file("ca.pem") });
    expect(engine.capabilities.backend).toBe("fake");
    await engine.close();
    await expect(connect(fake.address, { ca: file("ca.pem") }, "gu3ss")).rejects.toMatchObject({
      code: "unauthenticated",
    });
    const reached = fake.calls.length;
    await expect(connect(fake.address, {}, "s3cret", 500)).rejects.toThrow(/do not trust each other .*check "tls"/);
    expect(fake.calls).toHaveLength(reached);
  });

  it("that asks for certificates (mTLS) refuses who shows none", async () => {
    const tls = { cert: read("peer.pem"), key: read("peer.key"), ca: read("ca.pem") };
    const fake = await startFakeEngine({ tls });
    onTestFinished(() => fake.close());
    const pair = { ca: file("ca.pem"), cert: file("peer.pem"), key: file("peer.key") };
    const engine = await connect(fake.address, pair);
    expect(engine.capabilities.backend).toBe("fake");
    await engine.close();
    await expect(connect(fake.address, { ca: file("ca.pem") }, "s3cret", 500)).rejects.toMatchObject({
      code: "engine_unavailable",
    });
    expect(fake.calls).toHaveLength(1);
  });
});
