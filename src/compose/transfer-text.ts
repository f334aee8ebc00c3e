import { DataError, jsonFault, jsonPlace, restated } from "../core/index.js";

/**
 * Parses a JSON text.
 * @param name of the file, for messages
 * @throws DataError `bad_json`, `name:line:column: …`
 */
export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const fault = jsonFault(text);
    const place = fault === undefined ? name : `${name}:${fault.line}:${fault.column}`;
    throw new DataError(`${place}: not valid JSON (${problemOf(fault?.found ?? "")})`, { code: "bad_json", cause });
  }
}

function problemOf(found: string): string {
  if (found === "") return "it ends too early";
  if (/^-?(NaN|Infinity)$/.test(found)) {
    return `${found} is no number of JSON: was the cell measured? Measure it, or leave its task out`;
  }
  return `unexpected ${JSON.stringify(found)}`;
}

/** Does `read` on a document that stood in `text`; an error about one of its keys gets the key's `name:line:column`. */
export async function placedInText<T>(text: string, name: string, read: () => Promise<T> | T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DataError) || typeof error.details.key !== "string") throw error;
    const { line, column } = jsonPlace(text, error.details.key);
    const said = error.message.startsWith(`${name}:`) ? error.message.slice(name.length) : `: ${error.message}`;
    throw restated(error, { message: `${name}:${line}:${column}${said}` });
  }
}
