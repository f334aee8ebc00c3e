import { ConfigError } from "../core/index.js";

/** Keys and indices from the root of the config. */
export type ConfigPath = readonly (string | number)[];

/** One thing that is wrong, before it is known where in which file it stands. */
export interface ConfigIssue {
  readonly path: ConfigPath;
  /** Whether the key itself is at fault, or its value. */
  readonly at: "key" | "value";
  readonly code: string;
  /** Problem and remedy, without the place. */
  readonly message: string;
}

/** An issue with its place: `file:line:column`, the flag that brought it in, or the path alone. */
export interface PlacedIssue extends ConfigIssue {
  readonly place: string;
}

/** `tasks[0].data.source`. */
export function showPath(path: ConfigPath): string {
  return path.reduce<string>((shown, part) => {
    if (typeof part === "number") return `${shown}[${part}]`;
    const key = part.replace(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));
    return shown === "" ? key : `${shown}.${key}`;
  }, "");
}

/** The error of a config with these issues: the first is its message, all are in `details.issues`. */
export function configError(issues: readonly PlacedIssue[]): ConfigError {
  const lines = issues.map((issue) => `${issue.place}: ${issue.message}`);
  const [first, ...others] = lines;
  return new ConfigError(first ?? "the config is wrong", {
    code: issues[0]?.code ?? "bad_config",
    details: { path: showPath(issues[0]?.path ?? []), ...(others.length === 0 ? {} : { issues: lines }) },
  });
}
