import { isAbsolute, relative } from "node:path";

/** A path as messages show it: relative to the working folder when inside it. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
}
