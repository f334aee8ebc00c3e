import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { type OpenAIJudgeOptions, openJudge } from "../../../src/rewards/judge/openai-judge.js";
import {
  completion,
  type EndpointRequest,
  type EndpointResponse,
  startEndpoint,
  verdictFor,
} from "../../support/endpoint-server.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

type Answer = (request: EndpointRequest, n: number) => EndpointResponse;

async function judgeAt(answer: Answer, options: Partial<OpenAIJudgeOptions> & { readonly path?: string } = {}) {
  const endpoint = await startEndpoint(answer);
  open.push(endpoint);
  const { path = "/v1", ...rest } = options;
  const fast = { timeoutMs: 2000, backoffMs: 2, maxBackoffMs: 10, maxRetries: 2 };
  const judge = openJudge({ baseUrl: endpoint.origin + path, model: "m", ...fast, ...rest });
  return { judge, seen: endpoint.seen };
}

const texts = { prompt: "Write.", candidate: "A long text.", reference: "Short.", seed: 3 };
const decided = expect.stringMatching(/win|loss/);
/** The endpoint says this `times` times (default always), then judges. */
const saying =
  (response: EndpointResponse, times = Number.POSITIVE_INFINITY): Answer =>
  (request, n) =>
    n < times ? response : verdictFor(request);

describe("an error in a reply of status 200", () => {
  it.each([
    ["a code", { error: { code: 429, message: "Provider returned error", metadata: { raw: "slow down" } } }],
    ["a code in words", { error: { type: "overloaded_error", message: "Overloaded" } }],
    ["rate limit in words", { error: { code: "rate_limit_exceeded", message: "slow" } }],
    ["no code", { error: { message: "upstream went away" } }],
    ["a bare text", { error: "model is loading" }],
    [
      "a list around it",
      [{ error: { code: 429, message: "Quota per minute exceeded", status: "RESOURCE_EXHAUSTED" } }],
    ],
    ["vLLM's form", { object: "error", message: "engine is dead", code: 500 }],
    [
      "a choice's",
      { choices: [{ error: { code: 502, message: "bad gateway" }, finish_reason: "error", message: { content: "" } }] },
    ],
  ])("with %s that may pass is retried, and costs nothing", async (_, body) => {
    const { judge, seen } = await judgeAt(saying({ body }, 2), { prices: { prompt: 1, completion: 1 } });
    expect(await judge.compare(texts)).toMatchObject({ outcome: decided, attempts: 3 });
    expect(seen).toHaveLength(3);
    expect(judge.stats()).toMatchObject({ promptTokens: 100, estimatedUsages: 0, failedAttempts: 2, parseFailures: 0 });
  });

  it.each([
    ["401", { error: { code: 401, message: "No auth credentials found" } }, "No auth credentials"],
    ["402", { error: { code: 402, message: "Insufficient credits" } }, "Insufficient credits"],
    [
      "quota",
      { error: { code: "insufficient_quota", type: "insufficient_quota", message: "You exceeded" } },
      "You exceeded",
    ],
    ["403", { error: { code: "403", message: "moderated" } }, "moderated"],
  ])("that will not pass (%s) is told at once", async (_, body, said) => {
    const { judge, seen } = await judgeAt(saying({ body }));
    expect(await judge.compare(texts)).toMatchObject({ outcome: undefined, reason: expect.stringContaining(said) });
    expect(seen).toHaveLength(1);
    expect(judge.stats().promptTokens).toBe(0);
  });

  it("waits as Retry-After says", async () => {
    const body = { error: { code: 429, message: "slow" } };
    const { judge } = await judgeAt(saying({ body, headers: { "retry-after-ms": "120" } }, 1));
    const judgement = await judge.compare(texts);
    expect(judgement).toMatchObject({ outcome: decided, attempts: 2 });
    expect(judgement.latencyMs).toBeGreaterThanOrEqual(115);
  });
});

