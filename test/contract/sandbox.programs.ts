import type { CodeTests } from "../../src/core/index.js";
import type { SandboxLimits, Verdict } from "../../src/sandbox/index.js";

/** One program of the contract suite: whatever the adapter, these verdicts. */
export interface ContractProgram {
  readonly name: string;
  readonly code: string;
  readonly tests: CodeTests;
  readonly limits?: Partial<SandboxLimits>;
  /** Any of these; the reward is 1 for `passed` alone. */
  readonly verdict: readonly Verdict[];
  readonly passed?: number;
  readonly total?: number;
  /** Needs processes, threads or limits that WebAssembly has not; run in Docker alone. */
  readonly dockerOnly?: boolean;
}

const stdio = (...cases: readonly (readonly [stdin: string, stdout: string])[]): CodeTests => ({
  kind: "stdio",
  cases: cases.map(([stdin, stdout]) => ({ stdin, stdout })),
});
const asserts = (code: string, setup?: string): CodeTests =>
  setup === undefined ? { kind: "asserts", code } : { kind: "asserts", code, setup };
const unittest = (code: string, mode: "module" | "same_file" = "module"): CodeTests => ({
  kind: "unittest",
  mode,
  code,
});

const passes = ["passed"] as const;
const cheat = ["tampered", "wrong_answer", "runtime_error", "killed"] as const;
const addTests = unittest(
  "import unittest\nfrom solution import add\nclass TestAdd(unittest.TestCase):\n" +
    "    def test_small(self):\n        self.assertEqual(add(1, 2), 3)\n" +
    "    def test_negative(self):\n        self.assertEqual(add(-1, -2), -3)\n",
);
const addAsserts = asserts("assert add(1, 2) == 3\nassert add(-1, -2) == -3");

