import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "zeromq";
import { ConfigError } from "../core/index.js";
import { readServerKeys, type ServerKeys } from "./keys.js";
import { FOLDER_PREFIX, SOCKET, sweepStaleFolders } from "./stale-folders.js";
import { loadZeromq } from "./zeromq.js";
import { type Door, openDoor, type Receive } from "./zmq-door.js";

/** What comes through which kind of door. */
export type ReceiveAt = (place: "local" | "remote", ...message: Parameters<Receive>) => void;

/** The sockets of a pool: one that only this user's processes reach, and one for other hosts. Opened when first asked for. */
export class Doors {
  readonly #receive: ReceiveAt;
  readonly #open: Door[] = [];
  #context: Context | undefined;
  #folder: string | undefined;
  #local: Promise<string> | undefined;

  constructor(receive: ReceiveAt) {
    this.#receive = receive;
  }

  /**
   * Opens the door for workers on other hosts. Returns its address as bound.
   * @throws ConfigError for an address or key file that cannot be used
   */
  async listen(address: string, keyFile: string | undefined): Promise<string> {
    const keys = keyFile === undefined ? undefined : readServerKeys(keyFile);
    if (!address.startsWith("tcp://")) {
      throw new ConfigError(`workers.listen: "${address}" is no address; write tcp://INTERFACE:PORT`);
    }
    return this.#openDoor("remote", address, keys);
  }

  /** The address of the local door. */
  local(): Promise<string> {
    this.#local ??= this.#openLocal();
    return this.#local;
  }

  /** Lets nobody in any more, once `farewell` is done, and removes the socket's folder. */
  async close(farewell: () => Promise<void>): Promise<void> {
    await this.#local?.catch(() => undefined);
    await farewell();
    for (const door of this.#open) door.close();
    process.off("exit", this.#removeFolder);
    this.#removeFolder();
  }

  readonly #removeFolder = () => {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  };

  /** A socket in a folder that only this user enters (mkdtemp makes it 0700). */
  async #openLocal(): Promise<string> {
    const base = Buffer.byteLength(tmpdir()) > 60 ? "/tmp" : tmpdir();
    void sweepStaleFolders(base);
    this.#folder = mkdtempSync(join(base, FOLDER_PREFIX));
    process.once("exit", this.#removeFolder);
    return this.#openDoor("local", `ipc://${join(this.#folder, SOCKET)}`, undefined);
  }

  async #openDoor(place: "local" | "remote", address: string, keys: ServerKeys | undefined): Promise<string> {
    const { Context } = await loadZeromq();
    this.#context ??= new Context();
    const door = await openDoor(address, this.#context, (...message) => this.#receive(place, ...message), keys);
    this.#open.push(door);
    return door.address;
  }
}
