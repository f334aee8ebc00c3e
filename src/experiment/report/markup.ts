/** Text made safe for HTML and SVG, in content and in quoted attributes. */
export function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replaceAll(/[&<>"']/g, (char) => entities[char] ?? "");
}

/** An SVG picture that scales down with its column, with a name for those who cannot see it. */
export function picture(
  size: { readonly width: number; readonly height: number },
  name: string,
  parts: readonly string[],
): string {
  const { width, height } = size;
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(name)}">${parts.join("")}</svg>`;
}

/** A text in a picture. `class` names one of the page's styles. */
export function label(
  x: number,
  y: number,
  text: string,
  options: { readonly anchor?: string; readonly style?: string } = {},
): string {
  const { anchor = "start", style = "" } = options;
  const className = style === "" ? "" : ` class="${style}"`;
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${className}>${escaped(text)}</text>`;
}

/** A straight line. */
export function line(x1: number, y1: number, x2: number, y2: number, style = "rule"): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" class="${style}"/>`;
}

export const round = (value: number): number => Math.round(value * 10) / 10;

/** Width that a text takes at the pictures' size, roughly. */
export const textWidth = (text: string): number => 7 * text.length;