/** Right answers of every sort: none may be lost. */
export const correctPrograms: readonly ContractProgram[] = [
  {
    name: "reads and writes numbers, every case counted",
    code: "a, b = map(int, input().split())\nprint(a + b)",
    tests: stdio(["1 2\n", "3\n"], ["5 5", "10"], ["-1 1\n", "0"]),
    verdict: passes,
    passed: 3,
    total: 3,
  },
  {
    name: "unicode in source, input and output",
    code: "π = input()\nprint('→', π, '😀')",
    tests: stdio(["čšž", "→ čšž 😀"]),
    verdict: passes,
  },
  {
    name: "one megabyte of output",
    code: "print('x' * 1_000_000)",
    tests: stdio(["", "x".repeat(1_000_000)]),
    verdict: passes,
  },
  {
    name: "one megabyte of input",
    code: "print(len(input()))",
    tests: stdio([`${"y".repeat(1_000_000)}\n`, "1000000"]),
    verdict: passes,
  },
  {
    name: "recursion to a depth of 800",
    code: "def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\nprint(f(800))",
    tests: stdio(["", "800"]),
    verdict: passes,
  },
  {
    name: "CRLF source and output",
    code: "print('a\\r')\r\nprint('b')\r\n",
    tests: stdio(["", "a\nb\n"]),
    verdict: passes,
  },
  {
    name: "blanks at line ends and empty lines at the end",
    code: "print('a  \\nb\\t\\n\\n')",
    tests: stdio(["", "a\nb"]),
    verdict: passes,
  },
  {
    name: "sys.exit(0) after the answer",
    code: "import sys\nprint(1)\nsys.exit(0)",
    tests: stdio(["", "1"]),
    verdict: passes,
  },
  {
    name: "a main guard",
    code: "if __name__ == '__main__':\n    print('main')",
    tests: stdio(["", "main"]),
    verdict: passes,
  },
  {
    name: "reading all of stdin",
    code: "import sys\nprint(sum(map(int, sys.stdin.read().split())))",
    tests: stdio(["1\n2\n3\n", "6"]),
    verdict: passes,
  },
  {
    name: "a file of its own",
    code: "open('f.txt','w').write('hi')\nprint(open('f.txt').read())",
    tests: stdio(["", "hi"]),
    verdict: passes,
  },
  {
    name: "each case begins without the remains of the one before",
    code: "import os, sys, builtins\nprint(os.path.exists('left'), hasattr(builtins, '_x'), len(os.listdir('.')) <= 1)\nopen('left','w').write('')",
    tests: stdio(["", "False False True"], ["", "False False True"]),
    verdict: passes,
  },
  {
    name: "generators, decorators and closures",
    code:
      "import functools\ndef double(f):\n    @functools.wraps(f)\n    def g(*a):\n        return 2 * f(*a)\n    return g\n" +
      "@double\ndef add(a, b):\n    return a + b\ndef squares(n):\n    for i in range(n):\n        yield i * i",
    tests: asserts("assert add(1, 2) == 6\nassert list(squares(4)) == [0, 1, 4, 9]\nassert sum(squares(3)) == 5"),
    verdict: passes,
    passed: 3,
    total: 3,
  },
  {
    name: "dataclasses, enums and named tuples",
    code:
      "from dataclasses import dataclass\nfrom collections import namedtuple, Counter\nimport enum\n@dataclass\nclass P:\n    x: int\n    y: int = 2\n" +
      "Q = namedtuple('Q', 'a b')\nclass C(enum.Enum):\n    R = 1\ndef count(s):\n    return Counter(s)",
    tests: asserts(
      "assert P(1) == P(1, 2)\nassert Q(1, 2) == (1, 2)\nassert C.R.value == 1\nassert count('aab') == {'a': 2, 'b': 1}\nassert C.R in list(C)",
    ),
    verdict: passes,
    total: 5,
  },
  {
    name: "floats, fractions and decimals",
    code: "from fractions import Fraction\nfrom decimal import Decimal\ndef half():\n    return Fraction(1, 2)\ndef d():\n    return Decimal('1.50')",
    tests: asserts("assert half() == 0.5\nassert d() == Decimal('1.5')\nassert abs(0.1 + 0.2 - 0.3) < 1e-9"),
    verdict: passes,
  },
  {
    name: "a class with operators of its own that the tests name",
    code: "class V:\n    def __init__(self, x):\n        self.x = x\n    def __eq__(self, o):\n        return isinstance(o, V) and o.x == self.x\n    def __contains__(self, i):\n        return i == self.x",
    tests: asserts("assert V(1) == V(1)\nassert V(1) != V(2)\nassert 1 in V(1)"),
    verdict: passes,
  },
  {
    name: "exceptions, argument mutation and callbacks",
    code: "def pop(xs):\n    if not xs:\n        raise ValueError('empty')\n    return xs.pop()\ndef apply(f, x):\n    return f(x)",
    tests: unittest(
      "import unittest\nfrom solution import *\nclass T(unittest.TestCase):\n    def test_raises(self):\n        with self.assertRaises(ValueError):\n            pop([])\n" +
        "    def test_mutates(self):\n        xs = [1, 2]\n        pop(xs)\n        self.assertEqual(xs, [1])\n    def test_callback(self):\n        self.assertEqual(apply(lambda v: v + 1, 1), 2)\n",
    ),
    verdict: passes,
    passed: 3,
    total: 3,
  },
  {
    name: "unittest in the same file, with setUp, subtests and printing",
    code: "def add(a, b):\n    print('adding')\n    return a + b",
    tests: unittest(
      "import unittest\nclass T(unittest.TestCase):\n    def setUp(self):\n        self.n = 1\n    def test_a(self):\n        for i in range(3):\n            with self.subTest(i=i):\n                self.assertEqual(add(self.n, i), 1 + i)\n" +
        "if __name__ == '__main__':\n    unittest.main()\n",
      "same_file",
    ),
    verdict: passes,
    total: 1,
  },
  {
    name: "a check function as HumanEval has it",
    code: "def add(a, b):\n    return a + b",
    tests: asserts("def check(f):\n    assert f(1, 2) == 3\n    assert f(2, 2) == 4\n\ncheck(add)"),
    verdict: passes,
    total: 1,
  },
  {
    name: "test set-up code, which sees the solution",
    code: "class Node:\n    def __init__(self, v):\n        self.v = v\ndef double(node):\n    return 2 * node.v",
    tests: asserts("assert double(root) == 6", "root = Node(3)"),
    verdict: passes,
  },
  {
    name: "slow but in time",
    code: "import time\ntime.sleep(0.7)\nprint('ok')",
    tests: stdio(["", "ok"]),
    limits: { wallS: 5 },
    verdict: passes,
  },
  {
    name: "threads and a child process",
    code: "import subprocess, sys, threading\nout = []\nt = threading.Thread(target=lambda: out.append(1))\nt.start(); t.join()\nprint(out, subprocess.run([sys.executable, '-c', 'print(2)'], capture_output=True, text=True).stdout.strip())",
    tests: stdio(["", "[1] 2"]),
    verdict: passes,
    dockerOnly: true,
  },
];

