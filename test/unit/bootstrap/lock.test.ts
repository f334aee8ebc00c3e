import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

interface Entry {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Where Node looks for `name` from the package at `path`: there, then in each folder above. */
function* places(path: string, name: string): Generator<string> {
  for (let at = path; ; at = at.includes("/node_modules/") ? at.slice(0, at.lastIndexOf("/node_modules/")) : "") {
    yield at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (at === "") return;
  }
}

it("package-lock.json lists the optional packages of every platform, so that npm ci works on each", () => {
  const text = readFileSync(new URL("../../../package-lock.json", import.meta.url), "utf8");
  const { packages }: { packages: Record<string, Entry> } = JSON.parse(text);
  const missing = Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).filter(
      (name) => ![...places(path, name)].some((at) => at in packages),
    ),
  );
  expect(missing).toEqual([]);
});
