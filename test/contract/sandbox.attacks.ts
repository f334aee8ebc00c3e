import type { CodeTests } from "../../src/core/index.js";
import type { SandboxLimits, Submission } from "../../src/sandbox/index.js";
import { sandboxPrograms } from "../support/sandbox-programs.js";
import { forgeries } from "./sandbox.forgeries.js";

/** A hostile program: whatever becomes of it, it earns nothing. */
export interface Attack {
  readonly name: string;
  /** Python where it is not told. */
  readonly language?: Submission["language"];
  readonly code: string;
  readonly tests: CodeTests;
  readonly limits?: Partial<SandboxLimits>;
  /** Only tests apart from the program withstand it. */
  readonly apart?: boolean;
}

const asserts: CodeTests = { kind: "asserts", code: "assert add(1, 2) == 3\nassert add(-1, -2) == -3" };
const close: CodeTests = {
  kind: "asserts",
  code: "assert abs(add(1.5, 2) - 3.5) < 1e-6\nassert 3 <= add(1, 2) <= 3\nassert round(add(0.1, 0.2), 3) == 0.3",
};
const unittest: CodeTests = {
  kind: "unittest",
  mode: "module",
  code: `import unittest
from solution import *
class T(unittest.TestCase):
    def test_equal(self):
        self.assertEqual(add(1, 2), 3)
    def test_close(self):
        self.assertAlmostEqual(add(1.5, 2), 3.5)
    def test_order(self):
        self.assertLess(add(1, 2), 4)
        self.assertGreater(add(1, 2), 2)
    def test_in(self):
        self.assertIn(add(1, 2), [3])
        self.assertIsInstance(add(1, 2), int)
`,
};
const sameFile: CodeTests = {
  kind: "unittest",
  mode: "same_file",
  code: "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        self.assertEqual(add(1, 2), 3)\n        self.assertTrue(add(1, 2) == 3)\n",
};

const wrong = "def add(a, b): return 41";
const answering = (body: string) => `def add(a, b):\n${body.replace(/^/gm, "    ")}`;
/** A class whose every operator agrees, with `add` returning one. */
const liar = (bases: string, body: string, make = "Liar()") =>
  `class Liar(${bases}):\n${body.replace(/^/gm, "    ")}\ndef add(a, b): return ${make}`;
const agreeing = `def yes(self, *rest): return True
__eq__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __instancecheck__ = yes
def __ne__(self, o): return False
def __hash__(self): return hash(3)
def me(self, *rest): return self
__sub__ = __rsub__ = __add__ = __radd__ = __round__ = __getattr__ = __call__ = me
def __abs__(self): return 0
def __float__(self): return 3.5
def __int__(self): return 3
__index__ = __trunc__ = __int__
def __bool__(self): return True`;

