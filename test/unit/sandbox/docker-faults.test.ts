import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CancelledError } from "../../../src/core/index.js";
import { openDockerSandbox, pythonImage, type Sandbox, type Submission } from "../../../src/sandbox/index.js";
import { PrivateDockerd } from "../../support/private-dockerd.js";
import { docker, needDocker } from "./docker-here.js";

const wide = 120_000;

function program(id: number, seconds = 0): Submission {
  const code = `import time\ntime.sleep(${seconds})\nprint(${id})`;
  return {
    id: String(id),
    language: "python",
    code,
    tests: { kind: "stdio", cases: [{ stdin: "", stdout: `${id}` }] },
  };
}

/** What became of `count` programs at once; `after` is called when the n-th has ended. */
async function batch(
  sandbox: Sandbox,
  count: number,
  after?: { readonly ended: number; readonly call: () => unknown },
) {
  let ended = 0;
  const runs = Array.from({ length: count }, async (_, id) => {
    const result = await sandbox.run(program(id, 0.1));
    ended += 1;
    if (ended === after?.ended) after.call();
    return result;
  });
  const results = await Promise.all(runs);
  return { passed: results.filter((each) => each.reward === 1).length, lost: results.filter((r) => r.reward === null) };
}

describe("a Docker daemon", () => {
  let own: PrivateDockerd;
  const notices: string[] = [];
  const open = (options: Partial<Parameters<typeof openDockerSandbox>[0]> = {}) =>
    openDockerSandbox({
      concurrency: 2,
      hosts: [{ address: own.address }],
      notice: (n) => notices.push(n),
      ...options,
    });

  beforeAll(async () => {
    if (!docker.ok) return;
    own = new PrivateDockerd({ diskMb: 400 });
    await own.start();
    own.load(pythonImage);
  }, wide);
  afterAll(() => own?.remove(), wide);

  it("restarted in the middle of a batch costs no reward", { timeout: wide }, async (context) => {
    needDocker(context);
    const sandbox = await open();
    try {
      let restarted: Promise<void> | undefined;
      const restart = () => {
        restarted = own.stop().then(() => own.start());
      };
      const { passed, lost } = await batch(sandbox, 24, { ended: 6, call: restart });
      await restarted;
      expect(lost).toEqual([]);
      expect(passed).toBe(24);
      expect(sandbox.stats()).toMatchObject({ queued: 0, running: 0, finished: 24 });
    } finally {
      await sandbox.close();
    }
    expect(own.docker("ps", "-aq")).toBe("");
  });

  it("that stays away is waited for so long, aloud; then programs are infrastructure errors, until it is back", {
    timeout: wide,
  }, async (context) => {
    needDocker(context);
    const sandbox = await open({ patienceMs: 4_000 });
    try {
      await own.stop();
      notices.length = 0;
      const { lost } = await batch(sandbox, 10);
      expect(lost).toHaveLength(10);
      expect(lost[0]).toMatchObject({ verdict: "infrastructure_error", reward: null });
      expect(lost[0]?.stderr).toMatch(/no Docker daemon answers at unix:.*start dockerd/);
      expect(notices[0]).toMatch(/waiting for Docker at unix:\S+, \d+ s/);
      await own.start();
      await expect.poll(async () => (await batch(sandbox, 1)).passed, { timeout: 30_000, interval: 500 }).toBe(1);
      expect(notices.at(-1)).toMatch(/answers again after \d+ s/);
    } finally {
      await sandbox.close();
    }
  });

  it("whose disk is full gives infrastructure errors, and rewards again when there is room", {
    timeout: wide,
  }, async (context) => {
    needDocker(context);
    const sandbox = await open();
    const filler = join(own.data, "filler");
    try {
      expect((await batch(sandbox, 1)).passed).toBe(1);
      expect(() => writeFileSync(filler, Buffer.alloc(1 << 30))).toThrow(/ENOSPC/);
      const { passed, lost } = await batch(sandbox, 6);
      // Those that found a container started before may pass; none is scored 0.
      expect(passed + lost.length).toBe(6);
      expect(lost.length).toBeGreaterThan(0);
      rmSync(filler);
      await expect.poll(async () => (await batch(sandbox, 1)).passed, { timeout: 30_000, interval: 200 }).toBe(1);
    } finally {
      rmSync(filler, { force: true });
      await sandbox.close();
    }
  });

  it("that loses the image gives infrastructure errors that say so", { timeout: wide }, async (context) => {
    needDocker(context);
    const sandbox = await open();
    try {
      own.docker("rmi", "-f", pythonImage);
      const { lost } = await batch(sandbox, 8);
      expect(lost.length).toBeGreaterThan(0);
      expect(lost[0]?.stderr).toMatch(/no (such )?image/i);
    } finally {
      await sandbox.close();
      own.load(pythonImage);
    }
  });

  it("that is lost leaves its work to the other host", { timeout: wide }, async (context) => {
    needDocker(context);
    const sandbox = await open({ hosts: [{ address: own.address }, {}] });
    try {
      const { passed, lost } = await batch(sandbox, 20, { ended: 6, call: () => void own.stop() });
      expect(lost).toEqual([]);
      expect(passed).toBe(20);
    } finally {
      await sandbox.close();
      await own.start();
    }
  });
});

describe("a thousand queued programs", () => {
  it("end at once when their run is aborted, and leave no container", { timeout: wide }, async (context) => {
    needDocker(context);
    const sandbox = await openDockerSandbox({ concurrency: 2 });
    try {
      const stop = new AbortController();
      const all = Array.from({ length: 1000 }, (_, id) =>
        sandbox.run(program(id, 5), { signal: stop.signal }).catch((error: unknown) => error),
      );
      await expect.poll(() => sandbox.stats().running).toBe(2);
      stop.abort();
      const ended = await Promise.all(all);
      expect(ended.every((each) => each instanceof CancelledError)).toBe(true);
      expect(sandbox.stats()).toMatchObject({ queued: 0, running: 0, finished: 0 });
    } finally {
      await sandbox.close();
    }
  });
});
