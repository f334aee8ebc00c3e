import { randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openEmbeddedSandbox } from "../../../src/sandbox/index.js";

const file = join(tmpdir(), `omni-secret-${randomUUID()}`);
writeFileSync(file, "SECRET");
process.env.OMNI_PLANTED = "SECRET";
const sandbox = openEmbeddedSandbox({ concurrency: 2 });
afterAll(async () => {
  await sandbox.close();
  rmSync(file);
  delete process.env.OMNI_PLANTED;
});

/** A way back to JavaScript that is left: run_js is the engine's own eval, as a proxy. */
const javascript = "from pyodide.code import run_js\n";
/** Globals of the engine, as far as a program can get at them through a proxy's prototype. */
const escapes: Readonly<Record<string, string>> = {
  "imports js": "import js\nprint('LEAK', js.process)",
  "imports pyodide_js": "import pyodide_js\nprint('LEAK', pyodide_js)",
  "imports the core's modules again": "import _pyodide_core\nprint('LEAK', _pyodide_core.js)",
  "finds js in the import hooks":
    "import sys\nfor f in sys.meta_path:\n    p = getattr(f, 'jsproxies', {})\n    for n in ('js', 'pyodide_js'):\n        if n in p: print('LEAK', p[n])",
  "evaluates a text": `${javascript}print('LEAK', run_js('1 + 1'))`,
  "makes a function from a text": `${javascript}print('LEAK', run_js.constructor('return process')())`,
  "makes one through the constructor of a constructor": `${javascript}print('LEAK', run_js.constructor.constructor('return globalThis')())`,
  "makes an async or generator function": `${javascript}F = run_js.constructor\nprint('LEAK', F.getPrototypeOf(run_js).constructor('return 1')())`,
  "lets the C library run a script":
    "import ctypes\nf = ctypes.CDLL(None).emscripten_run_script_int\nf.argtypes = [ctypes.c_char_p]\nprint('LEAK', f(b'1+1'))",
  "finds js through the frames of its callers":
    "import sys\nf = sys._getframe()\nwhile f:\n    for n, v in {**f.f_globals, **f.f_locals}.items():\n        if n in ('js', 'pyodide_js', 'process', 'require'): print('LEAK', n)\n    f = f.f_back",
  "finds a host object on the heap":
    "import gc\nfor o in gc.get_objects():\n    if type(o).__name__ == 'JsProxy':\n        for n in ('process', 'require', 'mainModule', 'binding', 'fetch', 'WebSocket'):\n            if hasattr(o, n): print('LEAK', n, o)",
  "opens a host file": `print('LEAK', open('${file}').read())`,
  "mounts the host's files": `${javascript}import pyodide_js\npyodide_js.mountNodeFS('/mnt', '/')\nprint('LEAK')`,
  "starts a process": "import subprocess\nprint('LEAK', subprocess.run(['true']))",
  "runs a shell": "import os\nr = os.system('true')\nprint('LEAK' if r == 0 else r)",
  forks: "import os\nprint('LEAK', os.fork())",
  "signals its parent": "import os, signal\nos.kill(os.getppid(), 0)\nprint('LEAK' if os.getppid() > 1 else 'alone')",
  "opens a web page": "from pyodide.http import open_url\nprint('LEAK', open_url('http://127.0.0.1:9/'))",
  "fetches in the background":
    "from pyodide.http import pyfetch\nprint('LEAK', pyfetch('http://127.0.0.1:9/').send(None))",
  "reads the host's environment":
    "import os\nprint(dict(os.environ))\nprint('LEAK' if 'OMNI_PLANTED' in os.environ else 'own')",
  "reads the job from standard input":
    "import os\nprint('LEAK' if b'nonce' in os.read(0, 1 << 16) else 'only its own')",
  "reads descriptors that may hold frames":
    "import os\nfor fd in range(3, 40):\n    try: print('LEAK', fd, os.read(fd, 10))\n    except OSError: pass",
};

describe("embedded sandbox: a program that", () => {
  for (const [name, code] of Object.entries(escapes)) {
    it.concurrent(`${name} gets nothing`, { timeout: 180_000 }, async () => {
      const tests = { kind: "stdio", cases: [{ stdin: "x", stdout: "never this" }] } as const;
      const { verdict, stdout, stderr } = await sandbox.run({ id: name, language: "python", code, tests });
      expect(["wrong_answer", "runtime_error"], stderr).toContain(verdict);
      expect(stdout, stderr).not.toContain("LEAK");
      expect(stdout + stderr).not.toContain("SECRET");
    });
  }

  it("is told truly: no network where the host has namespaces, and never for untrusted code", () => {
    expect(sandbox.description.kind).toBe("embedded");
    expect(sandbox.description.forUntrustedCode).toBe(false);
    expect(typeof sandbox.description.networkIsolated).toBe("boolean");
  });
});
