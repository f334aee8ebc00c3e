import { afterEach } from "vitest";
import { type OpenAIJudgeOptions, openJudge } from "../../src/rewards/judge/openai-judge.js";
import { type JudgeServer, type JudgeServerOptions, startJudgeServer } from "./judge-server.js";

/** Opens judges with short back-offs, each on a server of its own; the servers are closed after each test. */
export function judgesOfTest() {
  const open: JudgeServer[] = [];
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close();
  });
  return async (options: JudgeServerOptions = {}, judge: Partial<OpenAIJudgeOptions> = {}) => {
    const server = await startJudgeServer(options);
    open.push(server);
    const fast = { timeoutMs: 2000, backoffMs: 2, maxBackoffMs: 20 };
    return { server, judge: openJudge({ baseUrl: server.baseUrl, model: "m", ...fast, ...judge }) };
  };
}