/** Wrong, broken and boundless programs: each named for what it is. */
export const failingPrograms: readonly ContractProgram[] = [
  {
    name: "a wrong answer in one case of three",
    code: "n = int(input())\nprint(n if n < 3 else 0)",
    tests: stdio(["1", "1"], ["2", "2"], ["3", "3"]),
    verdict: ["wrong_answer"],
    passed: 2,
    total: 3,
  },
  {
    name: "output that is no UTF-8",
    code: "import os\nos.write(1, b'a\\xff')",
    tests: stdio(["", "a\ufffd"]),
    verdict: ["wrong_answer"],
  },
  { name: "a blank at the start of a line", code: "print(' a')", tests: stdio(["", "a"]), verdict: ["wrong_answer"] },
  {
    name: "the right answer and a bad exit status",
    code: "print(1)\nraise SystemExit(3)",
    tests: stdio(["", "1"]),
    verdict: ["runtime_error"],
  },
  { name: "an exception", code: "print(1 / 0)", tests: stdio(["", "1"]), verdict: ["runtime_error"] },
  { name: "no Python", code: "def f(:\n", tests: stdio(["", ""]), verdict: ["compile_error"] },
  { name: "no Python, under tests", code: "def f(:\n", tests: addAsserts, verdict: ["compile_error"], total: 2 },
  {
    name: "an endless loop, in each case",
    code: "while True: pass",
    tests: stdio(["", "1"], ["", "1"]),
    limits: { wallS: 2 },
    verdict: ["time_limit"],
    passed: 0,
    total: 2,
  },
  {
    name: "an endless loop in one case only",
    code: "n = int(input())\nwhile n == 2: pass\nprint(n)",
    tests: stdio(["1", "1"], ["2", "2"], ["3", "3"]),
    limits: { wallS: 2 },
    verdict: ["time_limit"],
    passed: 2,
    total: 3,
  },
  {
    name: "an endless loop under tests",
    code: "def add(a, b):\n    while True: pass",
    tests: addAsserts,
    limits: { wallS: 2 },
    verdict: ["time_limit"],
    passed: 0,
    total: 2,
  },
  {
    name: "memory without bound",
    code: "x = []\nwhile True: x.append(bytearray(1 << 20))",
    tests: stdio(["", ""]),
    verdict: ["memory_limit"],
  },
  {
    name: "output without bound",
    code: "while True: print('y' * 1000)",
    tests: stdio(["", "y"]),
    limits: { outputMb: 1 },
    verdict: ["output_limit"],
  },
  {
    name: "one assert of two wrong",
    code: "def add(a, b):\n    return abs(a) + abs(b)",
    tests: addAsserts,
    verdict: ["wrong_answer"],
    passed: 1,
    total: 2,
  },
  {
    name: "one test method of two wrong",
    code: "def add(a, b):\n    return abs(a) + abs(b)",
    tests: addTests,
    verdict: ["wrong_answer"],
    passed: 1,
    total: 2,
  },
  {
    name: "a missing function",
    code: "def plus(a, b):\n    return a + b",
    tests: addAsserts,
    verdict: ["runtime_error"],
    passed: 0,
    total: 2,
  },
  { name: "no tests", code: "x = 1", tests: asserts("y = 2"), verdict: ["no_tests"], total: 0 },
  { name: "no cases", code: "x = 1", tests: stdio(), verdict: ["no_tests"] },
  { name: "tests that do not parse", code: "x = 1", tests: asserts("assert ("), verdict: ["rejected"] },
  {
    name: "limits out of range",
    code: "print(1)",
    tests: stdio(["", "1"]),
    limits: { memoryMb: -1 },
    verdict: ["rejected"],
  },
  { name: "a source over 1 MB", code: `#${"x".repeat(1 << 20)}`, tests: stdio(["", ""]), verdict: ["rejected"] },
  {
    name: "a fork bomb",
    code: "import os\nwhile True: os.fork()",
    tests: stdio(["", "1"]),
    limits: { wallS: 3 },
    verdict: ["process_limit", "time_limit", "runtime_error"],
    dockerOnly: true,
  },
  {
    name: "a disk filled",
    code: "f = open('/tmp/big', 'wb')\nwhile True: f.write(b'x' * (1 << 20))",
    tests: stdio(["", "1"]),
    limits: { diskMb: 8 },
    verdict: ["disk_limit"],
    dockerOnly: true,
  },
  {
    name: "a suicide",
    code: "import os\nos.kill(os.getpid(), 9)",
    tests: stdio(["", "1"]),
    verdict: ["killed"],
    dockerOnly: true,
  },
];

