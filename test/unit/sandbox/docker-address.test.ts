import { describe, expect, it } from "vitest";
import { parseDockerAddress } from "../../../src/sandbox/docker-address.js";

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
