import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine, ModelInfo } from "../../src/engine/engine.js";
import { connectEngine, launchEngine } from "../../src/engine/index.js";
import { serverPython } from "./python.js";

/** A real embedded server with `nano` loaded. @param sharing checkpoints with another one: its folder */
export async function startNanoEngine(
  modelId = "test",
  sharing?: string,
): Promise<{ engine: Engine; model: ModelInfo; address: string; checkpoints: string; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "omni-nano-"));
  const checkpoints = sharing ?? join(folder, "checkpoints");
  const launched = await launchEngine({
    python: serverPython(),
    checkpointRoot: checkpoints,
    modelRoot: folder,
    cacheDir: join(folder, "cache"),
    logFile: join(folder, "engine.log"),
    threads: 1,
  });
  const engine = await connectEngine({ address: launched.address, modelId, lost: launched.lost });
  const model = await engine.trainer.loadModel({ base: "nano", seed: 1 });
  const close = async () => {
    await engine.close();
    await launched.close();
  };
  return { engine, model, address: launched.address, checkpoints, close };
}
