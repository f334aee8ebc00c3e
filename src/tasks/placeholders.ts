const placeholder = /\{\{|\}\}|\{([A-Za-z_*][\w.*-]*)\}/g;

/** The names in a template's `{name}` placeholders; `{{` and `}}` stand for braces, other braces for themselves. */
export function placeholdersOf(template: string): readonly string[] {
  return [...template.matchAll(placeholder)].flatMap((match) => (match[1] === undefined ? [] : [match[1]]));
}

/** Fills a template in one pass, so text that is put in is never read as a template again. */
export function fillTemplate(template: string, textOf: (name: string) => string): string {
  return template.replace(placeholder, (whole, name?: string) => (name === undefined ? whole.slice(1) : textOf(name)));
}
