import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the server does to a request instead of answering it well. */
export type JudgeFault =
  | "429"
  | "429-retry-after"
  | "500"
  | "401"
  | "hang"
  | "hang-in-body"
  | "cut-body"
  | "reset"
  | "not-json-body"
  | "no-choices"
  | "empty"
  | "wrong-json"
  | "wrong-schema"
  | "length"
  | "slow"
  | "no-schema-400";

/** A request as the server saw it. */
export interface JudgeRequestSeen {
  readonly body: { readonly messages: readonly { role: string; content: string }[] } & Readonly<
    Record<string, unknown>
  >;
  readonly headers: IncomingMessage["headers"];
  readonly atMs: number;
}

/** An OpenAI-compatible judge on loopback that prefers the text its owner says, and fails where told to. */
export interface JudgeServer {
  readonly baseUrl: string;
  readonly seen: readonly JudgeRequestSeen[];
  /** Completions sent with usage: 100 prompt and 10 completion tokens each. */
  readonly billed: () => number;
  /** Most requests under way at once. */
  readonly maxInFlight: () => number;
  close(): Promise<void>;
}

/** Settings of {@link startJudgeServer}. */
export interface JudgeServerOptions {
  /** Which of two texts is better; default: the longer. */
  readonly prefer?: (a: string, b: string) => "A" | "B" | "tie";
  /** Fault of the n-th request (from 0), undefined = none. */
  readonly fault?: (n: number, request: JudgeRequestSeen) => JudgeFault | undefined;
  /** Ignores response_format and always ends with a verdict line. */
  readonly plainText?: boolean;
  readonly withoutUsage?: boolean;
  readonly retryAfter?: Readonly<Record<string, string>>;
}

const byLength = (a: string, b: string) => (a.length === b.length ? "tie" : a.length > b.length ? "A" : "B");

/** The text that the judge's prompt quotes under a name. */
export function quoted(request: JudgeRequestSeen, name: "PROMPT" | "RESPONSE A" | "RESPONSE B"): string {
  const content = request.body.messages.find((message) => message.role === "user")?.content ?? "";
  return new RegExp(`<<${name} (\\w+)>>\\n([\\s\\S]*)\\n<<END ${name} \\1>>`).exec(content)?.[2] ?? "";
}

export async function startJudgeServer(options: JudgeServerOptions = {}): Promise<JudgeServer> {
  const seen: JudgeRequestSeen[] = [];
  let inFlight = 0;
  let most = 0;
  let billed = 0;
  const server = createServer((incoming, response) => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    response.on("close", () => {
      inFlight -= 1;
    });
    void read(incoming).then((body) => {
      const request = { body: JSON.parse(body), headers: incoming.headers, atMs: performance.now() };
      const n = seen.push(request) - 1;
      const fault = options.fault?.(n, request);
      if (fault === undefined || ["slow", "empty", "wrong-json", "wrong-schema", "length"].includes(fault)) billed += 1;
      answer(request, fault, response, options);
    });
  });
  // A connection closed while idle would lose a request that nobody saw.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    seen,
    billed: () => billed,
    maxInFlight: () => most,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function answer(
  request: JudgeRequestSeen,
  fault: JudgeFault | undefined,
  response: ServerResponse,
  options: JudgeServerOptions,
): void {
  const structured = request.body.response_format !== undefined;
  const verdict = (options.prefer ?? byLength)(quoted(request, "RESPONSE A"), quoted(request, "RESPONSE B"));
  const good =
    structured && !options.plainText
      ? JSON.stringify({ reason: "it is better", verdict })
      : `It is better.\nVERDICT: ${verdict}`;
  const error = (status: number, message: string, headers: Readonly<Record<string, string>> = {}) =>
    json(response, status, { error: { message, type: "error" } }, headers);
  switch (fault) {
    case "429":
      error(429, "slow down");
      break;
    case "429-retry-after":
      error(429, "slow down", options.retryAfter ?? { "retry-after-ms": "60" });
      break;
    case "500":
      error(500, "oops");
      break;
    case "401":
      error(401, `bad key: ${request.headers.authorization}`);
      break;
    case "no-schema-400":
      structured ? error(400, "response_format is not supported") : completion(response, good, options);
      break;
    case "hang":
      break;
    case "slow":
      setTimeout(() => completion(response, good, options), 30);
      break;
    case "hang-in-body":
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"choices": [');
      break;
    case "cut-body":
      response.writeHead(200, { "content-type": "application/json", "content-length": "5000" });
      response.write('{"choices": [{"message": ', () => response.destroy());
      break;
    case "reset":
      response.destroy();
      break;
    case "not-json-body":
      response.writeHead(200, { "content-type": "application/json" });
      response.end("<html>bad gateway</html>");
      break;
    case "no-choices":
      json(response, 200, { id: "x", object: "chat.completion", output: good });
      break;
    case "empty":
      completion(response, "", options);
      break;
    case "wrong-json":
      completion(response, '{"reason": "it is better", "verdict": "A"', options);
      break;
    case "wrong-schema":
      completion(response, structured ? '{"winner": "A", "verdict": "A"}' : "The winner is A", options);
      break;
    case "length":
      completion(response, good.slice(0, 20), options, "length");
      break;
    default:
      completion(response, good, options);
      break;
  }
}

function completion(response: ServerResponse, content: string, options: JudgeServerOptions, finish = "stop"): void {
  const choice = { index: 0, message: { role: "assistant", content }, finish_reason: finish };
  const usage = options.withoutUsage ? {} : { usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 } };
  json(response, 200, { id: "x", object: "chat.completion", choices: [choice], ...usage });
}

function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
