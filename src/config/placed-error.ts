import { ConfigError } from "../core/index.js";
import { type LoadedConfig, shownPath } from "./load.js";

/**
 * Gives a ConfigError of another room, `task "id": data.fields.answer: …`, the `file:line:column` that it lacks.
 * Any other error is given back as it is.
 */
export function placedError(error: unknown, loaded: LoadedConfig): unknown {
  if (!(error instanceof ConfigError)) return error;
  const [, id, keys = ""] = /^task "([^"]+)"(?:: ([A-Za-z][\w.-]*))?/.exec(error.message) ?? [];
  const index = loaded.config.tasks.findIndex((task) => task.id === id);
  if (index < 0) return error;
  const place = placeOf(loaded, [`tasks[${index}]`, ...keys.split(".").filter(Boolean)]);
  const { code, details, cause } = error;
  return new ConfigError(`${place}: ${error.message}`, { code, details, cause });
}

/** Where the value at a path, something below it, or its nearest parent was written. */
function placeOf({ provenance, path }: LoadedConfig, keys: readonly string[]): string {
  for (let depth = keys.length; depth > 0; depth--) {
    const wanted = keys.slice(0, depth).join(".");
    const below = (written: string) => written === wanted || /^[.[]/.test(written.slice(wanted.length));
    for (const [written, origin] of Object.entries(provenance)) {
      if (!written.startsWith(wanted) || !below(written)) continue;
      if (origin.from === "flag") return origin.flag;
      if (origin.from === "file") return `${shownPath(path)}:${origin.line}:${origin.column}`;
    }
  }
  return shownPath(path);
}
