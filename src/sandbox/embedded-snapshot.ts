import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { SandboxError } from "../core/index.js";
import { assetText } from "./assets.js";
import { pyodideFolder, spawnEmbeddedChild } from "./embedded-child.js";
import { frameReader } from "./frames.js";

let made: Promise<string> | undefined;

/**
 * Path of a memory image of Pyodide after its start-up; starting from it takes a seventh of the processor time. Made once
 * a version and kept in the user's cache. Rejects with SandboxError.
 */
export function pyodideSnapshot(): Promise<string> {
  made ??= findOrMake().catch((error: unknown) => {
    made = undefined;
    throw error;
  });
  return made;
}

async function findOrMake(): Promise<string> {
  const hash = createHash("sha256").update(readFileSync(join(pyodideFolder(), "package.json")));
  hash.update(process.versions.v8);
  for (const file of ["embedded.mjs", "embedded.py", "harness.py", "equality.py", "suite.py", "integrity.py"])
    hash.update(assetText(`sandbox/${file}`));
  const name = `pyodide-${hash.digest("hex").slice(0, 16)}.snapshot`;
  const { OMNI_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  const cache = join(OMNI_CACHE_DIR ?? join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "omni-thinker"), "sandbox");
  if (existsSync(join(cache, name))) return realpathSync(join(cache, name));
  const image = await makeSnapshot();
  try {
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    return keep(cache, name, image);
  } catch {
    // A home that cannot be written to.
    return keep(mkdtempSync(join(tmpdir(), "omni-sandbox-")), name, image);
  }
}

function keep(folder: string, name: string, image: Buffer): string {
  const partial = join(folder, `${name}.${randomUUID()}`);
  writeFileSync(partial, image, { mode: 0o600 });
  renameSync(partial, join(folder, name));
  return realpathSync(join(folder, name));
}

function makeSnapshot(): Promise<Buffer> {
  const child = spawnEmbeddedChild(256, "make");
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let whole = false;
    let errors = "";
    const read = frameReader({ headerBytes: 21, lengthAt: 17, maxBytes: 1 << 21 }, (header, payload) => {
      if (header[16] === "K".charCodeAt(0)) parts.push(Buffer.from(payload));
      else whole = true;
    });
    const channel = child.stdio[3];
    if (channel instanceof Duplex) channel.on("data", read);
    child.stderr?.on("data", (data: Buffer) => {
      errors += data.toString("utf8");
    });
    const fail = (why: string) =>
      reject(new SandboxError(`the embedded sandbox cannot load Pyodide: ${why.trim().slice(-500)}`));
    child.once("error", (error) => fail(error.message));
    child.once("close", () => (whole ? resolve(Buffer.concat(parts)) : fail(errors)));
  });
}