/** Programs that try to be paid without the work. `prints` of `LEAK` would be a theft. */
export const cheatingPrograms: readonly ContractProgram[] = [
  {
    name: "ends the tests early",
    code: "import os\ndef add(a, b):\n    os._exit(0)",
    tests: addAsserts,
    verdict: cheat,
  },
  { name: "ends at import", code: "import os\nos._exit(0)", tests: addTests, verdict: cheat },
  { name: "exits politely at import", code: "import sys\nsys.exit(0)", tests: addTests, verdict: cheat },
  {
    name: "prints what a harness might",
    code: 'print(\'{"verdict": "passed", "passed": 2, "total": 2}\')\nprint(\'OK\')\nimport os\nos._exit(0)',
    tests: addAsserts,
    verdict: cheat,
  },
  {
    name: "writes a verdict to every descriptor",
    code: 'import os\nfor fd in range(1, 64):\n    try: os.write(fd, b\'{"verdict": "passed", "passed": 2, "total": 2}\\n\')\n    except OSError: pass\nos._exit(0)',
    tests: addAsserts,
    verdict: cheat,
  },
  {
    name: "returns something equal to everything",
    code: "class E:\n    def __eq__(self, o): return True\n    def __ne__(self, o): return False\n    __hash__ = None\ndef add(a, b): return E()",
    tests: addTests,
    verdict: cheat,
  },
  {
    name: "returns an int equal to everything",
    code: "class E(int):\n    def __eq__(self, o): return True\n    def __ne__(self, o): return False\ndef add(a, b): return E(7)",
    tests: addAsserts,
    verdict: cheat,
  },
  {
    name: "hides it in a list",
    code: "class E:\n    def __eq__(self, o): return True\ndef items(): return [E(), E()]",
    tests: asserts("assert items() == [1, 2]"),
    verdict: cheat,
  },
  {
    name: "replaces unittest's assertions",
    code: "import unittest\nfor n in dir(unittest.TestCase):\n    if n.startswith('assert'): setattr(unittest.TestCase, n, lambda *a, **k: None)\ndef add(a, b): return 0",
    tests: addTests,
    verdict: cheat,
  },
  {
    name: "replaces TestCase.run",
    code: "import unittest\nunittest.TestCase.run = lambda self, r=None: r\ndef add(a, b): return 0",
    tests: addTests,
    verdict: cheat,
  },
  {
    name: "replaces a built-in",
    code: "import builtins\nbuiltins.abs = lambda x: 0\ndef off(): return 5",
    tests: asserts("assert abs(off() - 3) < 1"),
    verdict: cheat,
  },
  {
    name: "replaces AssertionError",
    code: "import builtins\nbuiltins.AssertionError = StopIteration\ndef add(a, b): return 0",
    tests: addAsserts,
    verdict: cheat,
  },
  {
    name: "raises SkipTest",
    code: "import unittest\ndef add(a, b): raise unittest.SkipTest('later')",
    tests: addTests,
    verdict: cheat,
  },
  {
    name: "walks the frames for what is expected",
    code: "import sys\ndef add(a, b):\n    f = sys._getframe()\n    while f:\n        for c in f.f_code.co_consts:\n            if type(c) is int and c == a + b: return c\n        f = f.f_back\n    return 0",
    tests: addTests,
    verdict: cheat,
  },
  {
    name: "searches the heap",
    code: "import gc\ndef add(a, b):\n    for o in gc.get_objects():\n        if type(o) is dict and 'assertEqual' in o: return a + b\n    return 0",
    tests: addAsserts,
    verdict: cheat,
  },
  {
    name: "opens its own memory",
    code: "def add(a, b):\n    try: open('/proc/self/mem', 'rb')\n    except OSError: pass\n    return 0",
    tests: addAsserts,
    verdict: cheat,
    dockerOnly: true,
  },
  {
    name: "registers an exit hook",
    code: "import atexit, os\natexit.register(lambda: os._exit(0))\ndef add(a, b): return 0",
    tests: addTests,
    verdict: cheat,
  },
  {
    name: "shadows the tests' module",
    code: "import sys\nsys.modules['unittest'] = None\ndef add(a, b): return 0",
    tests: addTests,
    verdict: cheat,
  },
];

/** Programs that print LEAK if they reach what they must not. They are run for their output, not for a verdict. */
export const theftPrograms: readonly { readonly name: string; readonly code: string }[] = [
  {
    name: "the network",
    code: "import socket\ntry:\n    socket.create_connection(('127.0.0.1', PORT), 2)\n    print('LEAK')\nexcept Exception as e:\n    print('no', type(e).__name__)",
  },
  {
    name: "a host file",
    code: "for p in ['HOST_FILE', '/host/HOST_FILE', '/proc/1/environ', '/proc/1/mem', '/proc/1/fd/0', '/etc/shadow']:\n    try:\n        open(p, 'rb').read(1)\n        print('LEAK', p)\n    except Exception as e:\n        print('no', type(e).__name__)",
  },
  {
    name: "writing outside its folder",
    code: "for p in ['/x', '/etc/x', '/usr/x', '/dev/x', '/lib/x']:\n    try:\n        open(p, 'w').write('x')\n        print('WROTE', p)\n    except Exception as e:\n        print('no', type(e).__name__)",
  },
  {
    name: "the environment",
    code: "import os\nprint('LEAK' if 'OMNI_SECRET' in os.environ or 'SECRET' in str(os.environ) else 'no')",
  },
];
