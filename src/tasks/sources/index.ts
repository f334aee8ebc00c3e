import { isAbsolute, resolve } from "node:path";
import { fileSource } from "./file-source.js";
import { isHubAddress, parseHubAddress } from "./hub-address.js";
import type { HubConnection } from "./hub-client.js";
import { hubSource } from "./hub-source.js";
import type { Source } from "./source.js";

/** What a config says about where rows are. */
export interface SourceSpec {
  /** A .jsonl, .csv, .tsv or .parquet file, a folder of those, or `hub:org/name[@revision][#file]`. */
  readonly source: string;
  readonly revision?: string;
  readonly config?: string;
  readonly file?: string;
}

/** Where relative paths start and downloads go. */
export interface SourcePlaces {
  readonly baseDir: string;
  readonly cacheDir: string;
  readonly hub?: HubConnection;
}

/** The source that a spec names. Throws ConfigError for a malformed hub id; files are looked at when rows are read. */
export function openSource(spec: SourceSpec, places: SourcePlaces): Source {
  if (isHubAddress(spec.source)) return hubSource(parseHubAddress(spec.source, spec), places.cacheDir, places.hub);
  return fileSource(isAbsolute(spec.source) ? spec.source : resolve(places.baseDir, spec.source));
}

export type { HubConnection } from "./hub-client.js";
export { linesOf, MAX_LINE_CHARS } from "./lines.js";
export { isRecord, type Source, type SourceRow } from "./source.js";
