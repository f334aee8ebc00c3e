import { type ChatMessage, ConfigError } from "../core/index.js";
import { didYouMean } from "./mapping/nearest-name.js";
import { fillTemplate, placeholdersOf } from "./placeholders.js";

/** How a task asks; what is left out is the family's own. */
export interface PromptSpec {
  /** System message; empty = none, so that the model's chat template puts its own. */
  readonly system?: string;
  /** User message with `{question}`, mapped fields and the family's placeholders. */
  readonly template?: string;
  /** Text that the policy continues, sent as a last assistant message; its tags count as present. */
  readonly prefill?: string;
}

/** The messages of one item. */
export function promptMessages(
  spec: PromptSpec,
  defaults: { readonly system: string; readonly template: string },
  variables: Readonly<Record<string, string>>,
): readonly ChatMessage[] {
  const fill = (template: string) => fillTemplate(template, (name) => variables[name] ?? "").trim();
  const system = fill(spec.system ?? defaults.system);
  return [
    ...(system === "" ? [] : [{ role: "system" as const, content: system }]),
    { role: "user", content: fill(spec.template ?? defaults.template) },
    ...(spec.prefill ? [{ role: "assistant" as const, content: spec.prefill }] : []),
  ];
}

/** Throws ConfigError naming a placeholder that nothing fills and those that something does. */
export function checkPlaceholders(spec: PromptSpec, known: readonly string[], place: string): void {
  for (const key of ["system", "template"] as const) {
    const unknown = placeholdersOf(spec[key] ?? "").find((name) => !known.includes(name));
    if (unknown === undefined) continue;
    throw new ConfigError(
      `${place}.${key}: unknown placeholder {${unknown}}; use ${known.map((name) => `{${name}}`).join(", ")}, map a field of that name, or write {{${unknown}}} for the braces themselves${didYouMean(unknown, known)}`,
      { code: "unknown_placeholder" },
    );
  }
}
