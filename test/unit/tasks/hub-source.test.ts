import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type HubConnection, openSource, type SourceSpec } from "../../../src/tasks/index.js";
import { type HubServer, startHub } from "./hub-server.js";

const files = {
  "README.md": "# data",
  "main/train-0.jsonl": '{"q":"one"}\n{"q":"two"}\n',
  "main/test-0.jsonl": '{"q":"held out"}\n',
  "extra/train.csv": "q\nextra\n",
};

let hub: HubServer;
let cacheDir: string;

beforeEach(async () => {
  hub = await startHub({ repo: "org/name", files, token: "hf_secret" });
  cacheDir = await mkdtemp(join(tmpdir(), "omni-hub-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.close();
  await rm(cacheDir, { recursive: true, force: true });
});

async function read(spec: SourceSpec, connection: HubConnection = { endpoint: hub.endpoint, token: "hf_secret" }) {
  const rows = [];
  for await (const { row, origin } of openSource(spec, { baseDir: "/", cacheDir, hub: connection }).rows()) {
    rows.push({ q: row.q, origin });
  }
  return rows;
}

async function failure(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "no error",
    (error: Error) => error.message,
  );
}

const train = [
  { q: "one", origin: "hub:org/name@main/main/train-0.jsonl:1" },
  { q: "two", origin: "hub:org/name@main/main/train-0.jsonl:2" },
];

describe("a hub data set", () => {
  it("is listed, downloaded once and read, the training files unless a file is named", async () => {
    expect(await read({ source: "hub:org/name", config: "main" })).toEqual(train);
    const downloads = () => hub.requests.filter((request) => request.includes("/resolve/")).length;
    const before = downloads();
    expect(await read({ source: "hub:org/name", config: "main" })).toEqual(train);
    expect(downloads()).toBe(before);
    expect((await read({ source: "hub:org/name#main/test-*" })).map(({ q }) => q)).toEqual(["held out"]);
    expect((await read({ source: "hub:org/name", file: "extra/train.csv" })).map(({ q }) => q)).toEqual(["extra"]);
  });

  it("takes endpoint and token from the environment", async () => {
    vi.stubEnv("HF_ENDPOINT", `${hub.endpoint}/`);
    vi.stubEnv("HF_TOKEN", "hf_secret");
    expect(await read({ source: "hub:org/name", config: "main" }, {})).toEqual(train);
  });

  it("is read from the cache when the hub is gone, and only then", async () => {
    await read({ source: "hub:org/name", config: "main" });
    hub.fail(503);
    expect(await read({ source: "hub:org/name", config: "main" })).toEqual(train);
    hub.fail(401);
    expect(await failure(read({ source: "hub:org/name", config: "main" }))).toContain("the hub refuses (401)");
  });

  it("a cut download leaves nothing behind, and the next try is whole", async () => {
    hub.cutNextDownload();
    expect(await failure(read({ source: "hub:org/name", config: "main" }))).toMatch(/download|cannot be reached/);
    const left = await readdir(cacheDir, { recursive: true });
    expect(left.filter((name) => name.endsWith(".jsonl") || name.endsWith(".part"))).toEqual([]);
    expect(await read({ source: "hub:org/name", config: "main" })).toEqual(train);
  });
});

describe("a hub that cannot give it says why and what to do", () => {
  it("several configurations, no such file, no such data set", async () => {
    expect(await failure(read({ source: "hub:org/name" }))).toMatch(
      /several configurations \(extra, main\); choose one with data\.config/,
    );
    expect(await failure(read({ source: "hub:org/name", file: "x.csv" }))).toMatch(
      /no file matches "x\.csv"; it has extra\/train\.csv/,
    );
    expect(await failure(read({ source: "hub:org/other" }))).toMatch(
      /no such data set or revision \(404\); check data\.source/,
    );
    expect(() => openSource({ source: "hub:not a name" }, { baseDir: "/", cacheDir })).toThrow(/write hub:org\/name/);
  });

  it("401 without a token asks for HF_TOKEN, with one for another; no message holds it", async () => {
    vi.stubEnv("HF_TOKEN", "");
    const spec = { source: "hub:org/name" };
    expect(await failure(read(spec, { endpoint: hub.endpoint }))).toMatch(/refuses \(401\).*set HF_TOKEN/);
    const wrong = await failure(read(spec, { endpoint: hub.endpoint, token: "hf_wrong" }));
    expect(wrong).toMatch(/HF_TOKEN may not read it/);
    expect(wrong).not.toContain("hf_wrong");
  });

  it("no network is named with the endpoint and the system's reason", async () => {
    const { endpoint } = hub;
    await hub.close();
    expect(await failure(read({ source: "hub:org/name" }, { endpoint, token: "hf_x" }))).toMatch(
      /127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\); check the network or HF_ENDPOINT/,
    );
    hub = await startHub({ repo: "org/name", files });
  });
});
