import { stringify } from "yaml";
import type { OmniConfig } from "./schema.js";
import { Secret } from "./secret.js";

/** A config as plain data for people and files: secrets are the references they were given as. */
export function redactConfig(config: OmniConfig): Record<string, unknown> {
  return plain(config, (text) => text) as Record<string, unknown>;
}

/** A config as a YAML file that {@link loadConfig} reads back to the same config. */
export function renderConfig(config: OmniConfig): string {
  return stringify(
    // A text that looks like a variable is one that was expanded or escaped before; it must not expand again.
    plain(config, (text) => text.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, "$$$${$1}")),
    { lineWidth: 0, version: "1.2" },
  );
}

function plain(value: unknown, text: (value: string) => string): unknown {
  if (value instanceof Secret) return value.toString();
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return value.map((item) => plain(item, text));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, text)]));
}