describe("the request", () => {
  it("says stream: false, and leaves out a temperature of null", async () => {
    const { judge, seen } = await judgeAt(verdictFor, { temperature: null });
    await judge.compare(texts);
    expect(seen[0]?.body).toMatchObject({ stream: false, max_tokens: 4096 });
    expect(seen[0]?.body).not.toHaveProperty("temperature");
    expect(seen[0]?.headers).not.toHaveProperty("authorization");
  });

  it.each([
    ["/v1", "/v1/chat/completions"],
    ["/v1/", "/v1/chat/completions"],
    ["/openai/deployments/d?api-version=2024-06-01", "/openai/deployments/d/chat/completions?api-version=2024-06-01"],
    ["/v1/chat/completions", "/v1/chat/completions"],
    ["/v1/chat/completions?api-version=1", "/v1/chat/completions?api-version=1"],
    ["", "/chat/completions"],
  ])("to %s goes to %s", async (path, wanted) => {
    const { judge, seen } = await judgeAt(verdictFor, { path });
    await judge.compare(texts);
    expect(seen[0]?.path).toBe(wanted);
  });

  it("carries the query and headers of the config, which no reason repeats", async () => {
    const answer: Answer = ({ headers, path }) => ({
      status: 403,
      body: { error: { message: `bad key ${headers["api-key"]} at ${path}` } },
    });
    const headers = { "api-key": { reveal: () => "k-123456789" }, "X-Title": "omni run" };
    const query = { "api-version": "2024-10-21", code: { reveal: () => "q-987654321" } };
    const { judge, seen } = await judgeAt(answer, { headers, query, path: "/v1?a=b" });
    const judgement = await judge.compare(texts);
    expect(seen[0]?.path).toBe("/v1/chat/completions?a=b&api-version=2024-10-21&code=q-987654321");
    expect(seen[0]?.headers).toMatchObject({ "api-key": "k-123456789", "x-title": "omni run" });
    expect(judgement.reason).toContain("bad key ***");
    expect(judgement.reason).toContain("2024-10-21");
    expect(JSON.stringify(judgement)).not.toMatch(/k-123456789|q-987654321/);
  });

  it("is not sent on to where a redirect points", async () => {
    const other = await startEndpoint(verdictFor);
    open.push(other);
    const headers = { "api-key": "k-123456789" };
    const { judge } = await judgeAt(saying({ status: 307, headers: { location: `${other.origin}/v1` }, body: "" }), {
      headers,
    });
    expect(await judge.compare(texts)).toMatchObject({
      outcome: undefined,
      attempts: 1,
      reason: expect.stringMatching(/redirects to http.*set judge.baseUrl/),
    });
    expect(other.seen).toHaveLength(0);
  });
});

