import type { TriedJudge } from "../compose/index.js";
import type { Check } from "./doctor-checks.js";

/** A tried judge as lines of `omni doctor`; of one that gave no verdict only why. */
export function judgeChecks(tried: TriedJudge): readonly Check[] {
  const { model, baseUrl, outcome, reason, latencyMs, requests, promptTokens, completionTokens } = tried;
  const place = `${model} at ${baseUrl}`;
  if (outcome === undefined) {
    const remedy = "mend the section judge of the config, or its endpoint";
    return [{ name: "judge", status: "fail", detail: `${place} gave no verdict: ${reason}`, remedy }];
  }
  return [
    {
      name: "judge",
      status: "ok",
      detail: `${place} answers (${latencyMs} ms, ${requests} ${requests === 1 ? "request" : "requests"})`,
    },
    verdictCheck(outcome),
    tried.systemRole
      ? { name: "system", status: "ok", detail: "the endpoint takes a system message" }
      : { name: "system", status: "ok", detail: "no system role: its text begins the user's message" },
    tried.replyMode === "text"
      ? { name: "format", status: "ok", detail: "no response_format: the reply's last line is parsed strictly" }
      : { name: "format", status: "ok", detail: `response_format ${tried.replyMode} works` },
    tried.estimated
      ? {
          name: "tokens",
          status: "warn",
          detail: "the endpoint tells no usage",
          remedy: "tokens and costs are estimates",
        }
      : { name: "tokens", status: "ok", detail: `${promptTokens} + ${completionTokens} tokens (${tried.limitField})` },
  ];
}

function verdictCheck(outcome: "win" | "tie" | "loss"): Check {
  if (outcome === "win") return { name: "verdict", status: "ok", detail: "read; the better of two texts wins" };
  const detail = `read, but of two texts the poor one ${outcome === "tie" ? "ties" : "wins"}`;
  return { name: "verdict", status: "warn", detail, remedy: "choose a stronger model" };
}
