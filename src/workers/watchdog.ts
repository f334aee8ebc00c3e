/** A thread beside a worker's handler: ends the process once the pool that started it is gone, whatever the handler does. */
import { workerData } from "node:worker_threads";

const POLL_MS = 200;

setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL");
}, POLL_MS);