/** Ways to be paid for a wrong answer where tests call functions. */
const cheats: Readonly<Record<string, string>> = {
  "exit in the call": answering("import os; os._exit(0)"),
  "exit in the second call": `import os\nn = []\n${answering("n.append(1)\nif len(n) > 1: os._exit(0)\nreturn a + b")}`,
  "exit at import": "import os\nos._exit(0)",
  "sys.exit at import": "import sys\nsys.exit()",
  "sys.exit in the call": answering("import sys; sys.exit(0)"),
  "exit in a thread after the answer": `import os, threading\n${answering("threading.Timer(0.01, os._exit, [0]).start()\nreturn 41")}`,
  "exit in __del__": `import os\nclass D:\n    def __del__(self): os._exit(0)\n${answering("D()\nreturn 41")}`,
  "exit by atexit": `import atexit, os, sys\natexit.register(os._exit, 0)\n${answering("sys.exit()")}`,
  "exit by a weakref's callback": `import os, weakref\nclass W: pass\nw = W()\nr = weakref.ref(w, lambda _: os._exit(0))\ndel w\n${wrong}`,
  "exit by a signal": `import os, signal\nsignal.signal(signal.SIGALRM, lambda *_: os._exit(0))\nsignal.setitimer(signal.ITIMER_REAL, 0.02)\n${answering("while True: pass")}`,
  "kill itself": `import os\n${answering("os.kill(os.getpid(), 9)")}`,
  "kill everybody": `import os\n${answering("try: os.kill(-1, 9)\nexcept OSError: pass\nreturn 41")}`,
  "kill the supervisor": `import os, signal\n${answering("for n in range(1, 65):\n    try: os.kill(1, n)\n    except (OSError, ValueError): pass\nreturn 41")}`,
  "a fork that answers twice": `import os\n${answering("os.fork()\nreturn 41")}`,
  "a fork that exits": `import os\n${answering("if os.fork(): os._exit(0)\nreturn 41")}`,
  "exec another program": `import os, sys\n${answering("os.execv(sys.executable, [sys.executable, '-c', 'print(3)'])")}`,
  "print a result": `print('{"verdict": "passed", "passed": 2, "total": 2}')\nprint('OK')\n${wrong}`,
  "write a result to every descriptor": `import os, struct, json
d = json.dumps({"verdict": "passed", "passed": 4, "total": 4}).encode()
${answering('for kind in (b"", b"r", b"X", b"v", b"Z"):\n    for fd in range(1, 64):\n        try: os.write(fd, struct.pack(">I", len(kind + d)) + kind + d)\n        except OSError: pass\nreturn 41')}`,
  "write answers ahead": `import os, struct\n${answering('for n in range(50):\n    d = b\'[{"a":1},[3],[]]\'\n    try: os.write(4, struct.pack(">I", len(d)) + d)\n    except OSError: pass\nreturn 41')}`,
  "answer before it is asked": `import os, struct\nd = b'[{"a":1},[3],[]]'\nfor n in range(9):\n    os.write(4, struct.pack(">I", len(d)) + d)\n${wrong}`,
  "close every descriptor": `import os\n${answering("os.closerange(0, 256)\nreturn 41")}`,
  "read what the runner reads": `import os\n${answering("os.set_blocking(3, False)\ntry: os.read(3, 10000)\nexcept OSError: pass\nreturn 41")}`,
  "result files": `import json\nfor p in ("result.json", "/tmp/result.json", "/tmp/verdict", "report.xml", "/dev/shm/x"):\n    try: open(p, "w").write(json.dumps({"verdict": "passed"}))\n    except OSError: pass\n${wrong}`,
  "an always-equal object": liar("object", agreeing),
  "an always-equal int": liar("int", agreeing, "Liar(41)"),
  "an always-equal float": liar("float", agreeing, "Liar(41)"),
  "an always-equal str": liar("str", agreeing, "Liar('3')"),
  "an always-equal list": liar("list", agreeing, "Liar([3])"),
  "an always-equal tuple": liar("tuple", agreeing, "Liar((3,))"),
  "an always-equal dict": liar("dict", agreeing, "Liar()"),
  "an always-equal exception": liar("Exception", agreeing, "Liar(3)"),
  "an always-equal namedtuple": `from collections import namedtuple\n${liar("namedtuple('N', 'a b')", agreeing, "Liar(1, 2)")}`,
  "an always-equal enum": `import enum\nclass E(enum.Enum):\n    A = 1\n    def __eq__(self, o): return True\n    def __hash__(self): return 3\ndef add(a, b): return E.A`,
  "the function is a class of liars": `class add:\n    def __init__(self, *a): pass\n${agreeing.replace(/^/gm, "    ")}`,
  "the function is a metaclass's liar": `class M(type):\n    def __call__(cls, *a): return cls\n${agreeing.replace(/^/gm, "    ")}\nclass add(metaclass=M): pass`,
  "an object that says it is an int": liar("object", `${agreeing}\n@property\ndef __class__(self): return int`),
  "a class named as unittest's": `class TestCase:\n    pass\nclass T: pass\nclass assertEqual:\n    def __eq__(self, o): return True\ndef add(a, b): return assertEqual()`,
  "not a number": "def add(a, b): return float('nan')",
  NotImplemented: "def add(a, b): return NotImplemented",
  "mock.ANY": "from unittest.mock import ANY\ndef add(a, b): return ANY",
  "a MagicMock": "from unittest.mock import MagicMock\nadd = MagicMock()",
  "patched unittest": `import unittest\nfor n in dir(unittest.TestCase):\n    if n.startswith("assert"): setattr(unittest.TestCase, n, lambda *a, **k: None)\nunittest.TestCase.run = lambda self, result=None: result\n${wrong}`,
  "patched unittest.case": `import unittest.case\nunittest.case._Outcome.success = property(lambda s: True, lambda s, v: None)\n${wrong}`,
  "patched built-ins": `import builtins\nfor n in ("isinstance", "len", "sum", "abs", "round", "type", "getattr", "all", "any"):\n    setattr(builtins, n, lambda *a, **k: True)\n${wrong}`,
  "patched abs and round": `abs = lambda x: 0\nround = lambda *a: 0.3\nlen = lambda x: 3\nisinstance = lambda *a: True\n${wrong}`,
  "AssertionError replaced": `import builtins\nclass Never(Exception): pass\nbuiltins.AssertionError = Never\n${wrong}`,
  "AssertionError caught by a trace": `import sys\nsys.settrace(lambda f, e, a: None)\nsys.setprofile(lambda f, e, a: None)\n${wrong}`,
  "the comparison rewritten in the frame above": `import sys\n${answering("f = sys._getframe()\nwhile f:\n    for k in list(f.f_locals):\n        if type(f.f_locals[k]) is int: f.f_locals[k] = 3\n    f.f_trace = lambda *a: None\n    f = f.f_back\nreturn 41")}`,
  "expected values from frames": `import sys\n${answering("f = sys._getframe()\nwhile f:\n    for c in f.f_code.co_consts:\n        if type(c) in (int, float) and abs(c - a - b) < 1e-9: return c\n    f = f.f_back\nreturn 41")}`,
  "expected values from the heap": `import gc\n${answering("for o in gc.get_objects():\n    if type(o) is dict and isinstance(o.get('T'), type) and any(n.startswith('test') for n in vars(o['T'])): return a + b\nreturn 41")}`,
  "expected values from the sources": `import inspect, linecache, sys\n${answering("text = repr(linecache.cache) + repr(sys.argv) + ''.join(getattr(m, '__file__', '') or '' for m in sys.modules.values())\nreturn a + b if 'assertEqual' in text or 'add(1, 2)' in text else 41")}`,
  "expected values from /proc": `import glob\n${answering("for p in glob.glob('/proc/[0-9]*/cmdline') + glob.glob('/proc/[0-9]*/environ'):\n    try:\n        if b'assertEqual(add' in open(p, 'rb').read(): return a + b\n    except OSError: pass\nreturn 41")}`,
  "expected values from memory": `import re\n${answering("try:\n    for line in open('/proc/self/maps'):\n        lo, hi = (int(x, 16) for x in line.split()[0].split('-'))\n        if 'rw' not in line or hi - lo > 1 << 22: continue\n        with open('/proc/self/mem', 'rb', 0) as m:\n            m.seek(lo)\n            if re.search(rb'assert[A]lmostEqual[(]add|assert[ ]a[d]d[(]1', m.read(hi - lo)): return a + b\nexcept (OSError, ValueError): pass\nreturn 41")}`,
  "expected values from the process above": `${answering("for p in ('/proc/1/mem', '/proc/1/environ', '/proc/1/fd/0'):\n    try:\n        open(p, 'rb').read(1)\n        return a + b\n    except OSError: pass\nreturn 41")}`,
  "expected values from files": `import os\n${answering("for d, _, names in os.walk('/tmp'):\n    for n in names:\n        if 'assert' in open(os.path.join(d, n), errors='replace').read(): return a + b\nreturn 41")}`,
  "the module solution replaced": `import sys, types\nm = types.ModuleType("solution")\nm.add = lambda a, b: 41\nm.unittest = None\nsys.modules["solution"] = m\n${wrong}`,
  "the module unittest replaced": `import sys\nsys.modules["unittest"] = None\nsys.modules["json"] = None\nsys.modules["struct"] = None\n${wrong}`,
  "the names of the tests": `T = None\nunittest = None\ntests = [3]\nclass TestCase: pass\n${wrong}`,
  "patched json": `import json\njson.dumps = lambda *a, **k: '[{"a":1},[3],[]]'\njson.loads = lambda *a, **k: [{"q": "x", "k": []}, [], []]\n${wrong}`,
  "patched struct": `import struct\nstruct.pack = lambda *a: b"\\0\\0\\0\\1"\n${wrong}`,
  "patched os.write": `import os\nold = os.write\nos.write = lambda fd, d: old(fd, d.replace(b"41", b"3")) and len(d)\n${wrong}`,
  "the runner taken over": `import sys, gc\n${answering("for o in gc.get_objects():\n    if type(o).__name__ == 'Runner':\n        o.codec.dumps = lambda head, values: b'[{\"a\":1},[true],[]]'\nreturn 41")}`,
  "a lie about the verdict": `import gc\n${answering('for o in gc.get_objects():\n    if type(o).__name__ == \'Runner\':\n        o.send(b\'[{"verdict":"passed","passed":4,"total":4},[3],[]]\')\nreturn 41')}`,
  SkipTest: "import unittest\ndef add(a, b): raise unittest.SkipTest('later')",
  KeyboardInterrupt: answering("raise KeyboardInterrupt"),
  GeneratorExit: answering("raise GeneratorExit"),
  "an AssertionError that is none": "class AssertionError(BaseException): pass\ndef add(a, b): raise AssertionError",
  "an exception with hostile text":
    "class E(Exception):\n    def __str__(self): raise SystemExit(0)\n    __repr__ = __str__\ndef add(a, b): raise E()",
  "a huge answer": answering("return 'x' * (64 << 20)"),
  "a deep answer": answering("r = []\nfor _ in range(300000): r = [r]\nreturn r"),
  "a cyclic answer": answering("r = []\nr.append(r)\nreturn r"),
  "an endless iterator": "import itertools\ndef add(a, b): return itertools.count()",
  "a million little objects": answering("return [[] for _ in range(1000000)]"),
  "an endless call": answering("while True: pass"),
  "recursion without end": answering("return add(a, b)"),
  "a segmentation fault": `import ctypes\n${answering("ctypes.string_at(0)")}`,
  "recursion in C": `import sys\nsys.setrecursionlimit(10**9)\n${answering("x = []\nfor _ in range(10**6): x = [x]\nrepr(x)\nreturn 41")}`,
};

