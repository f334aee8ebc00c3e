export type { TlsFiles } from "./channel.js";
export type { Deadlines } from "./deadlines.js";
export * from "./engine.js";
export type { EngineExit } from "./engine-exit.js";
export { type ConnectOptions, connectEngine } from "./grpc-engine.js";
export { type LaunchedEngine, type LaunchOptions, launchEngine } from "./launch.js";
export type { RetryPolicy } from "./retry.js";
