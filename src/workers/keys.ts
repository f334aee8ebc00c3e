import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { ConfigError } from "../core/index.js";

/** A CURVE key pair, Z85 texts of 40 characters. */
export interface KeyPair {
  readonly publicKey: string;
  readonly secretKey: string;
}

/** The control plane's key file: its pair, and the public keys of the workers that may connect. */
export interface ServerKeys extends KeyPair {
  readonly workers: readonly string[];
}

/** A worker's key file: its pair, and the control plane it speaks to. */
export interface WorkerKeys extends KeyPair {
  readonly serverKey: string;
}

const MAX_FILE = 1 << 20;

/** @throws ConfigError that names the file and the remedy: missing, open to others, or no key file of a control plane */
export function readServerKeys(file: string): ServerKeys {
  const keys = readKeyFile(file);
  const { workers } = keys;
  const pair = keyPair(keys);
  if (pair === undefined || !Array.isArray(workers) || !workers.every(isKey)) throw notA(file, "control plane");
  return { ...pair, workers };
}

/** @throws ConfigError that names the file and the remedy: missing, open to others, or no key file of a worker */
export function readWorkerKeys(file: string): WorkerKeys {
  const keys = readKeyFile(file);
  const { serverKey } = keys;
  const pair = keyPair(keys);
  if (pair === undefined || !isKey(serverKey)) throw notA(file, "worker");
  return { ...pair, serverKey };
}

/** Writes a key file, readable by its owner alone. With `fresh` an existing file is an error. */
export function writeKeyFile(file: string, keys: ServerKeys | WorkerKeys, options: { fresh: boolean }): void {
  try {
    writeFileSync(file, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flag: options.fresh ? "wx" : "w" });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${file}: the key file cannot be written (${message}); name a new file`, { cause: error });
  }
}

function readKeyFile(file: string): Readonly<Record<string, unknown>> {
  let text: string;
  let mode: number;
  try {
    const opened = openSync(file, "r");
    try {
      const { mode: bits, size } = fstatSync(opened);
      if (size > MAX_FILE) throw new RangeError("larger than 1 MiB");
      mode = bits;
      text = readFileSync(opened, "utf8");
    } finally {
      closeSync(opened);
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${file}: no key file (${message}); make one with: omni worker keygen`, {
      code: "bad_key_file",
      cause: error,
    });
  }
  if ((mode & 0o077) !== 0) {
    throw new ConfigError(`${file}: others can read this key file; run: chmod 600 ${file}`, { code: "bad_key_file" });
  }
  try {
    const keys: unknown = JSON.parse(text);
    if (typeof keys === "object" && keys !== null) return { ...keys };
  } catch {
    // Told below, without the content.
  }
  throw notA(file, "worker");
}

function keyPair({ publicKey, secretKey }: Readonly<Record<string, unknown>>): KeyPair | undefined {
  return isKey(publicKey) && isKey(secretKey) ? { publicKey, secretKey } : undefined;
}

function notA(file: string, whose: string): ConfigError {
  const message = `${file}: this is no key file of a ${whose}; make one with: omni worker keygen`;
  return new ConfigError(message, { code: "bad_key_file" });
}

/** Z85: 40 characters for 32 bytes. */
const isKey = (value: unknown): value is string =>
  typeof value === "string" && /^[0-9a-zA-Z.\-:+=^!/*?&<>()[\]{}@%$#]{40}$/.test(value);
