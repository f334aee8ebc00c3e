import { describe, expect, it } from "vitest";
import { connected } from "./connected.js";
import { datum, loss } from "./examples.js";

/** A datum of this many tokens, about 13 bytes each on the wire. */
function long(datumId: string, tokens: number) {
  return {
    ...datum(datumId),
    tokens: new Int32Array(tokens).fill(65),
    mask: new Uint8Array(tokens).fill(1, 1),
    oldLogprobs: new Float32Array(tokens - 1).fill(-0.5),
    advantages: new Float32Array(tokens - 1).fill(0.5),
  };
}

describe("a chunk", () => {
  it("may be larger than a message: its datums travel one by one", async () => {
    const { engine, fake } = await connected();
    const datums = Array.from({ length: 24 }, (_, at) => long(`d${at}`, 262_144)); // 78 MiB
    const metrics = await engine.trainer.step("s/0").forwardBackward(datums, loss);
    expect(metrics.tokens).toBe(24 * 262_143);
    expect(fake.trained).toHaveLength(24);
  });

  it("with a datum beyond 64 MiB fails with the remedy and trains nothing", async () => {
    const { engine, fake } = await connected();
    const step = engine.trainer.step("s/0");
    const sending = step.forwardBackward([datum("a"), long("b", 6_000_000)], loss);
    await expect(sending).rejects.toMatchObject({ code: "message_too_large" });
    await expect(sending).rejects.toThrow(/75 MiB exceeds 64 MiB; send less/);
    expect(fake.trained).toEqual([]);
  });
});
