import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { curveKeyPair } from "zeromq";
import { Dispatcher } from "../../../src/workers/dispatcher.js";
import { Registry } from "../../../src/workers/registry.js";
import { Tally } from "../../../src/workers/tally.js";
import { frames, readFromControl } from "../../../src/workers/wire.js";
import { greeted, listening, next, peer } from "./keyed.js";
import { opened, probe } from "./opened.js";

const waiting = { timeout: 30_000, interval: 20 };

test("TCP without keys is refused before anything is bound", async () => {
  await expect(opened({ listen: "tcp://127.0.0.1:*" })).rejects.toMatchObject({ code: "keys_required" });
});

test("who has no keys, or keys that nobody let in, is not heard at all", async () => {
  const { workers, address, keys } = await listening({ local: 0 });
  const strangers = [peer(address, undefined), peer(address, { ...curveKeyPair(), serverKey: keys.serverKey })];
  for (const stranger of strangers) {
    void stranger.send(frames({ type: "hello", token: "", kinds: ["probe"], slots: 1 }));
  }
  const known = peer(address, keys);
  await greeted(known);
  expect(workers.stats()).toMatchObject({ workers: 1, dropped: {} });
});

test.each<[string, readonly (string | Buffer)[]]>([
  ["no frames", [""]],
  ["one frame", ["OW1"]],
  ["four frames", ["OW1", "P", "{}", ""]],
  ["a letter too many", ["OW1", "PP", "{}"]],
  ["an unknown letter", ["OW1", "Z", "{}"]],
  ["a control plane's letter", ["OW1", "J", '{"id":1,"kind":"probe","deadlineMs":1,"input":0}']],
  ["no JSON", ["OW1", "A", "{"]],
  ["a list", ["OW1", "A", "[]"]],
  ["bytes", ["OW1", "A", Buffer.from([0, 255, 254])]],
  ["an answer without id", ["OW1", "A", '{"ok":true,"value":1}']],
  ["an answer without value", ["OW1", "A", '{"id":1,"ok":true}']],
  ["an id that is no count", ["OW1", "A", '{"id":1e99,"ok":true,"value":1}']],
  ["a failure of no kind", ["OW1", "A", '{"id":1,"ok":false,"kind":"value","reason":""}']],
  ["nesting without end", ["OW1", "H", "[".repeat(200_000)]],
  ["a hello of a thousand kinds", ["OW1", "H", JSON.stringify({ token: "", kinds: Array(1000).fill("a"), slots: 1 })]],
  ["a hello with a prototype", ["OW1", "H", '{"__proto__":{"token":"","kinds":["probe"],"slots":1}}']],
])("a message that is none (%s) is dropped and counted", async (_, parts) => {
  const { workers, address, keys } = await listening();
  await peer(address, keys).send([...parts]);
  await vi.waitFor(() => expect(workers.stats().dropped).toEqual({ malformed: 1 }), waiting);
});

test("another version of the protocol is told apart", async () => {
  const { workers, address, keys } = await listening();
  await peer(address, keys).send(["OW2", "H", "{}"]);
  await vi.waitFor(() => expect(workers.stats().dropped).toEqual({ unknown_version: 1 }), waiting);
});

test("a peer that names itself is not heard: the name could be another's", async () => {
  const { workers, address, keys } = await listening();
  const named = peer(address, keys, { routingId: "worker-1" });
  await named.send(frames({ type: "hello", token: "", kinds: ["probe"], slots: 1 }));
  await vi.waitFor(
    () => expect(workers.stats()).toMatchObject({ workers: 0, dropped: { chosen_identity: 1 } }),
    waiting,
  );
});

test("answers before a hello, to jobs of others and a second time are dropped; each job has one answer", async () => {
  const { workers, address, keys } = await listening({ local: 0 });
  const socket = peer(address, keys);
  const answer = (id: number, value: string) => socket.send(frames({ type: "answer", id, ok: true, value }));
  await answer(1, "early");
  await next(socket, "Q");
  await greeted(socket);
  const answered = probe(workers, "double", 1);
  const { id } = await next(socket, "J");
  await answer(id + 1, "of another");
  await answer(id, "first");
  await answer(id, "second");
  expect(await answered).toEqual({ kind: "value", value: "first" });
  const dropped = { unknown_peer: 1, not_given: 1, twice: 1 };
  await vi.waitFor(() => expect(workers.stats().dropped).toEqual(dropped), waiting);
});

test("a giant frame costs its sender the line and nobody else anything", async () => {
  const { workers, address, keys } = await listening();
  const socket = peer(address, keys);
  await greeted(socket);
  await socket.send(["OW1", "A", Buffer.alloc(8 << 20)]);
  // The new line is unknown: it is asked who it is.
  await vi.waitFor(() => expect(workers.stats().workers).toBe(0), waiting);
  expect(await probe(workers, "double", 2)).toEqual({ kind: "value", value: 4 });
});

test("a worker that keeps sending what is no message is listened to no more", async () => {
  const { workers, address, keys } = await listening();
  const socket = peer(address, keys);
  await greeted(socket);
  for (let sent = 0; sent < 20; sent++) await socket.send(["OW1", "A", "?"]);
  await vi.waitFor(() => expect(workers.stats().dropped).toEqual({ malformed: 16, banned: 4 }), waiting);
  expect(workers.stats().workers).toBe(0);
});

test("a worker that knows no kind of ours is refused with the reason", async () => {
  const { address, keys } = await listening();
  const socket = peer(address, keys);
  await socket.send(frames({ type: "hello", token: "", kinds: ["other"], slots: 1 }));
  expect((await next(socket, "R")).reason).toContain("other");
});

test("no message, whatever its bytes, is more than dropped", () => {
  const tally = new Tally();
  const registry = new Registry(new Dispatcher(tally, () => 0), tally, { probe: {} }, () => []);
  const part = fc.oneof(
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.constantFrom("OW1", "H", "A", "P", "B", "{}").map((text) => Buffer.from(text)),
    fc.json().map((text) => Buffer.from(text)),
  );
  const peers = fc.constantFrom("\0a", "\0b", "own");
  fc.assert(
    fc.property(fc.constantFrom("local", "remote"), peers, fc.array(part, { maxLength: 5 }), (place, name, parts) => {
      registry.receive(place as "local" | "remote", name, parts, async () => undefined);
      readFromControl(parts);
    }),
    { numRuns: 2000 },
  );
});
