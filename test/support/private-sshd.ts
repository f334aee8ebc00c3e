import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "./free-port.js";

/** Where Debian has it; servers are on nobody's PATH. */
export const sshd = "/usr/sbin/sshd";

/** An ssh server of the tests' own on 127.0.0.1, and an `ssh` first on the PATH that trusts it and has a key to it. */
export class PrivateSshd {
  readonly #folder = mkdtempSync("/tmp/omni-ssh-");
  readonly #path = process.env.PATH;
  #process: ChildProcess | undefined;
  #port = 0;

  /** As a config names the Docker daemon behind it. */
  get address(): string {
    return `ssh://${userInfo().username}@127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const file = (name: string) => join(this.#folder, name);
    for (const key of ["host", "client"]) {
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file(key)]);
    }
    copyFileSync(file("client.pub"), file("authorized"));
    this.#port = await freePort();
    const server = { Port: this.#port, ListenAddress: "127.0.0.1", HostKey: file("host"), PidFile: "none" };
    const access = { AuthorizedKeysFile: file("authorized"), StrictModes: "no", UsePAM: "no" };
    writeFileSync(file("sshd_config"), lines({ ...server, ...access }));
    const trust = { UserKnownHostsFile: file("known"), StrictHostKeyChecking: "accept-new" };
    writeFileSync(file("ssh_config"), lines({ ...trust, IdentityFile: file("client"), IdentitiesOnly: "yes" }));
    mkdirSync(file("bin"));
    const ssh = execFileSync("which", ["ssh"], { encoding: "utf8" }).trim();
    writeFileSync(file("bin/ssh"), `#!/bin/sh\nexec ${ssh} -F ${file("ssh_config")} "$@"\n`);
    chmodSync(file("bin/ssh"), 0o755);
    process.env.PATH = `${file("bin")}:${this.#path}`;
    // Where it lives after it has given up its privileges.
    mkdirSync("/run/sshd", { recursive: true });
    this.#process = spawn(sshd, ["-D", "-f", file("sshd_config")], { stdio: "ignore" });
    for (const until = Date.now() + 20_000; !(await this.#answers()); await delay(50)) {
      if (Date.now() > until || this.#process.exitCode !== null) throw new Error("sshd did not start");
    }
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.#port, "127.0.0.1", () => socket.end(() => resolve(true)));
      socket.on("error", () => resolve(false));
    });
  }

  async remove(): Promise<void> {
    process.env.PATH = this.#path;
    if (this.#process !== undefined && this.#process.exitCode === null) {
      const gone = once(this.#process, "exit");
      this.#process.kill();
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const lines = (options: Readonly<Record<string, string | number>>) =>
  Object.entries(options)
    .map(([name, value]) => `${name} ${value}\n`)
    .join("");
