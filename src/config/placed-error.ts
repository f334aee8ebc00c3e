import { ConfigError, DataError, OmniError, restated } from "../core/index.js";
import { type LoadedConfig, shownPath } from "./load.js";

/**
 * Gives an error of another room the `file:line:column` that it lacks: one whose details name a config path (`at`), a
 * ConfigError that begins with a task (`task "id": data.fields.answer: …`) or with a key (`model.adapter: …`). A task's
 * DataError already names its row, so task and place stand behind it. Any other error is given back as it is.
 */
export function placedError(error: unknown, loaded: LoadedConfig): unknown {
  if (!(error instanceof OmniError)) return error;
  const { at, task } = error.details;
  if (error instanceof DataError && typeof task === "string") {
    const place = placeOf(loaded, [taskKey(loaded, task) ?? "tasks", "data"]);
    return restated(error, { message: `${error.message} (task "${task}", ${place})` });
  }
  const keys = Array.isArray(at)
    ? at.map(String)
    : error instanceof ConfigError
      ? keysOf(error.message, loaded)
      : undefined;
  if (keys === undefined) return error;
  return restated(error, { message: `${placeOf(loaded, keys)}: ${error.message}` });
}

/** The config path that a message begins with. */
function keysOf(message: string, loaded: LoadedConfig): readonly string[] | undefined {
  const [, id, keys = ""] = /^task "([^"]+)"(?:: ([A-Za-z][\w.-]*))?/.exec(message) ?? [];
  if (id !== undefined) {
    const task = taskKey(loaded, id);
    return task === undefined ? undefined : [task, ...keys.split(".").filter(Boolean)];
  }
  const [, key = ""] = /^([a-z]\w*(?:\.\w+)*): /.exec(message) ?? [];
  const path = key.split(".");
  return Object.hasOwn(loaded.config, path[0] ?? "") ? path : undefined;
}

function taskKey({ config }: LoadedConfig, id: string): string | undefined {
  const index = config.tasks.findIndex((task) => task.id === id);
  return index < 0 ? undefined : `tasks[${index}]`;
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
