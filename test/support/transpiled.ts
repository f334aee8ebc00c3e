import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Rooms of src/ as JavaScript in a folder below the checkout, for child processes of tests that need no build. */
export function transpile(rooms: readonly string[]): { readonly folder: string; remove(): void } {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(root, ".cache", "transpiled-"));
  for (const room of rooms) {
    for (const name of readdirSync(join(root, "src", room), { recursive: true, encoding: "utf8" })) {
      if (!/\.(ts|js)$/.test(name) || name.endsWith(".d.ts")) continue;
      const source = readFileSync(join(root, "src", room, name), "utf8");
      const target = join(folder, room, name.replace(/\.ts$/, ".js"));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, name.endsWith(".js") ? source : javascript(source));
    }
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function javascript(source: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}
