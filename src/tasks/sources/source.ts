/** One record of a data set as it stands in its file, before mapping. */
export interface SourceRow {
  readonly row: Readonly<Record<string, unknown>>;
  /** `file:line` for text files, `file:row` (from 1) for Parquet: what error messages name. */
  readonly origin: string;
}

/** Where rows come from. Reading is lazy and may be repeated; the order is the same every time. */
export interface Source {
  /** For messages: the path or hub id. */
  readonly name: string;
  /** Throws DataError naming `file:line` for what cannot be read, CancelledError when the signal fires. */
  rows(signal?: AbortSignal): AsyncIterable<SourceRow>;
}

/** True for a JSON object (not null, not a list). */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
