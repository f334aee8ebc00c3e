import { afterAll, describe, expect, it } from "vitest";
import { randomStream } from "../../src/core/index.js";
import { openEmbeddedSandbox } from "../../src/sandbox/index.js";
import { attacks } from "./sandbox.attacks.js";

/** Hundreds take minutes here, where each program loads a Python of its own; OMNI_SANDBOX_ATTACKS=all runs them all. */
const withstood = attacks.filter(({ apart, language }) => apart !== true && language !== "node");
const tried =
  process.env.OMNI_SANDBOX_ATTACKS === "all" ? withstood : randomStream(1, "embedded").shuffle(withstood).slice(0, 24);

describe("hostile programs in the embedded sandbox", () => {
  const sandbox = openEmbeddedSandbox({ concurrency: 2 });
  afterAll(() => sandbox.close());

  it("earn nothing, and tests are said to share their process", { timeout: 1_800_000 }, async () => {
    const ran = await Promise.all(
      tried.map(({ name, code, tests, limits = {} }) =>
        sandbox.run({ id: name, language: "python", code, tests, limits }),
      ),
    );
    for (const [place, result] of ran.entries()) {
      expect(result.reward, `${result.id}: ${result.verdict} ${result.stderr.slice(-300)}`).toBe(0);
      expect(result.trust).toBe(tried[place]?.tests.kind === "stdio" ? undefined : "same_process");
    }
  });
});
