import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { assetPath } from "./assets.js";

/** Which means of the host guard an embedded child, found out once. */
export interface HostMeans {
  /** `unshare -rn` works: the child has no network interface but a loopback that is down. */
  readonly networkNamespace: boolean;
  /** `setpriv --pdeathsig` works: the child dies with its parent at once. */
  readonly deathSignal: boolean;
}

/** The heap that Pyodide itself takes before a program's first line, MB. */
const pyodideHeapMb = 48;
/** CPU seconds after which the kernel ends a child whatever happens. */
const cpuCeilingS = 7200;

let means: HostMeans | undefined;

/** Tries the host's means; the answer is kept. */
export function hostMeans(): HostMeans {
  means ??= {
    networkNamespace: works("unshare", ["-rn", "true"]),
    deathSignal: works("setpriv", ["--pdeathsig", "KILL", "true"]),
  };
  return means;
}

function works(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore", timeout: 5000 }).status === 0;
}

/** Folder of the pyodide package. */
export function pyodideFolder(): string {
  return realpathSync(dirname(createRequire(import.meta.url).resolve("pyodide/package.json")));
}

/**
 * Starts one child from a memory snapshot (a file), or, for `make`, one that sends a new snapshot: own network namespace, permission model, no code from strings, bounded
 * WebAssembly memory, no environment.
 */
export function spawnEmbeddedChild(memoryMb: number, snapshot: string): ChildProcess {
  const pyodide = pyodideFolder();
  const here = assetPath("sandbox");
  const node = [
    process.execPath,
    "--no-warnings",
    Number(process.versions.node.split(".")[0]) >= 24 ? "--permission" : "--experimental-permission",
    `--allow-fs-read=${pyodide}/`,
    `--allow-fs-read=${here}/`,
    ...(snapshot === "make" ? [] : [`--allow-fs-read=${snapshot}`]),
    "--disallow-code-generation-from-strings",
    `--wasm-max-mem-pages=${(memoryMb + pyodideHeapMb) * 16}`,
    "--max-old-space-size=256",
    // Most of Pyodide's functions are never called: compiling them all took longer than all else together.
    "--wasm-lazy-compilation",
    "--stack-size=3900",
    assetPath("sandbox/embedded.mjs"),
    pyodide,
    here,
    snapshot,
  ];
  const { networkNamespace, deathSignal } = hostMeans();
  const wrapped = [
    ...(networkNamespace ? ["unshare", "-rn"] : []),
    ...(deathSignal ? ["setpriv", "--pdeathsig", "KILL"] : []),
    ...["sh", "-c", `ulimit -c 0; ulimit -t ${cpuCeilingS}; exec env -i "$@"`, "sh"],
    ...node,
  ];
  const [command = "sh", ...args] = wrapped;
  return spawn(command, args, {
    stdio: ["pipe", "ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH ?? "" },
    cwd: "/",
  });
}
