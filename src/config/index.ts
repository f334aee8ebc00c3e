export { configJsonSchema } from "./json-schema.js";
export {
  type ConfigOptions,
  configOfFlags,
  type LoadedConfig,
  loadConfig,
  type Provenance,
  resolveConfig,
} from "./load.js";
export { isOwnReward } from "./own-reward.js";
export { placedError } from "./placed-error.js";
export { redactConfig, renderConfig } from "./render.js";
export { defaultReward } from "./rules.js";
export * from "./schema.js";
export { Secret } from "./secret.js";
export { hint, suggest } from "./suggest.js";