/** What a program may send instead of an answer, each behind its length. */
const frames: Readonly<Record<string, string>> = {
  "no JSON": "b'no'",
  nothing: "b''",
  "not a message": "b'3'",
  "half a message": "b'[{\"a\":1}]'",
  "an unknown head": "b'[{\"z\":1},[3],[]]'",
  "a reference to nothing": "b'[{\"a\":1},[[5]],[]]'",
  "a negative reference": 'b\'[{"a":1},[[-1]],[["t",[3]]]]\'',
  "a tuple of itself": 'b\'[{"a":1},[[0]],[["t",[[0]]]]]\'',
  "an unknown tag": 'b\'[{"a":1},[[0]],[["Z",[3]]]]\'',
  "a container never sent": 'b\'[{"a":1},[[0]],[["@",9]]]\'',
  "a class outside the list": 'b\'[{"a":1},[[0]],[["g","unittest.mock","ANY"]]]\'',
  "eval by name": 'b\'[{"a":1},[[0]],[["g","builtins","eval"]]]\'',
  "a call of the judge's": 'b\'[{"q":"__call__","k":[]},[[0]],[["g","builtins","int"]]]\'',
  "a look at the judge": 'b\'[{"q":"__getattr__","k":[]},[[0],"__globals__"],[["o",[],1]]]\'',
  "a thousand brackets": "b'[' * 100000",
  "an int of a million digits": "b'[{\"a\":1},[' + b'9' * 1000000 + b'],[]]'",
  "an exception that is none": "b'[{\"x\":{}},[3],[]]'",
  "a module": 'b\'[{"a":1},[[0]],[["m",[],"unittest.mock",1]]]\'',
  "a handle of a number": 'b\'[{"a":1},[[0]],[["h",[[1]],"x","object"],["g","builtins","object"]]]\'',
  "a long length": "None",
};
const sending = (frame: string) =>
  `import os, struct\n${answering(
    `d = ${frame}\ndata = struct.pack(">I", len(d)) + d if d is not None else struct.pack(">I", 1 << 31) + b"x"\nwhile data: data = data[os.write(4, data):]\nimport time; time.sleep(5)\nreturn 41`,
  )}`;

