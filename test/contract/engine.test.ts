import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectEngine, launchEngine } from "../../src/engine/index.js";
import { startFakeEngine } from "../support/fake-engine.js";
import { serverPython } from "../support/python.js";
import { engineContract } from "./engine.contract.js";

engineContract("the fake engine", async () => {
  // Longer than any length limit of the suite, so that cuts are seen.
  const fake = await startFakeEngine({ policy: ({ seed }) => ({ text: `${seed}`.repeat(8) }) });
  return {
    open: (modelId) => connectEngine({ address: fake.address, modelId }),
    close: () => fake.close(),
  };
});

engineContract("the embedded server with nano", async () => {
  const home = mkdtempSync(join(tmpdir(), "omni-contract-"));
  const server = await launchEngine({
    python: serverPython(),
    checkpointRoot: join(home, "checkpoints"),
    modelRoot: home,
    cacheDir: join(home, "cache"),
    threads: 1,
    logFile: join(home, "engine.log"),
  });
  return {
    open: (modelId) => connectEngine({ address: server.address, modelId, lost: server.lost }),
    close: async () => {
      await server.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
});
