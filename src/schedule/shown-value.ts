/** A value of a file as messages show it, shortened: a number that is none (JSON's 1e400 is read as ∞) by its name. */
export function shownValue(value: unknown): string {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
