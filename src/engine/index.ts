export { checkAddress } from "./address.js";
export * from "./engine.js";
export { type ConnectOptions, connectEngine } from "./grpc-engine.js";
export { type LaunchOptions, launchEngine } from "./launch.js";
