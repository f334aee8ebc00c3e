import { basename, dirname, isAbsolute, join } from "node:path";
import type { OmniConfig } from "../config/index.js";
import { OmniError, restated } from "../core/index.js";
import type { Engine, ModelInfo } from "../engine/engine.js";
import { connectEngine, launchEngine } from "../engine/index.js";
import { checkedEngine } from "./checked-engine.js";
import { cacheFolder, serverPython } from "./places.js";

/** An engine with the run's model loaded from its base. */
export interface OpenEngine {
  readonly engine: Engine;
  readonly model: ModelInfo;
  /** Put before checkpoint names: empty where the server belongs to this run alone. */
  readonly checkpointPrefix: string;
  close(): Promise<void>;
}

/** Where an engine keeps things and what it says. */
export interface EngineOptions {
  readonly config: OmniConfig;
  readonly modelId: string;
  /** Folder of the checkpoints of an embedded server. */
  readonly checkpointRoot: string;
  readonly logFile: string;
  readonly signal: AbortSignal;
  readonly notice: (message: string) => void;
}

/** Connects to the configured engine, or launches the embedded one, and loads the model. */
export async function openEngine(options: EngineOptions): Promise<OpenEngine> {
  const { config, modelId, signal } = options;
  const settings = checkedEngine(config);
  const launched = settings.address === "auto" ? await launchEmbedded(options) : undefined;
  try {
    const engine = await at(
      settings.address === "auto" ? undefined : ["engines[0]", "address"],
      connectEngine({
        address: launched?.address ?? settings.address,
        modelId,
        signal,
        ...(launched === undefined ? {} : { lost: launched.lost }),
        ...(settings.token === undefined ? {} : { token: settings.token.reveal() }),
        ...(settings.tls === undefined ? {} : { tls: settings.tls }),
      }),
    );
    options.notice(`loading ${config.model.base}`);
    const base = modelName(config);
    const loading = engine.trainer.loadModel({ base, seed: config.seed, replace: true }, { signal });
    const model = await at(["model", "base"], loading);
    const close = async () => {
      await engine.close();
      await launched?.close();
    };
    return { engine, model, checkpointPrefix: launched === undefined ? `${modelId}/` : "", close };
  } catch (error) {
    await launched?.close();
    throw error;
  }
}

/** Says in the details of a failure which value of the config it is about. */
async function at<T>(path: readonly string[] | undefined, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (path === undefined || !(error instanceof OmniError) || error.boundary === "cancelled") throw error;
    throw restated(error, { details: { at: path } });
  }
}

/** Servers take names, never paths: a local folder is named below the embedded server's model root. */
function modelName({ model: { base } }: OmniConfig): string {
  return isAbsolute(base) ? basename(base) : base;
}

function launchEmbedded({ config, checkpointRoot, logFile, signal, notice }: EngineOptions) {
  const threads = config.engines[0]?.threads;
  return launchEngine({
    python: serverPython(),
    checkpointRoot,
    modelRoot: isAbsolute(config.model.base) ? dirname(config.model.base) : process.cwd(),
    cacheDir: join(cacheFolder(), "models"),
    logFile,
    signal,
    onProgress: notice,
    ...(threads === undefined ? {} : { threads }),
  });
}
