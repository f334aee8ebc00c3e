/** Longest line that is read, in UTF-16 units; a longer one is given as `undefined`, so that no file can fill the memory. */
export const MAX_LINE_CHARS = 64 * 1024 * 1024;

/**
 * Lines of a text stream without their ends, also the last when nothing ends it; `undefined` for one that is longer than
 * `maxChars`. Linear in the input, however long a line is. Errors of the stream reach the reader.
 */
export async function* linesOf(
  stream: AsyncIterable<string | Uint8Array>,
  maxChars: number = MAX_LINE_CHARS,
): AsyncGenerator<string | undefined> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let parts: string[] = [];
  let length = 0;
  const add = (part: string) => {
    length += part.length;
    if (length > maxChars) parts = [];
    else if (part !== "") parts.push(part);
  };
  const take = (): string | undefined => {
    const line = length > maxChars ? undefined : parts.join("");
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of stream) {
    const text = typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      add(text.slice(from, end));
      from = end + 1;
      yield take();
    }
    add(text.slice(from));
  }
  add(decoder.decode());
  if (length > 0) yield take();
}
