import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CancelledError, EngineError, OmniError, throwIfAborted } from "../core/index.js";
import { MAX_SOCKET_PATH } from "./address.js";
import { type EngineExit, explainExit, explainStart, logSize } from "./engine-exit.js";
import { connectEngine } from "./grpc-engine.js";
import { RETRY } from "./retry.js";
import { sweepFolders } from "./sweep-folders.js";

/** How the embedded server is started; all paths absolute or relative to the working directory. */
export interface LaunchOptions {
  /** Interpreter that has the package `omni_engine`. */
  readonly python: string;
  readonly checkpointRoot: string;
  /** Local models resolve below it. */
  readonly modelRoot: string;
  /** Converted and downloaded models. */
  readonly cacheDir: string;
  /** CPU threads; the server's own choice if absent. */
  readonly threads?: number;
  /** Its stdout and stderr are appended here. */
  readonly logFile: string;
  readonly signal?: AbortSignal;
  /** Told every few seconds while the server starts, e.g. "engine starting, 6 s". */
  readonly onProgress?: (message: string) => void;
  /** More arguments of `omni_engine serve`. */
  readonly args?: readonly string[];
  /** Environment of the server; default this process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** How long it may take to answer; default 180 000 ms (importing torch from a cold disk). */
  readonly startTimeoutMs?: number;
}

/** A server that this process started. It ends with it, however that ends. */
export interface LaunchedEngine {
  /** `unix:/path`, reachable by this user only. */
  readonly address: string;
  readonly pid: number;
  /** How it ended; never rejects. */
  readonly exited: Promise<EngineExit>;
  /** Fires when it ends without `close()`; its reason is the EngineError `engine_lost`. Hand it to `connectEngine`. */
  readonly lost: AbortSignal;
  /** SIGTERM, then SIGKILL after 5 s; removes the socket's folder. Idempotent. */
  close(): Promise<void>;
}

const GRACE_MS = 5_000;
const PROGRESS_MS = 3_000;

/**
 * Starts the embedded server on a Unix socket in a folder of its own (0700) and waits until it answers.
 * @throws PrerequisiteError if Python or the package is missing; EngineError `engine_start` with the end of its log;
 * CancelledError
 */
export async function launchEngine(options: LaunchOptions): Promise<LaunchedEngine> {
  throwIfAborted(options.signal);
  const folder = socketFolder();
  const logStart = logSize(options.logFile);
  const address = `unix:${join(folder, "engine.sock")}`;
  let child: ChildProcess;
  try {
    child = spawnServer(options, folder, address);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const supervised = supervise(child, { address, folder, logFile: options.logFile, logStart });
  try {
    await untilItAnswers(supervised, options, logStart);
    return supervised;
  } catch (error) {
    await supervised.close();
    throw error;
  }
}

/** Made by mkdtemp with mode 0700: the socket in it needs no token. Its name holds the owner, for {@link sweepFolders}. */
function socketFolder(): string {
  const base = Buffer.byteLength(tmpdir()) > MAX_SOCKET_PATH - 40 ? "/tmp" : tmpdir();
  sweepFolders(base);
  return mkdtempSync(join(base, `omni-engine-${process.pid}-`));
}

function spawnServer(options: LaunchOptions, folder: string, address: string): ChildProcess {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, "a");
  try {
    const flags = {
      "--listen": address,
      "--address-file": join(folder, "address.json"),
      "--checkpoint-root": options.checkpointRoot,
      "--model-root": options.modelRoot,
      "--cache-dir": options.cacheDir,
      "--parent-pid": String(process.pid),
      ...(options.threads === undefined ? {} : { "--threads": String(options.threads) }),
    };
    // -P: what lies in the folder that a run is started in is data, no module of the server's.
    const args = ["-P", "-m", "omni_engine", "serve", ...Object.entries(flags).flat(), ...(options.args ?? [])];
    // A group of its own: Ctrl-C at the terminal is ours to answer with a clean save, not the server's to die of.
    // The token in the environment is for engines elsewhere; this one is guarded by its folder.
    const { OMNI_ENGINE_TOKEN: _, ...env } = options.env ?? process.env;
    const stdio: StdioOptions = ["ignore", log, log];
    // Sandboxes and judge share the cores: arithmetic threads that spin at barriers would starve them and each other.
    const settings = { OMP_WAIT_POLICY: "PASSIVE", ...env, PYTHONUNBUFFERED: "1" };
    return spawn(options.python, args, { stdio, detached: true, env: settings });
  } finally {
    closeSync(log);
  }
}

interface Place {
  readonly address: string;
  readonly folder: string;
  readonly logFile: string;
  readonly logStart: number;
}

function supervise(child: ChildProcess, { address, folder, logFile, logStart }: Place): LaunchedEngine {
  const losing = new AbortController();
  let closing = false;
  const killOnExit = () => {
    killGroup(child);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", killOnExit);
  const exited = new Promise<EngineExit>((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, error }));
    child.once("exit", (code, signal) => resolve({ code, signal }));
  }).then((exit) => {
    process.off("exit", killOnExit);
    rmSync(folder, { recursive: true, force: true });
    if (!closing) losing.abort(explainExit(exit, logFile, logStart));
    return exit;
  });
  return {
    address,
    pid: child.pid ?? -1,
    exited,
    lost: losing.signal,
    close: async () => {
      closing = true;
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      const timer = setTimeout(() => killGroup(child), GRACE_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** SIGKILL to the server and whatever it started. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Already gone.
  }
}

async function untilItAnswers(server: LaunchedEngine, options: LaunchOptions, logStart: number): Promise<void> {
  const timeoutMs = options.startTimeoutMs ?? 180_000;
  const begun = Date.now();
  const progress = setInterval(() => {
    options.onProgress?.(`engine starting, ${Math.round((Date.now() - begun) / 1000)} s`);
  }, PROGRESS_MS);
  try {
    const engine = await connectEngine({
      address: server.address,
      modelId: "",
      roles: [],
      lost: server.lost,
      deadlines: { connectMs: timeoutMs },
      retry: { ...RETRY, firstDelayMs: 50, maxDelayMs: 200 },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    await engine.close();
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    if (server.lost.aborted) throw explainStart(await server.exited, options.python, options.logFile, logStart);
    const { message } = OmniError.from(error);
    throw new EngineError(
      `the engine did not answer within ${timeoutMs / 1000} s (${message}); see ${options.logFile}`,
      {
        code: "engine_start",
        cause: error,
      },
    );
  } finally {
    clearInterval(progress);
  }
}
