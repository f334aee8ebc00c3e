import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { SandboxError } from "../core/index.js";
import type { DockerAddress } from "./docker-address.js";

const openDeadlineMs = 30_000;
const pollMs = 50;

/**
 * A local socket that leads to a daemon behind ssh: one `ssh -L` process, so keys, agent, known hosts and jump hosts are
 * those of the user's own configuration. It is opened when first needed, and again after it was lost.
 */
export class DockerTunnel {
  readonly socketPath: string;
  readonly #folder: string;
  readonly #address: Extract<DockerAddress, { kind: "ssh" }>;
  #process: ChildProcess | undefined;
  #opening: Promise<void> | undefined;

  constructor(address: Extract<DockerAddress, { kind: "ssh" }>) {
    this.#address = address;
    // mkdtemp makes it 0700: nobody else may speak to the daemon through it.
    this.#folder = mkdtempSync(join(tmpdir(), "omni-docker-"));
    this.socketPath = join(this.#folder, "docker.sock");
  }

  /** Waits until it is open. Rejects with SandboxError (retryable) when ssh fails. */
  open(): Promise<void> {
    // A killed ssh leaves its socket behind.
    if (this.#process !== undefined && runs(this.#process) && existsSync(this.socketPath)) return Promise.resolve();
    this.#opening ??= this.#start().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #start(): Promise<void> {
    this.#process?.kill();
    rmSync(this.socketPath, { force: true });
    const { target, port, path } = this.#address;
    const options = ["BatchMode=yes", "ExitOnForwardFailure=yes", "ServerAliveInterval=10", "ServerAliveCountMax=3"];
    const flags = options.flatMap((option) => ["-o", option]);
    const portFlags = port === undefined ? [] : ["-p", String(port)];
    const forward = `${this.socketPath}:${path}`;
    const child = spawn("ssh", ["-N", "-T", ...flags, ...portFlags, "-L", forward, "--", target], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#process = child;
    let told = "";
    child.stderr.on("data", (data: Buffer) => {
      told = `${told}${data.toString("utf8")}`.slice(-500);
    });
    let over = false;
    child.once("error", (error) => {
      told = error.message;
      over = true;
    });
    child.once("exit", () => {
      over = true;
    });
    const until = performance.now() + openDeadlineMs;
    while (!existsSync(this.socketPath)) {
      if (over || performance.now() > until) {
        child.kill();
        throw new SandboxError(`ssh ${target}: ${told.trim().replaceAll(/\s+/g, " ") || "no tunnel was opened"}`, {
          code: "docker_unreachable",
          retryable: true,
        });
      }
      await delay(pollMs);
    }
  }

  async close(): Promise<void> {
    const child = this.#process;
    if (child !== undefined && runs(child) && child.pid !== undefined) {
      const gone = once(child, "exit");
      child.kill();
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Neither ended by itself nor by a signal. */
const runs = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;
