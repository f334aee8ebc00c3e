import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DataError } from "../../core/index.js";
import type { HubAddress } from "./hub-address.js";
import { isRecord } from "./source.js";

/** A file of a hub repository. */
export interface HubFile {
  readonly path: string;
  /** The hub's id of its content. */
  readonly oid: string;
  readonly size: number;
}

/**
 * Downloaded files below one folder, named by content id, so that a moved branch is never mistaken for the old one.
 * Files appear by rename, whole or not at all; two processes may fill the cache at once.
 */
export class HubCache {
  readonly #folder: string;
  readonly #index: string;

  constructor(cacheDir: string, endpoint: string, address: HubAddress) {
    this.#folder = join(cacheDir, "hub", digest(endpoint).slice(0, 8), address.repo.replace("/", "--"));
    this.#index = join(this.#folder, `index-${digest(address.revision).slice(0, 16)}.json`);
  }

  /** The file list kept from the last time, if any. */
  async readIndex(): Promise<readonly HubFile[] | undefined> {
    try {
      const files: unknown = JSON.parse(await readFile(this.#index, "utf8"));
      return Array.isArray(files) && files.every(isHubFile) ? files : undefined;
    } catch {
      return undefined;
    }
  }

  async writeIndex(files: readonly HubFile[]): Promise<void> {
    await this.#appear(this.#index, (temporary) => writeFile(temporary, JSON.stringify(files)));
  }

  /** The local path of a file, downloaded unless it is there. */
  async file(file: HubFile, download: (path: string) => Promise<Blob>): Promise<string> {
    // The name is ours (a digest), so a hostile path cannot leave the folder.
    const path = join(this.#folder, digest(`${file.path}\0${file.oid}`) + extname(file.path).toLowerCase());
    if ((await sizeOf(path)) === file.size) return path;
    const blob = await download(file.path);
    await this.#appear(path, async (temporary) => {
      await pipeline(Readable.fromWeb(blob.stream()), createWriteStream(temporary));
      const size = await sizeOf(temporary);
      if (size !== file.size) {
        throw new DataError(`${file.path}: the download ended after ${size} of ${file.size} bytes; try again`, {
          code: "hub_incomplete",
          retryable: true,
        });
      }
    });
    return path;
  }

  async #appear(path: string, write: (temporary: string) => Promise<unknown>): Promise<void> {
    const temporary = `${path}.${randomUUID()}.part`;
    try {
      await mkdir(dirname(path), { recursive: true });
      await write(temporary);
      await rename(temporary, path);
    } catch (cause) {
      await rm(temporary, { force: true });
      if (cause instanceof DataError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new DataError(
        `${path}: the download cannot be kept (${reason}); check disk space, permissions and network`,
        {
          code: "cache_failed",
          cause,
        },
      );
    }
  }
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.size,
    () => -1,
  );
}

function isHubFile(value: unknown): value is HubFile {
  return (
    isRecord(value) && typeof value.path === "string" && typeof value.oid === "string" && typeof value.size === "number"
  );
}
