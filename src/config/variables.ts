import { isMap, isScalar, isSeq } from "yaml";
import type { ConfigDocument } from "./document.js";
import { expandVariables, withoutEmpty } from "./expand.js";
import { type ConfigIssue, type ConfigPath, showPath } from "./issue.js";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Replaces `${VAR}` in string values (never in keys). Secrets keep their text, their variables must be set and not
 * empty. Returns the variables that are missing.
 */
export function expandDocument(document: ConfigDocument, env: Environment): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const visit = (node: unknown, path: ConfigPath): void => {
    if (isMap(node)) {
      for (const { key, value } of node.items) visit(value, [...path, String(isScalar(key) ? key.value : key)]);
    } else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) visit(item, [...path, index]);
    } else if (isScalar(node) && typeof node.value === "string") {
      const secret = isSecret(path);
      const known = secret ? withoutEmpty(env) : env;
      const expanded = expandVariables(node.value, known, (name) => {
        issues.push(missing(path, name));
        return "";
      });
      if (!secret) node.value = expanded;
    }
  };
  visit(document.yaml.contents, []);
  return issues;
}

function isSecret(path: ConfigPath): boolean {
  return /^(judge\.(apiKey|(headers|query)\..*)|engines\[\d+\]\.token)$/s.test(showPath(path));
}

function missing(path: ConfigPath, name: string): ConfigIssue {
  const message = `environment variable ${name} is not set; export ${name}=… (a literal is written $$` + `{${name}})`;
  return { path, at: "value", code: "missing_variable", message: `${showPath(path)}: ${message}` };
}
