import { isAbsolute } from "node:path";
import type { EngineConfig, OmniConfig } from "../config/index.js";
import { ConfigError } from "../core/index.js";
import { checkAddress } from "../engine/index.js";

/**
 * The one engine of a run, with all that is known to be wrong before it is asked.
 * @throws ConfigError `engines`, `adapter`, `bad_address`, `model_path`
 */
export function checkedEngine({ engines, model }: OmniConfig): EngineConfig {
  const [settings, ...others] = engines;
  if (settings === undefined || others.length > 0) {
    const message =
      "engines: a single run takes exactly one engine, with the roles sample and train; omni transfer and omni experiment take several";
    throw new ConfigError(message, { code: "engines" });
  }
  if (model.adapter !== "full") {
    const message = `model.adapter: "${model.adapter}" is not supported by the server yet; use full`;
    throw new ConfigError(message, { code: "adapter" });
  }
  if (settings.address === "auto") return settings;
  try {
    checkAddress(settings.address);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(message, { code: "bad_address", cause, details: { at: ["engines[0]", "address"] } });
  }
  if (isAbsolute(model.base)) {
    const message = `model.base: ${model.base} is a folder here; a remote engine loads folders below its own --model-root by name`;
    throw new ConfigError(message, { code: "model_path" });
  }
  return settings;
}
