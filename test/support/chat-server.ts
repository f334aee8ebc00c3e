import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A chat request as the server saw it. */
export interface ChatRequest {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly response_format?: unknown;
}

/** What the server says: a text with usage, or an HTTP status. */
export type ChatAnswer = string | number;

/** An OpenAI-compatible endpoint on loopback that answers as its owner says. */
export async function startChatServer(answer: (request: ChatRequest, n: number) => ChatAnswer) {
  const seen: ChatRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const request = JSON.parse(Buffer.concat(chunks).toString("utf8")) as ChatRequest;
    const said = answer(request, seen.push(request) - 1);
    const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
    const choices = [{ index: 0, message: { role: "assistant", content: said }, finish_reason: "stop" }];
    const failed = typeof said === "number";
    response.writeHead(failed ? said : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(failed ? { error: { message: "no" } } : { choices, usage }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    seen: seen as readonly ChatRequest[],
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
