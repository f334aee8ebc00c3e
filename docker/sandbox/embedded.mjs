// Child process of the embedded sandbox: loads Pyodide, takes away what reaches the host, waits on stdin for one job.
// argv: folder of pyodide, folder of this file, and a memory snapshot to start from, or `make` to send one and end. Frames leave through descriptor 3: 16 bytes nonce, u8 kind, u32 length.
// The nonce comes with the job and lives in this closure only, where no Python value leads.
import { Buffer } from "node:buffer";
import fs from "node:fs";

const [pyodideFolder, here, snapshot] = process.argv.slice(2);
const { readFileSync, readSync, writeSync } = fs;
const exit = process.reallyExit.bind(process);
const now = performance.now.bind(performance);

// Under the permission model process.binding throws; Emscripten asks it for constants only.
process.binding = (name) => {
  if (name === "constants") return { fs: fs.constants };
  throw new Error(`no binding ${name}`);
};

let nonce = Buffer.alloc(16);
function send(kind, payload = Buffer.alloc(0)) {
  const header = Buffer.alloc(21);
  nonce.copy(header);
  header.write(kind, 16, "latin1");
  header.writeUInt32BE(payload.length, 17);
  let data = Buffer.concat([header, payload]);
  while (data.length > 0) data = data.subarray(writeSync(3, data));
}
const sendJson = (kind, value) => send(kind, Buffer.from(JSON.stringify(value)));

function read(count) {
  const data = Buffer.alloc(count);
  let have = 0;
  while (have < count) {
    const got = readSync(0, data, have, count - have, null);
    if (got === 0) exit(0); // the control plane is gone
    have += got;
  }
  return data;
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
    "import ast, bisect, builtins, collections, copy, dataclasses, datetime, decimal, enum, fractions, functools, gc, heapq, io, " +
      "itertools, json, math, operator, os, random, re, site, statistics, string, sys, traceback, types, typing, unittest",
  );
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

const load = (name) => {
  const names = py.toPy({ __name__: name });
  py.runPython(readFileSync(`${here}/${name}.py`, "utf8"), { globals: names, filename: `<${name}>` });
  return names;
};
const equality = load("equality");
const harness = load("harness");
const embedded = load("embedded");
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
Object.defineProperty(Error, "prepareStackTrace", { value: undefined, writable: false, configurable: false });

sendJson("R", {});
const job = JSON.parse(read(read(4).readUInt32BE(0)).toString("utf8"));
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
