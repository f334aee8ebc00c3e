// biome-ignore-all lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
/** Escape sequences of terminals: CSI, OSC and other string sequences, and the two-byte ones. */
const escapes =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]?/g;

/** Control characters but newline and tab, and those that reorder text. */
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from models, data or peers, safe for a terminal: escape sequences and control characters are taken out. */
export function stripControl(text: string): string {
  return text.replace(escapes, "").replace(controls, "");
}

/** As {@link stripControl}, on one line. */
export function oneLine(text: string): string {
  return stripControl(text).replaceAll(/\s+/g, " ").trim();
}
