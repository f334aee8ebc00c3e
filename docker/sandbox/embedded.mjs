// Child process of the embedded sandbox: loads Pyodide, takes away what reaches the host, waits on stdin for one job.
// argv: folder of pyodide, folder of this file, and a memory snapshot to start from, or `make` to send one and end.
// Frames leave through descriptor 3: 16 bytes nonce, u8 kind, u32 length.
// The nonce comes with the job and lives in this closure only, where no Python value leads.
import { Buffer } from "node:buffer";
import fs from "node:fs";

const [pyodideFolder, here, snapshot] = process.argv.slice(2);
const { readFileSync, writeSync } = fs;
const exit = process.reallyExit.bind(process);
const input = process.stdin;
const now = performance.now.bind(performance);

// Under the permission model process.binding throws; Emscripten asks it for constants only.
process.binding = (name) => {
  if (name === "constants") return { fs: fs.constants };
  throw new Error(`no binding ${name}`);
};

const pause = new Int32Array(new SharedArrayBuffer(4));
let nonce = Buffer.alloc(16);
function send(kind, payload = Buffer.alloc(0)) {
  const header = Buffer.alloc(21);
  nonce.copy(header);
  header.write(kind, 16, "latin1");
  header.writeUInt32BE(payload.length, 17);
  let data = Buffer.concat([header, payload]);
  while (data.length > 0) {
    try {
      data = data.subarray(writeSync(3, data));
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}
const sendJson = (kind, value) => send(kind, Buffer.from(JSON.stringify(value)));

/** The one job, u32 length and JSON. */
async function readJob() {
  let data = Buffer.alloc(0);
  for await (const chunk of input) {
    data = Buffer.concat([data, chunk]);
    if (data.length >= 4 && data.length >= 4 + data.readUInt32BE(0)) return JSON.parse(data.subarray(4).toString("utf8"));
  }
  return exit(0); // the control plane is gone
}

const { loadPyodide } = await import(`${pyodideFolder}/pyodide.mjs`);
const py = await loadPyodide({
  indexURL: `${pyodideFolder}/`,
  env: { HOME: "/tmp", PYTHONHASHSEED: "0", TMPDIR: "/tmp" },
  ...(snapshot === "make" ? { _makeSnapshot: true } : { _loadSnapshot: readFileSync(snapshot) }),
});
if (snapshot === "make") {
  // What most programs import, so that it is in memory from the start.
  py.runPython(
    "import ast, bisect, builtins, collections, copy, dataclasses, datetime, decimal, enum, fractions, functools, gc, " +
      "heapq, io, itertools, json, math, operator, os, random, re, site, statistics, string, sys, traceback, types, typing, unittest\n" +
      "sys.omni_files = {}",
  );
  for (const name of ["suite", "integrity"]) {
    py.globals.set("source", readFileSync(`${here}/${name}.py`, "utf8"));
    py.runPython(
      `made = sys.modules['${name}'] = types.ModuleType('${name}'); exec(compile(source, '<${name}>', 'exec'), vars(made)); del made`,
    );
  }
  for (const name of ["equality", "harness", "embedded"]) {
    py.globals.set("source", readFileSync(`${here}/${name}.py`, "utf8"));
    py.runPython(
      `names = {'__name__': '${name}'}; exec(compile(source, '<${name}>', 'exec'), names); sys.omni_files['${name}'] = names; del source, names`,
    );
  }
  py.runPython("del sys.modules['suite'], sys.modules['integrity']");
  const image = Buffer.from(py.makeMemorySnapshot());
  for (let at = 0; at < image.length; at += 1 << 20) send("K", image.subarray(at, at + (1 << 20)));
  send("Z");
  exit(0);
}

let stdin = Buffer.alloc(0);
py.setStdin({
  read: (buffer) => {
    const count = Math.min(buffer.length, stdin.length);
    buffer.set(stdin.subarray(0, count));
    stdin = stdin.subarray(count);
    return count;
  },
});
const writer = (kind) => ({
  write: (data) => {
    if (data.length > 0) send(kind, Buffer.from(data));
    return data.length;
  },
});
py.setStdout(writer("o"));
py.setStderr(writer("e"));

const files = py.runPython("import sys\nsys.__dict__.pop('omni_files')");
const [equality, harness, embedded] = ["equality", "harness", "embedded"].map((name) => files.get(name));
const runProgram = embedded.get("run_program");
const runTests = embedded.get("run_tests");
for (const name of ["js", "pyodide_js"]) py.unregisterJsModule(name);
py.runPython("import sys\nfor n in ('js', 'pyodide_js', '_pyodide_core'): sys.modules.pop(n, None)\ndel n, sys");

// What is left is the language itself and what Pyodide needs; the flags of this process refuse eval and Function.
const kept = new Set(
  `Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise RegExp Error
  AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError globalThis JSON Math Intl ArrayBuffer Atomics
  Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float32Array Float64Array Uint8ClampedArray BigUint64Array
  BigInt64Array DataView Map BigInt Set WeakMap WeakSet WeakRef Proxy Reflect FinalizationRegistry decodeURI decodeURIComponent
  encodeURI encodeURIComponent escape unescape isFinite isNaN WebAssembly TextDecoder TextEncoder AbortController
  setTimeout clearTimeout queueMicrotask`.split(/\s+/),
);
for (const name of Reflect.ownKeys(globalThis)) if (!kept.has(name)) Reflect.deleteProperty(globalThis, name);
const quiet = () => {};
globalThis.performance = { now, timeOrigin: 0 };
globalThis.console = { log: quiet, info: quiet, warn: quiet, error: quiet, debug: quiet };
Object.defineProperty(Error, "prepareStackTrace", { value: undefined, writable: false, configurable: false });

sendJson("R", {});
const job = await readJob();
nonce = Buffer.from(job.nonce, "hex");

function attempt(index, work) {
  sendJson("S", { index });
  const began = now();
  let status = 1;
  let fatal = false;
  try {
    status = work();
  } catch (error) {
    // os._exit, or an error that Pyodide does not survive: the next case needs another process.
    fatal = true;
    if (error?.name === "ExitStatus" || error?.name === "Exit") status = error.status ?? 1;
    else send("e", Buffer.from(`${String(error?.message ?? error).slice(0, 2000)}\n`));
  }
  sendJson("X", { index, exit: status, wall_s: (now() - began) / 1000 });
  if (fatal) exit(0);
}

if (job.harness !== null) {
  const { secret, ...task } = job.harness;
  const tell = (json) => send("v", Buffer.from(`${secret}${json}\n`));
  attempt(0, () => {
    tell(runTests(JSON.stringify(task), equality, harness, tell));
    return 0;
  });
} else {
  job.stdins.forEach((text, index) => {
    stdin = Buffer.from(text, "utf8");
    attempt(index, () => runProgram(index, job.code));
  });
}
send("Z");
exit(0);