const never: CodeTests = { kind: "stdio", cases: [{ stdin: "", stdout: "never this" }] };
/** Programs that want the host. */
const reaching: Readonly<Record<string, string>> = {
  forks: "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
  threads:
    "import threading, time\nwhile True:\n    try: threading.Thread(target=time.sleep, args=(9,)).start()\n    except RuntimeError: pass",
  memory: "x = []\nwhile True: x.append(bytearray(1 << 22))",
  "memory in children":
    "import os\nfor _ in range(8):\n    if os.fork() == 0: break\nx = []\nwhile True: x.append(bytearray(1 << 20))",
  "memory in /tmp": "i = 0\nwhile True:\n    i += 1\n    open(f'/tmp/{i}', 'wb').write(b'x' * (1 << 22))",
  "shared memory":
    "import mmap\nx = []\nwhile True:\n    m = mmap.mmap(-1, 1 << 24)\n    m.write(b'x' * (1 << 24))\n    x.append(m)",
  files: "i = 0\nwhile True:\n    i += 1\n    open(f'/tmp/{i}', 'w').close()",
  directories: "import os\nd = '/tmp'\nwhile True:\n    d += '/d'\n    os.mkdir(d)",
  "a sparse file": "f = open('/tmp/s', 'wb')\nf.truncate(1 << 50)",
  descriptors: "x = []\nwhile True: x.append(open('/dev/null'))",
  "pipes full of data":
    "import os\nx = []\nwhile True:\n    r, w = os.pipe()\n    os.write(w, b'x' * 65536)\n    x.append((r, w))",
  "output on stdout": "while True: print('y' * 4096)",
  "output on stderr": "import sys\nwhile True: print('y' * 4096, file=sys.stderr)",
  "output from children":
    "import os\nfor _ in range(6):\n    if os.fork() == 0:\n        while True: os.write(1, b'y' * 4096)\nwhile True: pass",
  "a daemon":
    "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(60)\nprint('gone')",
  "ignored signals":
    "import signal, time\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\ntime.sleep(60)",
  "stopped children":
    "import os, signal, time\np = os.fork()\nif p == 0: time.sleep(60)\nos.kill(p, signal.SIGSTOP)\nos.waitpid(p, 0)",
  "a new session":
    "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(60)\nos.setpgid(0, 0)\ntime.sleep(60)",
  "sockets outward":
    "import socket\ntry:\n    socket.create_connection(('1.1.1.1', 53), 1)\n    print('LEAK')\nexcept OSError as e: print('no')",
  "names of hosts":
    "import socket\ntry:\n    print('LEAK', socket.gethostbyname('example.com'))\nexcept OSError: print('no')",
  "raw sockets":
    "import socket\nfor k in (socket.SOCK_RAW, socket.SOCK_PACKET if hasattr(socket, 'SOCK_PACKET') else socket.SOCK_RAW):\n    try:\n        socket.socket(socket.AF_INET, k, 1)\n        print('LEAK')\n    except OSError: print('no')",
  vsock:
    "import socket\ntry:\n    socket.socket(40, socket.SOCK_STREAM)\n    print('LEAK')\nexcept OSError: print('no')",
  netlink: "import os\nprint('LEAK' if any(not n.startswith('lo') for n in os.listdir('/sys/class/net')) else 'no')",
  "the daemon's socket":
    "import os\nfor p in ('/var/run/docker.sock', '/run/docker.sock', '/run/containerd/containerd.sock'):\n    print('LEAK' if os.path.exists(p) else 'no')",
  "another user":
    "import os\nfor f in (os.setuid, os.setgid):\n    try:\n        f(0)\n        print('LEAK')\n    except OSError: print('no')",
  "su and mount":
    "import subprocess\nfor c in (['su', '-c', 'id'], ['mount', '-t', 'tmpfs', 'x', '/mnt'], ['chroot', '/', 'true']):\n    try: print('LEAK' if subprocess.run(c, capture_output=True, stdin=subprocess.DEVNULL).returncode == 0 else 'no')\n    except OSError: print('no')",
  namespaces:
    "import ctypes\nl = ctypes.CDLL(None, use_errno=True)\nfor flag in (0x10000000, 0x20000, 0x40000000, 0x20000000):\n    print('LEAK' if l.unshare(flag) == 0 else 'no')",
  ptrace: "import ctypes, os\nl = ctypes.CDLL(None)\nprint('LEAK' if l.ptrace(16, 1, 0, 0) == 0 else 'no')",
  "kernel calls":
    "import ctypes\nl = ctypes.CDLL(None)\nfor n in (425, 426, 427, 321, 323, 248, 250, 298, 165, 166, 246, 175, 169, 310, 311, 272, 308):\n    r = l.syscall(n, 0, 0, 0, 0, 0)\n    print('no' if r == -1 else 'LEAK %d' % n)",
  "memory of others":
    "import os\nfor p in os.listdir('/proc'):\n    if p.isdigit() and int(p) != os.getpid():\n        for f in ('mem', 'environ', 'maps', 'fd'):\n            try:\n                (os.listdir if f == 'fd' else lambda q: open(q, 'rb').read(1))('/proc/%s/%s' % (p, f))\n                print('LEAK', p, f)\n            except OSError: print('no')",
  "kernel files":
    "for p in ('/proc/sysrq-trigger', '/proc/sys/kernel/core_pattern', '/sys/kernel/uevent_helper', '/proc/1/oom_score_adj', '/sys/fs/cgroup/memory.max'):\n    try:\n        open(p, 'w').write('x')\n        print('LEAK', p)\n    except OSError: print('no')",
  devices:
    "import os\nfor p in ('/dev/mem', '/dev/kmsg', '/dev/sda', '/dev/fuse', '/dev/kvm'):\n    try:\n        open(p, 'rb').read(1)\n        print('LEAK', p)\n    except OSError: print('no')",
  "running a file of its own":
    "import os, subprocess\nopen('/tmp/x', 'w').write('#!/bin/sh\\necho LEAK')\nos.chmod('/tmp/x', 0o755)\ntry: print(subprocess.run(['/tmp/x'], capture_output=True, text=True).stdout)\nexcept OSError: print('no')",
  "set-uid":
    "import os\nfor d, _, names in os.walk('/usr'):\n    for n in names:\n        p = os.path.join(d, n)\n        try:\n            if os.lstat(p).st_mode & 0o4000 and os.system(p + ' --version >/dev/null 2>&1') and os.geteuid() == 0: print('LEAK')\n        except OSError: pass\nprint('no')",
  keyrings: "import ctypes\nl = ctypes.CDLL(None)\nprint('LEAK' if l.syscall(250, 1, 0) != -1 else 'no')",
  "remains for the next":
    "import os\nprint('LEAK' if os.path.exists('/tmp/remains') or os.path.exists('/dev/shm/remains') else 'no')\nfor p in ('/tmp/remains', '/dev/shm/remains', '/var/tmp/remains'):\n    try: open(p, 'w').write('x')\n    except OSError: pass",
  "a module for the next":
    "import os\nprint('LEAK' if os.environ.get('REMAINS') else 'no')\nos.environ['REMAINS'] = 'x'\nfor p in ('/tmp/json.py', '/tmp/random.py', '/tmp/sitecustomize.py'):\n    try: open(p, 'w').write('print(\"LEAK\")')\n    except OSError: pass\nimport random",
};

const limits: Partial<SandboxLimits> = { wallS: 1.5, memoryMb: 128, outputMb: 1, diskMb: 16 };
const named = (kind: string, of: Readonly<Record<string, string>>, tests: CodeTests): readonly Attack[] =>
  Object.entries(of).map(([name, code]) => ({ name: `${kind}: ${name}`, code, tests, limits }));

/** Tests against which the cheats are tried: each cheat against two of them, chosen by its place. */
const victims = { asserts, close, unittest, sameFile };
const kinds = Object.entries(victims);

/** Hostile programs of every kind; none may earn the reward. */
export const attacks: readonly Attack[] = [
  ...Object.entries(cheats).flatMap(([name, code], place) =>
    [place, place + 1].map((turn) => {
      const [kind = "", tests = asserts] = kinds[turn % kinds.length] ?? [];
      return { name: `${kind}: ${name}`, code, tests, limits };
    }),
  ),
  ...named(
    "message",
    Object.fromEntries(Object.entries(frames).map(([name, frame]) => [name, sending(frame)])),
    asserts,
  ),
  ...named("host", reaching, never),
  ...forgeries(cheats),
  ...sandboxPrograms("hostile").map(({ shares: _, ...program }) => ({ ...program, limits })),
];
