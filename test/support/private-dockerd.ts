import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { processesWith } from "./processes.js";

/** A Docker daemon of the tests' own, which they may stop, starve and restart without disturbing anybody. */
export class PrivateDockerd {
  /** Short, since a socket's path must be. */
  readonly folder = mkdtempSync("/tmp/omni-dd-");
  readonly address = `unix://${this.folder}/docker.sock`;
  readonly #flags: readonly string[];
  #process: ChildProcess | undefined;

  /** @param diskMb size of the file system that it keeps everything on; not its own when left out */
  constructor(options: { readonly diskMb?: number; readonly flags?: readonly string[] } = {}) {
    this.#flags = options.flags ?? [];
    // The users that it may map containers' users to must get to its data.
    chmodSync(this.folder, 0o711);
    mkdirSync(this.data);
    if (options.diskMb !== undefined) {
      execFileSync("mount", ["-t", "tmpfs", "-o", `size=${options.diskMb}m`, "omni-test", this.data]);
    }
  }

  get data(): string {
    return join(this.folder, "data");
  }

  async start(): Promise<void> {
    const log = openSync(join(this.folder, "log"), "a");
    const roots = ["--data-root", this.data, "--exec-root", join(this.folder, "exec")];
    const files = ["--pidfile", join(this.folder, "pid"), "-H", this.address];
    const network = ["--bridge", "none", "--iptables=false", "--ip6tables=false"];
    this.#process = spawn("dockerd", [...roots, ...files, ...network, ...this.#flags], {
      stdio: ["ignore", log, log],
      detached: true,
    });
    this.#process.on("error", () => undefined);
    const until = Date.now() + 60_000;
    while (!this.#answers()) {
      if (Date.now() > until || this.#process.exitCode !== null) {
        throw new Error(`dockerd did not start: ${readFileSync(join(this.folder, "log"), "utf8").slice(-2000)}`);
      }
      await delay(100);
    }
  }

  #answers(): boolean {
    try {
      execFileSync("docker", ["-H", this.address, "version"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  }

  /** Runs the docker command against it. */
  docker(...args: readonly string[]): string {
    return execFileSync("docker", ["-H", this.address, ...args], { encoding: "utf8" });
  }

  /** Gives it an image of the machine's own daemon. */
  load(image: string): void {
    execFileSync("sh", ["-c", 'docker save "$0" | docker -H "$1" load', image, this.address], { stdio: "ignore" });
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await gone;
  }

  /** Stops it and removes all that it had. */
  async remove(): Promise<void> {
    await this.stop();
    // A daemon that stops while a container is made leaves the one that looks after it behind.
    for (const pid of processesWith(`-address ${this.folder}/`)) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended meanwhile.
      }
    }
    execFileSync("sh", ["-c", 'grep " $0" /proc/mounts | cut -d" " -f2 | sort -r | xargs -r umount -l', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
