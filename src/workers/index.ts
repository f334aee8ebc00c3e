export { type ServerKeys, type WorkerKeys, writeKeyFile } from "./keys.js";
export type { WorkerProgram } from "./local-process.js";
export * from "./workers.js";
export { type OpenedWorkers, openZmqWorkers, type ZmqWorkersOptions } from "./zmq-workers.js";
