import { SandboxError } from "../core/index.js";
import type { Sandbox } from "./sandbox.js";

/** A module that programs of an image can import, and what it comes from. */
export interface ImagePackage {
  /** The name in `import`. */
  readonly module: string;
  /** Name and version of the distribution; left out where the image does not tell. */
  readonly distribution?: string;
  readonly version?: string;
}

/** Python packages of a sandbox. */
export interface ImagePackages {
  /** Python's version. */
  readonly python: string;
  /** Modules that are installed, by name. */
  readonly packages: readonly ImagePackage[];
  /** Modules of Python's own. */
  readonly standard: readonly string[];
}

const lister = `
import importlib.metadata, json, pkgutil, sys
owners = importlib.metadata.packages_distributions()
standard = sorted(sys.stdlib_module_names)
names = {module.name for module in pkgutil.iter_modules()} | set(owners)
rows = []
for name in sorted(names - set(standard) - {"main"}):
    if name.isidentifier():
        owner = owners.get(name, [None])[0]
        rows.append([name, owner, owner and importlib.metadata.version(owner)])
print(json.dumps({"python": sys.version.split()[0], "rows": rows, "standard": standard}))
`;

/** Asks a program in the sandbox what it can import. Throws SandboxError where it does not come to its end. */
export async function imagePackages(sandbox: Sandbox, signal?: AbortSignal): Promise<ImagePackages> {
  const tests = { kind: "stdio", cases: [{ stdin: "", stdout: "" }] } as const;
  const submission = { id: "packages", language: "python", code: lister, tests } as const;
  const { verdict, stdout, stderr } = await sandbox.run(submission, signal === undefined ? {} : { signal });
  try {
    const { python, rows, standard } = JSON.parse(stdout) as {
      readonly python: string;
      readonly rows: readonly (readonly [string, string | null, string | null])[];
      readonly standard: readonly string[];
    };
    return { python, standard, packages: rows.map(packageOf) };
  } catch (cause) {
    const told = stderr.trim().split("\n").at(-1) ?? "";
    throw new SandboxError(`the image does not tell its packages (${verdict}): ${told}`, { cause });
  }
}

function packageOf([module, distribution, version]: readonly [string, string | null, string | null]): ImagePackage {
  return { module, ...(distribution === null ? {} : { distribution }), ...(version === null ? {} : { version }) };
}
