const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** CRLF is LF; blanks at line ends and empty lines at the end are ignored. */
function normalise(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line) => line.replace(/[ \t]+$/, ""))
    .join("\n")
    .replace(/\n+$/, "");
}

/**
 * Whether a program's standard output is the expected one: strict UTF-8 (invalid bytes never match), CRLF = LF, blanks
 * at line ends and empty lines at the end ignored, all else exact.
 */
export function sameOutput(actual: Uint8Array, expected: string): boolean {
  let text: string;
  try {
    text = strict.decode(actual);
  } catch {
    return false;
  }
  return text === expected || normalise(text) === normalise(expected);
}
