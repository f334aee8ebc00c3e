import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { type Disagreement, mathComponent } from "../../../src/rewards/math/math.js";
import { mathJobs } from "../../../src/rewards/math/verify-job.js";
import { openZmqWorkers } from "../../../src/workers/index.js";
import { serverPython } from "../../support/python.js";
import { transpile } from "../../support/transpiled.js";
import { hostileAnswers } from "./hostile-answers.js";
import { scored, tagged } from "./scored.js";

test("either verifier decides alone, and where they disagree both verdicts are told", async () => {
  const built = transpile(["rewards"]);
  const module = pathToFileURL(join(built.folder, "rewards/math/worker.js")).href;
  const verify = await openZmqWorkers({
    kinds: {
      math: { runtime: "node", module },
      "math-verify": { ...mathJobs["math-verify"], python: serverPython },
    },
    local: 1,
    memoryMb: 512,
    deadlineMs: 20_000,
  });
  onTestFinished(async () => {
    await verify.close();
    built.remove();
  });
  const disagreements: Disagreement[] = [];
  const onDisagreement = (one: Disagreement) => disagreements.push(one);
  const value = async (verifier: "builtin" | "math-verify", answer: string, gold: string) => {
    const component = mathComponent({ verify, verifier, onDisagreement });
    return (await component.score(scored({ kind: "math", answer: gold }, tagged(answer)), {})).value;
  };

  expect(await value("math-verify", "\\frac{2}{4}", "\\frac{1}{2}")).toBe(1);
  expect(await value("math-verify", "0.6", "\\frac{1}{2}")).toBe(0);
  expect(disagreements).toEqual([]);

  // Math-Verify takes the letter of either case for the same symbol.
  const pair = ["13P-30", "13p-30"] as const;
  expect(await value("math-verify", ...pair)).toBe(1);
  expect(await value("builtin", ...pair)).toBe(0);
  const told = { answer: "13P-30", gold: "13p-30", verdicts: { builtin: "different", "math-verify": "equal" } };
  expect(disagreements).toEqual([told, told]);
}, 120_000);

test("an answer that Math-Verify does not survive is wrong, and the next one is verified", {
  timeout: 120_000,
}, async () => {
  const verify = await openZmqWorkers({
    kinds: { "math-verify": { ...mathJobs["math-verify"], python: serverPython } },
    local: 1,
    memoryMb: 512,
    deadlineMs: 1000,
  });
  onTestFinished(() => verify.close());
  const score = (answer: string) =>
    mathComponent({ verify, verifier: "math-verify" }).score(
      scored({ kind: "math", answer: "x^2+1" }, tagged(answer)),
      {},
    );
  for (const name of [
    "a tower of powers",
    "a huge complex power",
    "a product of powers of sums",
    "a double product",
  ] as const) {
    const { value, reason } = await score(hostileAnswers[name] ?? "");
    expect([name, value, reason]).toEqual([name, 0, expect.stringContaining("its gold alone can")]);
  }
  expect(await score("1+x^2")).toMatchObject({ value: 1 });
});
