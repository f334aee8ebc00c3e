import type { Context, Router, Reply as Socket } from "zeromq";
import { ConfigError } from "../core/index.js";
import type { ServerKeys } from "./keys.js";
import { MAX_FRAME_BYTES } from "./wire.js";
import { loadZeromq } from "./zeromq.js";

/** Sends to the peer that was heard; rejects when it is gone or its line is full. */
export type Reply = (frames: readonly string[]) => Promise<void>;

/** What comes through a door, from whom, and the way back to them. */
export type Receive = (peer: string, parts: readonly Buffer[], reply: Reply) => void;

/** A bound ROUTER socket. */
export interface Door {
  /** As bound; a port given as `*` is resolved. */
  readonly address: string;
  close(): void;
}

const ZAP_ADDRESS = "inproc://zeromq.zap.01";
const ZAP_DOMAIN = "omni-workers";

/**
 * Binds a ROUTER: `ipc://` as it is (its folder keeps others out), `tcp://` with CURVE keys only.
 * @throws ConfigError for an address that cannot be bound, or TCP without keys
 */
export async function openDoor(address: string, context: Context, receive: Receive, keys?: ServerKeys): Promise<Door> {
  if (!address.startsWith("ipc://") && keys === undefined) {
    throw new ConfigError(`${address}: workers are let in over TCP with keys only; set workers.serverKeyFile`, {
      code: "keys_required",
    });
  }
  const { Router } = await loadZeromq();
  const closers: { close(): void }[] = [];
  if (keys !== undefined) closers.push(await openGate(context, new Set(keys.workers)));
  const router = new Router({
    context,
    mandatory: true,
    sendTimeout: 0,
    linger: 0,
    maxMessageSize: MAX_FRAME_BYTES,
    handshakeInterval: 5_000,
    heartbeatInterval: 2_000,
    heartbeatTimeout: 6_000,
    ...(keys === undefined
      ? {}
      : { curveServer: true, curvePublicKey: keys.publicKey, curveSecretKey: keys.secretKey, zapDomain: ZAP_DOMAIN }),
  });
  closers.push(router);
  const close = () => {
    for (const socket of closers.splice(0).reverse()) socket.close();
  };
  try {
    await router.bind(address);
  } catch (error) {
    close();
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${address}: this address cannot be bound (${message}); choose another`, {
      code: "bind_failed",
      cause: error,
    });
  }
  void listen(router, receive);
  return { address: router.lastEndpoint ?? address, close };
}

async function listen(router: Router, receive: Receive): Promise<void> {
  for await (const [identity, ...parts] of router) {
    if (identity === undefined) continue;
    // With a send timeout of 0 a send settles at once, so none waits for another.
    receive(identity.toString("latin1"), parts, (frames) => router.send([identity, ...frames]));
  }
}

/** Answers whether a client's public key is among the known ones (ZAP, RFC 27). */
async function openGate(context: Context, known: ReadonlySet<string>): Promise<Socket> {
  const { Reply } = await loadZeromq();
  const gate = new Reply({ context, linger: 0, maxMessageSize: 4096 });
  await gate.bind(ZAP_ADDRESS);
  void admit(gate, known);
  return gate;
}

async function admit(gate: Socket, known: ReadonlySet<string>): Promise<void> {
  for await (const [version, request, domain, , , mechanism, key] of gate) {
    const admitted =
      domain?.toString() === ZAP_DOMAIN &&
      mechanism?.toString() === "CURVE" &&
      key !== undefined &&
      key.length === 32 &&
      known.has(z85(key));
    const [code, text] = admitted ? ["200", "OK"] : ["400", "unknown key"];
    await gate.send([version ?? "1.0", request ?? "", code, text, "", ""]);
  }
}

const Z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/** Z85 (ZeroMQ RFC 32): five characters for four bytes. */
function z85(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    let value = bytes.readUInt32BE(at);
    let five = "";
    for (let digit = 0; digit < 5; digit++) {
      five = Z85.charAt(value % 85) + five;
      value = Math.floor(value / 85);
    }
    text += five;
  }
  return text;
}
