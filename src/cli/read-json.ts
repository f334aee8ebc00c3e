import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { DataError } from "../core/index.js";

/** Parses a JSON file, or standard input for `-`. @throws DataError `file:line:column: …` */
export async function readJson(path: string): Promise<unknown> {
  const content = path === "-" ? await text(process.stdin) : contentOf(path);
  try {
    return JSON.parse(content);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? content.length);
    const lines = content.slice(0, position).split("\n");
    const place = `${path === "-" ? "standard input" : path}:${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
    const problem = message.replace(/ in JSON at position.*| \(line.*/s, "").replaceAll(/\s+/g, " ");
    throw new DataError(`${place}: not valid JSON (${problem})`, { code: "bad_json", cause });
  }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new DataError(`${path}: cannot be read; name a JSON file, or - for standard input`, {
      code: "no_file",
      cause,
    });
  }
}
