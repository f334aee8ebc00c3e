export * from "./errors.js";
export * from "./item.js";
export * from "./json-place.js";
export * from "./random.js";
export * from "./reward.js";
export * from "./rollout.js";
