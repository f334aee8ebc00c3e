import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Dealer } from "zeromq";
import { makeWorkerKeys, type ZmqWorkersOptions } from "../../../src/workers/index.js";
import { readWorkerKeys, type WorkerKeys } from "../../../src/workers/keys.js";
import { frames } from "../../../src/workers/wire.js";
import { opened } from "./opened.js";

/** A pool that listens on loopback, and the key file of a worker that it lets in. */
export async function listening(options: Partial<ZmqWorkersOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "omni-keys-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const files = { server: join(folder, "server.key"), worker: join(folder, "worker.key") };
  await makeWorkerKeys(files);
  const workers = await opened({ listen: "tcp://127.0.0.1:*", serverKeyFile: files.server, ...options });
  const address = workers.address ?? "";
  return {
    workers,
    address,
    files,
    folder,
    keys: readWorkerKeys(files.worker),
    text: readFileSync(files.worker, "utf8"),
  };
}

/** A bare socket of a peer. */
export function peer(address: string, keys: WorkerKeys | undefined, options: { routingId?: string } = {}): Dealer {
  const curve =
    keys === undefined
      ? {}
      : { curvePublicKey: keys.publicKey, curveSecretKey: keys.secretKey, curveServerKey: keys.serverKey };
  const socket = new Dealer({ linger: 0, ...curve, ...options });
  socket.connect(address);
  onTestFinished(() => socket.close());
  return socket;
}

/** Says hello as a worker of the tests' kind and waits for the welcome. */
export async function greeted(socket: Dealer): Promise<void> {
  await socket.send(frames({ type: "hello", token: "", kinds: ["probe"], slots: 1 }));
  await next(socket, "W");
}

/** The body of the next message with this letter. */
export async function next(socket: Dealer, letter: string): Promise<{ id: number; input: unknown; reason: string }> {
  for await (const [, kind, body] of socket) if (kind?.toString() === letter) return JSON.parse(String(body));
  throw new Error("the socket was closed");
}
