import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as an endpoint saw it. */
export interface EndpointRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Readonly<Record<string, unknown>> & {
    readonly messages: readonly { readonly role: string; readonly content: string }[];
  };
}

/** A response as it goes over the wire. */
export interface EndpointResponse {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is when a text or bytes, else as JSON. */
  readonly body: unknown;
}

/** An HTTP server on loopback whose n-th answer is what its owner says. */
export async function startEndpoint(answer: (request: EndpointRequest, n: number) => EndpointResponse) {
  const seen: EndpointRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { url: path = "", headers } = incoming;
    const request = { path, headers, body: JSON.parse(Buffer.concat(chunks).toString("utf8")) };
    const { status = 200, headers: given, body } = answer(request, seen.push(request) - 1);
    response.writeHead(status, { "content-type": "application/json", ...given });
    response.end(typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  });
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: seen as readonly EndpointRequest[],
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };

/** A whole completion; `message` and `choice` are added to what it has. */
export function completion(content: unknown, message: object = {}, choice: object = {}): EndpointResponse {
  const choices = [{ index: 0, message: { role: "assistant", content, ...message }, finish_reason: "stop", ...choice }];
  return { body: { id: "x", object: "chat.completion", choices, usage } };
}

/** A verdict for position A in the form that the request asks for. */
export function verdictFor({ body }: EndpointRequest): EndpointResponse {
  const structured = body.response_format !== undefined;
  return completion(structured ? JSON.stringify({ reason: "well made", verdict: "A" }) : "Well made.\nVERDICT: A");
}
