import { randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { CancelledError } from "../../src/core/index.js";
import type { Sandbox, SandboxResult, Submission } from "../../src/sandbox/index.js";
import {
  type ContractProgram,
  cheatingPrograms,
  correctPrograms,
  failingPrograms,
  theftPrograms,
} from "./sandbox.programs.js";

/** One adapter under the contract. */
export interface SandboxUnderTest {
  readonly kind: "docker" | "embedded";
  /** Called in every test; skips it when the adapter cannot be had here. */
  readonly need: (context: TestContext) => void;
  readonly open: () => Promise<Sandbox | undefined>;
}

function submission({ name, code, tests, limits }: Omit<ContractProgram, "verdict">): Submission {
  return { id: name, language: "python", code, tests, ...(limits === undefined ? {} : { limits }) };
}

/** The whole suite over one adapter. */
export function sandboxContract({ kind, need, open }: SandboxUnderTest): void {
  describe(`${kind} sandbox`, () => {
    let opened: Sandbox | undefined;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.close());
    const sandbox = (context: TestContext): Sandbox => {
      need(context);
      if (opened === undefined) throw new Error("the sandbox is not open");
      return opened;
    };

    const groups = { "earns the reward": correctPrograms, fails: failingPrograms, "earns nothing": cheatingPrograms };
    for (const [claim, programs] of Object.entries(groups)) {
      for (const program of programs) {
        if (program.dockerOnly && kind !== "docker") continue;
        it.concurrent(`${claim}: ${program.name}`, async (context) => {
          expectResult(await sandbox(context).run(submission(program)), program);
        }, 180_000);
      }
    }

    it("gives nobody the network, the host's files, its own environment or a place to write", {
      timeout: 180_000,
    }, async (context) => {
      const held = sandbox(context);
      const server = createServer((socket) => socket.destroy());
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const address = server.address();
      const port = typeof address === "object" ? address?.port : 0;
      const file = join(tmpdir(), `omni-host-${randomUUID()}`);
      writeFileSync(file, "secret");
      process.env.OMNI_SECRET = "SECRET";
      try {
        for (const { name, code } of theftPrograms) {
          const filled = code.replaceAll("PORT", String(port)).replaceAll("HOST_FILE", file);
          const tests = { kind: "stdio", cases: [{ stdin: "", stdout: "never this" }] } as const;
          const { verdict, stdout } = await held.run({ id: name, language: "python", code: filled, tests });
          expect(verdict, `${name}: ${stdout}`).toBe("wrong_answer");
          expect(stdout, name).toContain("no");
          expect(stdout, name).not.toContain("LEAK");
          if (kind === "docker") expect(stdout, name).not.toContain("WROTE");
        }
      } finally {
        server.close();
        rmSync(file);
        delete process.env.OMNI_SECRET;
      }
    });

    it("shows the first failure's output", async (context) => {
      const tests = { kind: "stdio", cases: ["1", "2"].map((stdin) => ({ stdin, stdout: "1" })) } as const;
      const code = "import sys\nn = input()\nprint(n)\nprint('err' + n, file=sys.stderr)";
      const result = await sandbox(context).run({ id: "x", language: "python", code, tests });
      expect(result).toMatchObject({ id: "x", verdict: "wrong_answer", passed: 1, stdout: "2\n", stderr: "err2\n" });
    });

    it("ends a run when its signal fires, with CancelledError", async (context) => {
      const tests = { kind: "stdio", cases: [{ stdin: "", stdout: "" }] } as const;
      const endless: Submission = { id: "endless", language: "python", code: "while True: pass", tests };
      const stop = new AbortController();
      const running = sandbox(context).run(endless, { signal: stop.signal });
      const rejected = expect(running).rejects.toBeInstanceOf(CancelledError);
      stop.abort();
      await rejected;
    });
  });
}

function expectResult(result: SandboxResult, { verdict, passed, total }: ContractProgram): void {
  const told = `${result.verdict}: ${result.stderr.slice(-500)} ${result.stdout.slice(0, 200)}`;
  expect(verdict, told).toContain(result.verdict);
  expect(result.reward, told).toBe(result.verdict === "passed" ? 1 : 0);
  if (passed !== undefined) expect(result.passed, told).toBe(passed);
  if (total !== undefined) expect(result.total, told).toBe(total);
  if (result.reward === 1) expect(result.passed).toBe(result.total);
}
