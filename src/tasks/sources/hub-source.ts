import { DataError } from "../../core/index.js";
import { readerOf } from "./file-source.js";
import { chooseFiles, type HubAddress } from "./hub-address.js";
import { HubCache, type HubFile } from "./hub-cache.js";
import { HubClient, type HubConnection, isUnreachable } from "./hub-client.js";
import type { Source } from "./source.js";

/** Rows of a hub data set; its files are downloaded once below `cacheDir` and read from there, also without network. */
export function hubSource(address: HubAddress, cacheDir: string, connection: HubConnection = {}): Source {
  const name = `hub:${address.repo}@${address.revision}`;
  const client = new HubClient(address, connection);
  const cache = new HubCache(cacheDir, client.endpoint, address);
  return {
    name,
    async *rows(signal) {
      const index = await indexOf(client, cache, signal);
      const chosen = new Set(
        chooseFiles(
          address,
          index.map((file) => file.path),
        ),
      );
      for (const file of index.filter(({ path }) => chosen.has(path)).sort(byPath)) {
        const local = await cache.file(file, (path) => client.download(path, signal));
        yield* readerOf(local, `${name}/${file.path}`).rows(signal);
      }
    },
  };
}

/** The repository's files; a full commit id never changes, so its cached index is as good as a fresh one. */
async function indexOf(client: HubClient, cache: HubCache, signal?: AbortSignal): Promise<readonly HubFile[]> {
  const cached = await cache.readIndex();
  if (cached && client.pinned) return cached;
  try {
    const fresh = await client.list(signal);
    await cache.writeIndex(fresh);
    return fresh;
  } catch (cause) {
    if (cached && cause instanceof DataError && isUnreachable(cause)) return cached;
    throw cause;
  }
}

function byPath(a: HubFile, b: HubFile): number {
  return a.path < b.path ? -1 : 1;
}
