import { once } from "node:events";
import type { CallOptions, ClientWritableStream, ServiceError } from "@grpc/grpc-js";
import { EngineError } from "../core/index.js";
import { type Channel, MAX_MESSAGE_BYTES } from "./channel.js";
import type { CallSite } from "./errors.js";
import type { Method } from "./methods.js";
import { anySignal, retrying, throwIfOver } from "./retry.js";

/**
 * One request, one answer; retried.
 * @throws EngineError, CancelledError
 */
export async function unary<Request, Response>(
  channel: Channel,
  method: Method<Request, Response>,
  request: Request,
  signal?: AbortSignal,
): Promise<Response> {
  const site = channel.site(method.name, signal);
  const bytes = encode(method, request);
  const attempt = () =>
    settled<Response>(site, (callback) =>
      channel.client.makeUnaryRequest(
        method.path,
        identity,
        method.deserialize,
        bytes,
        channel.metadata,
        deadline(channel, method),
        callback,
      ),
    );
  return retrying(attempt, site, channel.retry);
}

/**
 * Many messages, one answer; the whole stream is sent again on a retry. Messages are encoded as fast as the peer takes
 * them, so they are never all in memory in wire form.
 * @throws EngineError, CancelledError
 */
export async function clientStream<Request, Response>(
  channel: Channel,
  method: Method<Request, Response>,
  requests: () => Iterable<Request>,
  signal?: AbortSignal,
): Promise<Response> {
  const site = channel.site(method.name, signal);
  const attempt = () => streamOnce(channel, method, requests(), site);
  return retrying(attempt, site, channel.retry);
}

async function streamOnce<Request, Response>(
  channel: Channel,
  method: Method<Request, Response>,
  requests: Iterable<Request>,
  site: CallSite,
): Promise<Response> {
  const opened: { stream?: ClientWritableStream<Buffer> } = {};
  const answer = settled<Response>(site, (callback) => {
    const options = deadline(channel, method);
    const { client, metadata } = channel;
    opened.stream = client.makeClientStreamRequest(
      method.path,
      identity,
      method.deserialize,
      metadata,
      options,
      callback,
    );
    return opened.stream;
  });
  const written = opened.stream && feed(opened.stream, method, requests, answer);
  try {
    const [response] = await Promise.all([answer, written]);
    return response;
  } finally {
    opened.stream?.cancel();
  }
}

/**
 * One request, many answers; a single attempt, because only the caller knows what is still missing. Fails when nothing
 * arrives for `idleMs`. Leaving the iteration cancels the call.
 * @throws ServiceError for the caller's retry to judge; EngineError, CancelledError
 */
export async function* serverStream<Request, Response>(
  channel: Channel,
  method: Method<Request, Response>,
  request: Request,
  idleMs: number,
  signal?: AbortSignal,
): AsyncGenerator<Response> {
  const site = channel.site(method.name, signal);
  throwIfOver(site);
  const bytes = encode(method, request);
  const { client, metadata } = channel;
  const options = deadline(channel, method);
  const stream = client.makeServerStreamRequest(method.path, identity, method.deserialize, bytes, metadata, options);
  stream.on("error", ignore); // after the iteration has ended, a late status is nobody's concern
  const stop = anySignal(site.signal, site.lost);
  const cancel = () => stream.cancel();
  stop?.addEventListener("abort", cancel, { once: true });
  let idle = false;
  const silent = () => {
    idle = true;
    stream.cancel();
  };
  let timer = setTimeout(silent, idleMs);
  try {
    for await (const message of stream as AsyncIterable<Response>) {
      clearTimeout(timer); // a slow reader is not a silent engine
      yield message;
      timer = setTimeout(silent, idleMs);
    }
  } catch (error) {
    if (!idle) throw error;
    const message = `${method.name} on engine ${site.address}: nothing came for ${idleMs / 1000} s; see the engine's log`;
    throw new EngineError(message, { code: "deadline_exceeded", cause: error });
  } finally {
    clearTimeout(timer);
    stop?.removeEventListener("abort", cancel);
    stream.cancel();
  }
}

/** Runs a callback call as a promise; either signal cancels it. */
function settled<Response>(
  site: CallSite,
  start: (callback: (error: ServiceError | null, response?: Response) => void) => { cancel(): void },
): Promise<Response> {
  const stop = anySignal(site.signal, site.lost);
  return new Promise<Response>((resolve, reject) => {
    const call = start((error, response) => {
      stop?.removeEventListener("abort", cancel);
      if (error !== null) reject(error);
      else if (response === undefined) reject(new Error("an answer without content"));
      else resolve(response);
    });
    const cancel = () => call.cancel();
    stop?.addEventListener("abort", cancel, { once: true });
  });
}

/** Writes with backpressure until done, or until the answer (an early error) has come. */
async function feed<Request, Response>(
  stream: ClientWritableStream<Buffer>,
  method: Method<Request, Response>,
  requests: Iterable<Request>,
  answer: Promise<unknown>,
): Promise<void> {
  let over = false;
  const end = answer.then(ignore, ignore).then(() => {
    over = true;
  });
  stream.on("error", ignore); // the answer's callback reports it
  for (const request of requests) {
    if (over) return;
    if (!stream.write(encode(method, request))) await Promise.race([once(stream, "drain"), end]);
  }
  stream.end();
}

/** Refuses a message that the peer would refuse, naming what to do. */
function encode<Request, Response>(method: Method<Request, Response>, request: Request): Buffer {
  const bytes = method.serialize(request);
  if (bytes.length <= MAX_MESSAGE_BYTES) return bytes;
  const size = `${Math.ceil(bytes.length / 2 ** 20)} MiB`;
  throw new EngineError(`${method.name}: a message of ${size} exceeds 64 MiB; send less in one call`, {
    code: "message_too_large",
  });
}

function deadline<Request, Response>(channel: Channel, method: Method<Request, Response>): CallOptions {
  return { deadline: Date.now() + channel.deadlines[method.deadline] };
}

function identity(bytes: Buffer): Buffer {
  return bytes;
}

function ignore(): void {}
