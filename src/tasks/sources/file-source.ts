import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { DataError } from "../../core/index.js";
import { csvSource } from "./csv-source.js";
import { fileFailure } from "./file-failure.js";
import { jsonlSource } from "./jsonl-source.js";
import { parquetSource } from "./parquet-source.js";
import { shownPath } from "./shown-path.js";
import type { Source } from "./source.js";

const readers: Readonly<Record<string, (path: string, shown: string) => Source>> = {
  ".jsonl": jsonlSource,
  ".ndjson": jsonlSource,
  ".csv": (path, shown) => csvSource(path, shown),
  ".tsv": (path, shown) => csvSource(path, shown, "\t"),
  ".parquet": parquetSource,
};

/** Whether a file's name says that its rows can be read. */
export function isReadable(path: string): boolean {
  return extname(path).toLowerCase() in readers;
}

/** The reader for one file, by its extension. Throws DataError for an unknown one. */
export function readerOf(path: string, shown: string = shownPath(path)): Source {
  const reader = readers[extname(path).toLowerCase()];
  if (reader) return reader(path, shown);
  throw new DataError(`${shown}: unknown kind of file; use one of ${Object.keys(readers).join(" ")}`, {
    code: "unknown_format",
  });
}

/** A file, or a folder whose readable files (nested ones too) are read in the order of their paths. */
export function fileSource(path: string): Source {
  const shown = shownPath(path);
  return {
    name: shown,
    async *rows(signal) {
      const isFolder = await stat(path).then(
        (found) => found.isDirectory(),
        (cause) => {
          throw fileFailure(shown, cause);
        },
      );
      for (const file of isFolder ? await readableFiles(path, shown) : [path]) yield* readerOf(file).rows(signal);
    },
  };
}

async function readableFiles(folder: string, shown: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && isReadable(entry.name));
  if (files.length === 0) {
    throw new DataError(`${shown}: the folder holds none of ${Object.keys(readers).join(" ")}`, {
      code: "data_missing",
    });
  }
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}
