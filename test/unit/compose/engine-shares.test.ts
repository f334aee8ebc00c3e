import { describe, expect, it } from "vitest";
import { engineShares } from "../../../src/compose/engine-shares.js";
import { resolveConfig } from "../../../src/config/index.js";

const config = (more: object) => resolveConfig({ version: 1, model: { base: "nano" }, ...more });
const judge = { baseUrl: "http://127.0.0.1:9/v1", model: "m", maxConcurrency: 8 };

describe("several engines of one experiment", () => {
  it("share the limits of judge and sandbox, so that they hold for all together", () => {
    const limited = { ...judge, requestsPerMinute: 100, prices: { prompt: 1, completion: 1 }, maxCostUsd: 3 };
    const sandbox = { concurrency: 4 };
    const workers = { listen: "tcp://127.0.0.1:7000", serverKeyFile: "key", local: 0 };
    const shares = engineShares(config({ engines: [{}, {}], judge: limited, sandbox, workers }));
    expect(shares).toHaveLength(2);
    for (const share of shares) {
      expect(share.engines).toHaveLength(1);
      expect(share.judge).toMatchObject({ maxConcurrency: 4, requestsPerMinute: 50, maxCostUsd: 1.5 });
      expect(share.sandbox.concurrency).toBe(2);
    }
    expect(shares.map((share) => [share.workers.listen, share.workers.local])).toEqual([
      ["tcp://127.0.0.1:7000", 0],
      [undefined, 1],
    ]);
  });

  it("leave a config of one engine as it is", () => {
    const one = config({ judge });
    expect(engineShares(one)).toEqual([one]);
  });

  it("are refused where they cannot go on from each other's checkpoints, or are one and the same", () => {
    const of =
      (engines: object[], more: object = {}) =>
      () =>
        engineShares(config({ engines, ...more }));
    expect(of([{}, { address: "h:1" }])).toThrow(/all are auto, or none is/);
    expect(of([{ address: "h:1" }, { address: "h:1" }])).toThrow(/one address stands there twice/);
    expect(of([{ roles: ["sample"] }, { roles: ["train"] }])).toThrow(/each needs both roles/);
    expect(of([{}, {}], { judge: { ...judge, requestsPerMinute: 1 } })).toThrow(/too many for the judge's limit of 1/);
  });
});
