const variable = /(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/**
 * Replaces `${VAR}` by the environment's value; `$${VAR}` stays as the text `${VAR}`. An unset variable is replaced by
 * what `missing` returns (it may throw).
 */
export function expandVariables(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  missing: (name: string) => string,
): string {
  return text.replace(variable, (whole, dollar: string, name: string) =>
    dollar === "$" ? whole.slice(1) : (env[name] ?? missing(name)),
  );
}

/** The environment with empty variables left out: an empty secret is a missing one. */
export function withoutEmpty(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
}
