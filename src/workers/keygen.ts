import { existsSync } from "node:fs";
import { readServerKeys, writeKeyFile } from "./keys.js";
import { loadZeromq } from "./zeromq.js";

/**
 * Makes a worker's key file and lets it in at the control plane's, which is made if it is not there yet.
 * @returns whether the control plane's file is new
 * @throws ConfigError for a worker's file that exists, or files that cannot be read or written
 */
export async function makeWorkerKeys(files: { readonly server: string; readonly worker: string }): Promise<boolean> {
  const { curveKeyPair } = await loadZeromq();
  const fresh = !existsSync(files.server);
  const server = fresh ? { ...curveKeyPair(), workers: [] } : readServerKeys(files.server);
  const worker = curveKeyPair();
  writeKeyFile(files.worker, { ...worker, serverKey: server.publicKey }, { fresh: true });
  writeKeyFile(files.server, { ...server, workers: [...server.workers, worker.publicKey] }, { fresh });
  return fresh;
}
