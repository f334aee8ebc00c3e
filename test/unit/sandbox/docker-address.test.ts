import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseDockerAddress } from "../../../src/sandbox/docker-address.js";
import { checkDocker } from "../../../src/sandbox/index.js";
import { PrivateDockerd } from "../../support/private-dockerd.js";
import { docker, needDocker } from "./docker-here.js";

describe("the address of a daemon", () => {
  it.each([
    ["unix:///run/x.sock", { kind: "unix", path: "/run/x.sock" }],
    ["tcp://127.0.0.1", { kind: "tcp", host: "127.0.0.1", port: 2375 }],
    ["tcp://[::1]:99", { kind: "tcp", host: "::1", port: 99 }],
    ["ssh://me@far", { kind: "ssh", target: "me@far", port: undefined, path: "/var/run/docker.sock" }],
    ["ssh://far:22/run/d.sock", { kind: "ssh", target: "far", port: 22, path: "/run/d.sock" }],
  ])("%s", (address, parsed) => {
    expect(parseDockerAddress({ address })).toEqual(parsed);
  });

  it("is DOCKER_HOST where none is named, and the usual socket without it", () => {
    expect(parseDockerAddress({}, { DOCKER_HOST: "unix:///a" })).toEqual({ kind: "unix", path: "/a" });
    expect(parseDockerAddress({}, {})).toEqual({ kind: "unix", path: "/var/run/docker.sock" });
  });

  it.each([
    ["tcp://10.0.0.1:2375", /beyond loopback is root for whoever reaches it; give tls/],
    ["http://x", /no address of a Docker daemon; use unix/],
    ["nonsense", /no address of a Docker daemon/],
  ])("%s is refused with the remedy", (address, message) => {
    expect(() => parseDockerAddress({ address })).toThrow(message);
  });

  it("names a certificate that cannot be read", () => {
    const tls = { ca: "/nowhere/ca", cert: "/nowhere/cert", key: "/nowhere/key" };
    expect(() => parseDockerAddress({ address: "tcp://far", tls })).toThrow(/tls.ca \/nowhere\/ca cannot be read/);
  });
});

/** A certificate authority, and a certificate each for the daemon and for us. */
function certificates(folder: string): void {
  const openssl = (...args: readonly string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  const ca = ["-subj", "/CN=omni-test-ca", "-keyout", "ca-key.pem", "-out", "ca.pem"];
  openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...ca);
  for (const name of ["server", "client"]) {
    const files = ["-keyout", `${name}-key.pem`, "-out", `${name}.csr`];
    openssl(
      "req",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-subj",
      "/CN=localhost",
      "-addext",
      "subjectAltName=IP:127.0.0.1",
      ...files,
    );
    const signed = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-copy_extensions", "copy"];
    openssl("x509", "-req", "-days", "2", "-in", `${name}.csr`, ...signed, "-out", `${name}.pem`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

describe("a daemon behind TLS", () => {
  let folder: string;
  let own: PrivateDockerd | undefined;
  let address: string;
  const pem = (name: string) => join(folder, `${name}.pem`);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "omni-tls-"));
    if (!docker.ok) return;
    certificates(folder);
    address = `tcp://127.0.0.1:${await freePort()}`;
    const server = ["--tlscert", pem("server"), "--tlskey", pem("server-key")];
    own = new PrivateDockerd({ flags: ["-H", address, "--tlsverify", "--tlscacert", pem("ca"), ...server] });
    await own.start();
  }, 90_000);
  afterAll(async () => {
    await own?.remove();
    rmSync(folder, { recursive: true, force: true });
  }, 90_000);

  it("is spoken to with a certificate of its authority, and not without", async (context) => {
    needDocker(context);
    const tls = { ca: pem("ca"), cert: pem("client"), key: pem("client-key") };
    const known = await checkDocker({ host: { address, tls } });
    expect(known).toMatchObject({ ok: false, serverVersion: expect.any(String) });
    expect(known.detail).toMatch(/has no image .*omni sandbox build python/);
    const stranger = await checkDocker({ host: { address } });
    expect(stranger.detail).toMatch(/no Docker daemon answers at tcp:/);
  });

  it("without the runtime or the mapping that is asked for is refused with the remedy", async (context) => {
    needDocker(context);
    const host = { address: own?.address ?? "" };
    expect((await checkDocker({ host, runtime: "runsc" })).detail).toMatch(/knows no runtime runsc.*daemon\.json/);
    expect((await checkDocker({ host, usernsRemap: true })).detail).toMatch(/does not remap users.*daemon\.json/);
  });
});
