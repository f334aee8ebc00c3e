import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { throwIfAborted } from "../../core/index.js";
import { fileFailure } from "./file-failure.js";
import { isRecord, type Source } from "./source.js";

/** A Parquet file, read one row group at a time; 64-bit integers become numbers (text beyond 2⁵³), dates ISO text. */
export function parquetSource(path: string, shown: string): Source {
  return {
    name: shown,
    async *rows(signal) {
      throwIfAborted(signal);
      try {
        const file = await asyncBufferFromFile(path);
        const metadata = await parquetMetadataAsync(file);
        let rowStart = 0;
        for (const group of metadata.row_groups) {
          throwIfAborted(signal);
          const rowEnd = rowStart + Number(group.num_rows);
          const rows = await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd });
          for (const [index, row] of rows.entries()) {
            const plain = plainValue(row);
            if (isRecord(plain)) yield { row: plain, origin: `${shown}:${rowStart + index + 1}` };
          }
          rowStart = rowEnd;
        }
      } catch (cause) {
        throw fileFailure(shown, cause);
      }
    },
  };
}

/** Parquet values as JSON would have them, so that mappings need not know the format. */
function plainValue(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array, plainValue);
  if (Array.isArray(value)) return value.map(plainValue);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainValue(inner)]));
  return value ?? null;
}
