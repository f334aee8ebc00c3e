export * from "./workers.js";
