export * from "./schema.js";
export { Secret } from "./secret.js";
