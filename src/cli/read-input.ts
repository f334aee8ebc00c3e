import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { DataError } from "../core/index.js";

/** The text of a file, or of standard input for `-`. @throws DataError `no_file` */
export async function readInput(path: string): Promise<string> {
  if (path === "-") return text(process.stdin);
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new DataError(`${path}: cannot be read; name a JSON file, or - for standard input`, {
      code: "no_file",
      cause,
    });
  }
}