describe("a reply's content", () => {
  const good = JSON.stringify({ reason: "r", verdict: "tie" });
  it.each([
    ["a list of a text", [{ type: "text", text: good }]],
    [
      "a list of texts",
      [
        { type: "text", text: good.slice(0, 9) },
        { type: "text", text: good.slice(9) },
      ],
    ],
    ["output_text", [{ type: "output_text", text: good }]],
    ["bare texts", [good]],
    [
      "thinking beside the text",
      [
        { type: "thinking", thinking: [{ type: "text", text: "B" }] },
        { type: "text", text: good },
      ],
    ],
    [
      "reasoning as text parts of their own type",
      [
        { type: "reasoning", text: '{"verdict": "A"}' },
        { type: "text", text: good },
      ],
    ],
  ])("may be %s", async (_, content) => {
    const { judge } = await judgeAt(() => completion(content));
    expect(await judge.compare(texts)).toMatchObject({ outcome: "tie", attempts: 1 });
  });

  const length = { finish_reason: "length" };
  it.each([
    [
      "reasoning_content cut",
      completion("", { reasoning_content: "Hm, A" }, length),
      /reasoning used up all of 4096 tokens; raise judge.maxTokens/,
    ],
    [
      "reasoning cut",
      completion(null, { reasoning: "VERDICT: A" }, length),
      /reasoning used up all .*raise judge.maxTokens/,
    ],
    [
      "parts of thinking cut",
      completion([{ type: "thinking", thinking: "A" }], {}, length),
      /4096 tokens; raise judge.maxTokens/,
    ],
    ["nothing at the limit", completion("", {}, length), /4096 tokens; raise judge.maxTokens/],
    ["a text cut", completion('{"reason": "because', {}, length), /cut at the token limit; raise judge.maxTokens/],
    ["reasoning alone", completion("", { reasoning_content: "VERDICT: A" }), /reasoning and no answer/],
    ["an open think block", completion('<think>{"reason": "r", "verdict": "A"}'), /think block that does not end/],
    [
      "a refusal",
      completion(null, { refusal: "I can't help with that." }),
      /the model refused: I can't help with that/,
    ],
    ["a filter", completion("", {}, { finish_reason: "content_filter" }), /content filter stopped the reply/],
    ["no choices", { body: { id: "x", choices: [] } }, /no choices \(.*"choices":\[\]/],
    ["nothing", completion(null), /the reply is empty/],
    ["aborted", completion("", {}, { finish_reason: "abort" }), /the reply is empty \(finish_reason abort\)/],
  ] as const)("that is %s is undefined and says why", async (_, response, reason) => {
    const { judge } = await judgeAt(() => response);
    expect(await judge.compare(texts)).toMatchObject({
      outcome: undefined,
      attempts: 2,
      reason: expect.stringMatching(reason),
    });
  });
});

describe("a body that is no completion", () => {
  const sse = 'data: {"choices":[{"delta":{"content":"A"}}]}\n\ndata: [DONE]\n\n';
  it.each([
    [
      "an event stream",
      { headers: { "content-type": "text/event-stream" }, body: sse },
      /event stream came though .*stream: false/,
      1,
    ],
    ["an event stream called JSON", { body: sse }, /event stream/, 1],
    ["an event stream that begins with a comment", { body: `: PROCESSING\n\n${sse}` }, /event stream/, 1],
    ["a stream of JSON lines", { body: '{"done": false}\n{"done": true}\n' }, /event stream/, 1],
    [
      "64 MiB in a few kilobytes",
      { headers: { "content-encoding": "gzip" }, body: gzipSync(Buffer.alloc(2 ** 26, " ")) },
      /longer than 1048576 bytes/,
      1,
    ],
    [
      "a web page",
      {
        headers: { "content-type": "text/html" },
        body: "<!DOCTYPE html><html><head><title>Sign in</title></head></html>",
      },
      /a web page came in place of JSON \(Sign in\); is judge.baseUrl the API's/,
      3,
    ],
    ["plain text", { body: "Ollama is running" }, /not JSON \(Ollama is running\)/, 3],
    ["nothing", { body: "" }, /the body is empty/, 3],
    ["more than 1 MiB", { body: " ".repeat(2 ** 20 + 1) }, /longer than 1048576 bytes/, 1],
  ] as const)("%s is said to be one", async (_, response, reason, attempts) => {
    const { judge } = await judgeAt(saying(response));
    expect(await judge.compare(texts)).toMatchObject({
      outcome: undefined,
      attempts,
      reason: expect.stringMatching(reason),
    });
  });

  it.each([
    [
      "vLLM",
      { object: "error", message: "max_tokens must be at least 1", type: "BadRequestError", code: 401 },
      /max_tokens must be/,
    ],
    ["OpenAI", { error: { message: "Incorrect API key", type: "invalid" } }, /Incorrect API key/],
    ["FastAPI's text", { detail: "Not authenticated" }, /Not authenticated/],
    [
      "FastAPI's list",
      { detail: [{ loc: ["body", "model"], msg: "field required", type: "missing" }] },
      /body.model: field required/,
    ],
    ["Ollama", { error: 'model "x" not found, try pulling it first' }, /try pulling it first/],
    [
      "llama.cpp",
      { error: { code: 401, message: "Invalid API Key", type: "authentication_error" } },
      /Invalid API Key/,
    ],
    ["Azure", { error: { code: "401", message: "Access denied", innererror: { code: "x" } } }, /Access denied/],
    ["a gateway", { message: "no Route matched with those values" }, /no Route matched/],
    ["a list of errors", { errors: [{ message: "one" }, { message: "two" }] }, /one; two/],
    ["Google's list", [{ error: { code: 401, message: "API key not valid" } }], /API key not valid/],
    ["plain text", "upstream connect error\u0000\u001b[31m\nreset", /upstream connect error .31m reset/],
    ["a page", "<html><body><h1>403 Forbidden</h1><hr>nginx</body></html>", /HTTP 401: 403 Forbidden nginx/],
    [
      "a model without temperature",
      { error: { message: "'temperature' is not supported" } },
      /judge.temperature: null leaves it/,
    ],
    [
      "a short context",
      { message: "This model's maximum context length is 2048 tokens." },
      /tokens.; lower judge.maxTokens/,
    ],
    ["nothing", "", /HTTP 401: no body/],
    ["other JSON", { status: 7 }, /\{"status":7\}/],
    ["deep JSON", `${'{"error":'.repeat(5000)}1${"}".repeat(5000)}`, /HTTP 401: \{"error":/],
  ])("the error of %s is quoted, in a line of bounded length", async (_, body, reason) => {
    const { judge } = await judgeAt(saying({ status: 401, body }));
    const judgement = await judge.compare(texts);
    expect(judgement).toMatchObject({ outcome: undefined, attempts: 1, reason: expect.stringMatching(reason) });
    expect(judgement.reason).not.toMatch(/\p{Cc}/u);
    expect(judgement.reason.length).toBeLessThan(400);
  });
});

describe("an endpoint without", () => {
  it.each([400, 404, 422, 500, 501])(
    "response_format (HTTP %d) is asked again without it, and that is remembered",
    async (status) => {
      const answer: Answer = (request) =>
        request.body.response_format === undefined
          ? verdictFor(request)
          : { status, body: { error: { message: "no" } } };
      const { judge, seen } = await judgeAt(answer, { maxRetries: status === 500 ? 1 : 0 });
      expect(await judge.compare(texts)).toMatchObject({ outcome: decided, attempts: 2 });
      expect(await judge.compare(texts)).toMatchObject({ outcome: decided, attempts: 1 });
      expect(seen).toHaveLength(3);
      expect(judge.learnt()).toMatchObject({ replyMode: "text" });
    },
  );

  it("response_format refuses eight at once, and all are judged", async () => {
    const answer: Answer = (request) =>
      request.body.response_format === undefined ? verdictFor(request) : { status: 400, body: { detail: "no" } };
    const { judge } = await judgeAt(answer, { maxRetries: 0 });
    const judgements = await Promise.all(Array.from({ length: 24 }, (_, seed) => judge.compare({ ...texts, seed })));
    expect(new Set(judgements.map(({ outcome }) => outcome === undefined))).toEqual(new Set([false]));
  });

  it.each([
    [400, { object: "error", message: "System role not supported" }],
    [500, { error: { message: "Jinja Exception: System role not supported" } }],
    [400, { detail: "Only user and assistant roles are supported!" }],
    [400, { error: { message: "Conversation roles must alternate user/assistant/user/assistant/..." } }],
    [400, { error: { message: "Unsupported value: 'messages[0].role' does not support 'system' with this model." } }],
    [400, [{ error: { code: 400, message: "Developer instruction is not enabled for models/g" } }]],
    [422, { detail: [{ loc: ["body", "messages", 0, "role"], msg: "unexpected value 'system'" }] }],
  ])("a system role (HTTP %d, %j) is told all in the user's message, and that is remembered", async (status, body) => {
    const refused = ({ body: { messages } }: EndpointRequest) => messages.some(({ role }) => role === "system");
    const answer: Answer = (request) => (refused(request) ? { status, body } : verdictFor(request));
    const { judge, seen } = await judgeAt(answer, { maxRetries: 0 });
    expect(await judge.compare(texts)).toMatchObject({ outcome: decided, attempts: 2 });
    expect(await judge.compare(texts)).toMatchObject({ outcome: decided, attempts: 1 });
    const [first, second] = seen.map((request) => request.body.messages);
    expect(second).toEqual([{ role: "user", content: first?.map(({ content }) => content).join("\n\n") }]);
    expect(judge.learnt()).toMatchObject({ systemRole: false, replyMode: "json_schema" });
  });

  it("a system role is told so by the config, too", async () => {
    const { judge, seen } = await judgeAt(verdictFor, { systemRole: false });
    await judge.compare(texts);
    expect(seen[0]?.body.messages.map(({ role }) => role)).toEqual(["user"]);
  });

  it("all three is asked a fourth time", async () => {
    const answer: Answer = (request) => {
      const { body } = request;
      if (body.max_tokens !== undefined)
        return { status: 400, body: { error: { message: "use max_completion_tokens" } } };
      if (body.messages[0]?.role === "system") return { status: 400, body: { error: "system role not supported" } };
      return body.response_format === undefined ? verdictFor(request) : { status: 404, body: "" };
    };
    const { judge } = await judgeAt(answer, { maxRetries: 0 });
    expect(await judge.compare(texts)).toMatchObject({ outcome: decided, attempts: 4 });
    expect(await judge.compare(texts)).toMatchObject({ outcome: decided, attempts: 1 });
  });

  it("a way to be asked ends with its last refusal", async () => {
    const { judge, seen } = await judgeAt(saying({ status: 404, body: { error: { message: "no such model m" } } }));
    expect(await judge.compare(texts)).toMatchObject({ outcome: undefined, reason: "HTTP 404: no such model m" });
    expect(seen).toHaveLength(2);
  });
});
