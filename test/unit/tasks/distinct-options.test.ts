import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { distinctOptions } from "../../../src/tasks/qa/distinct-options.js";
import { type OpenedWorkers, openZmqWorkers } from "../../../src/workers/index.js";
import { transpile } from "../../support/transpiled.js";

describe("options that a reader can tell apart", () => {
  let verify: OpenedWorkers;
  let remove = () => {};

  beforeAll(async () => {
    const built = transpile(["rewards"]);
    remove = built.remove;
    const module = pathToFileURL(join(built.folder, "rewards/math/worker.js")).href;
    const kinds = { math: { runtime: "node", module } } as const;
    verify = await openZmqWorkers({ kinds, local: 1, memoryMb: 512, deadlineMs: 2000 });
  }, 60_000);

  afterAll(async () => {
    await verify.close();
    remove();
  });

  it.each([
    ["0.5", ["1/2", "50 %", "\\frac12", "2/4", "one half?"], ["one half?"]],
    ["\\sqrt{8}", ["2\\sqrt{2}", "3\\sqrt{2}", "sqrt(8)", "2.828"], ["3\\sqrt{2}", "2.828"]],
    ["x^2 - 1", ["(x-1)(x+1)", "x^2+1", "-1 + x^2"], ["x^2+1"]],
    ["Paris", ["paris.", "Lyon", "LYON", "City 3", "City 4"], ["Lyon", "City 3", "City 4"]],
  ])("of %s are no other form of it, nor of one another", async (truth, made, kept) => {
    expect(await distinctOptions(made, [truth], { verify })).toEqual(kept);
  });

  it("are not two forms of one wrong value", async () => {
    expect(await distinctOptions(["\\sqrt{12}", "2\\sqrt{3}", "3"], ["5"], { verify })).toEqual(["\\sqrt{12}", "3"]);
  });

  it("fail where no worker starts, rather than pass for distinct", async () => {
    const kinds = { math: { runtime: "node", module: "file:///nowhere.js" } } as const;
    const broken = await openZmqWorkers({ kinds, local: 1, memoryMb: 512, deadlineMs: 2000 });
    const asked = distinctOptions(["(x-1)(x+1)"], ["x^2-1"], { verify: broken });
    await expect(asked).rejects.toThrow(/infrastructure: no worker for math starts/);
    await broken.close();
  });
});
