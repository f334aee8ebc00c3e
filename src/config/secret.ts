import { readFileSync } from "node:fs";
import { ConfigError } from "../core/index.js";
import { expandVariables, withoutEmpty } from "./expand.js";

/**
 * A secret by reference: the config keeps `${VAR}` or `file:path` and never the value, so that a config can be written
 * into a run folder or a log as it stands. A literal given by a program is held privately and prints as a variable.
 */
export class Secret {
  readonly #text: string;
  readonly #variable: string;

  /** `variable`: the environment variable that stands in for a literal wherever the config is written. */
  constructor(text: string, variable: string) {
    this.#text = text;
    this.#variable = variable;
  }

  /** True when the config itself holds the secret instead of naming where it is. */
  get literal(): boolean {
    return !this.#text.startsWith("file:") && !/\$\{[A-Za-z_]\w*\}/.test(this.#text);
  }

  /** The reference, safe to show. */
  toString(): string {
    return this.literal ? `\${${this.#variable}}` : this.#text;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** The secret itself. Throws ConfigError when its variable is unset or empty, or its file cannot be read. */
  reveal(env: Readonly<Record<string, string | undefined>> = process.env): string {
    if (this.#text.startsWith("file:")) return readSecretFile(this.#text.slice("file:".length));
    return expandVariables(this.#text, withoutEmpty(env), (name) => {
      throw new ConfigError(
        `environment variable ${name} is not set; it holds a secret of the config: export ${name}=…`,
        {
          code: "missing_variable",
        },
      );
    });
  }

  /** The same secret with a relative `file:` path made absolute. */
  resolvedIn(folder: string, resolve: (folder: string, path: string) => string): Secret {
    if (!this.#text.startsWith("file:")) return this;
    return new Secret(`file:${resolve(folder, this.#text.slice("file:".length))}`, this.#variable);
  }
}

function readSecretFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (cause) {
    throw new ConfigError(`${path}: secret file cannot be read (${reasonOf(cause)}); create it or name another`, {
      code: "missing_secret",
      cause,
    });
  }
  if (text === "")
    throw new ConfigError(`${path}: secret file is empty; write the secret into it`, { code: "missing_secret" });
  return text;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
}
