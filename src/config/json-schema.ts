import { z } from "zod";
import type { ConfigPath } from "./issue.js";
import { configSchema } from "./schema.js";

/** JSON Schema (2020-12) of a config file, for editors; cross-field rules are not in it. */
export function configJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(configSchema, { io: "input" });
  return { $schema, title: "omni-thinker config", ...rest };
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | false;
  readonly items?: SchemaNode;
  readonly oneOf?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly const?: unknown;
}

/** Keys that the schema allows at a path; of a choice by `kind`, those of the kind that the value has. */
export function keysAt(path: ConfigPath, root: unknown): readonly string[] {
  let node: SchemaNode | undefined = chosen(configJsonSchema() as SchemaNode, root);
  let value = root;
  for (const part of path) {
    value = typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[part] : undefined;
    const child: SchemaNode | undefined =
      typeof part === "number" ? node?.items : (node?.properties?.[part] ?? (node?.additionalProperties || undefined));
    node = child === undefined ? undefined : chosen(child, value);
  }
  return Object.keys(node?.properties ?? {});
}

function chosen(node: SchemaNode, value: unknown): SchemaNode {
  const choices = node.oneOf ?? node.anyOf;
  if (choices === undefined) return node;
  const kind = typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
  return choices.find((choice) => choice.properties?.kind?.const === kind) ?? node;
}
