export { type AgentOptions, serveAsWorker } from "./agent.js";
export { makeWorkerKeys } from "./keygen.js";
export type { WorkerProgram } from "./local-process.js";
export * from "./workers.js";
export { type OpenedWorkers, openZmqWorkers, type ZmqWorkersOptions } from "./zmq-workers.js";
