// Module hooks: `.js` beside a `.ts` is that `.ts`, transpiled once and kept below .cache/.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const cache = fileURLToPath(new URL("../../.cache/typescript/", import.meta.url));

export function resolve(specifier, context, next) {
  const isFile = /^(\.{1,2}\/|file:)/.test(specifier) && specifier.endsWith(".js");
  if (isFile) {
    const source = new URL(specifier.replace(/\.js$/, ".ts"), context.parentURL);
    if (existsSync(source)) return { url: source.href, shortCircuit: true };
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.startsWith("file:") || !url.endsWith(".ts")) return next(url, context);
  const text = readFileSync(new URL(url), "utf8");
  return { format: "module", source: await javascript(text), shortCircuit: true };
}

async function javascript(text) {
  const file = `${cache}${createHash("sha256").update(text).digest("hex").slice(0, 32)}.js`;
  if (existsSync(file)) return readFileSync(file, "utf8");
  const { default: ts } = await import("typescript");
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  const { outputText } = ts.transpileModule(text, { compilerOptions });
  mkdirSync(cache, { recursive: true });
  // Another worker may do the same at the same time; renaming makes the last one win whole.
  writeFileSync(`${file}.${process.pid}`, outputText);
  renameSync(`${file}.${process.pid}`, file);
  return outputText;
}
