import { ConfigError } from "../core/index.js";
import { codeFamily } from "./code/code-family.js";
import type { Family } from "./family.js";
import { didYouMean } from "./mapping/nearest-name.js";
import { mathFamily } from "./math/math-family.js";
import { qaFamily } from "./qa/qa-family.js";
import { writingFamily } from "./writing/writing-family.js";

const families: readonly Family[] = [mathFamily, codeFamily, qaFamily, writingFamily];

/** The family of this name. Throws ConfigError naming those there are. */
export function familyNamed(name: string): Family {
  const family = families.find((one) => one.name === name);
  if (family) return family;
  const names = families.map((one) => one.name);
  throw new ConfigError(`family "${name}" is unknown; use ${names.join(", ")}${didYouMean(name, names)}`);
}
