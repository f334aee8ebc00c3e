import type { CodeTests } from "../../src/core/index.js";
import type { Attack } from "./sandbox.attacks.js";

/** Tests that reach more of what crosses between program and judge than calls of one function do. */
const victims = {
  asserts: { kind: "asserts", code: "assert add(1, 2) == 3\nassert add(-1, -2) == -3\nassert add(0.5, 0.25) == 0.75" },
  numbers: {
    kind: "unittest",
    mode: "module",
    code: `import unittest
from solution import Num, make
class T(unittest.TestCase):
    def test_kind(self):
        self.assertIsInstance(make(3), Num)
    def test_close(self):
        self.assertAlmostEqual(make(3), 3.0)
        self.assertTrue(abs(make(3) - 3) < 1e-9)
    def test_order(self):
        x = make(3)
        self.assertTrue(2 < x < 4 and not x < 3 and not x > 3)
    def test_number(self):
        self.assertEqual(float(make(3)), 3.0)
        self.assertEqual(round(make(3)), 3)
`,
  },
  callback: {
    kind: "asserts",
    code: `expected = [2, 3, 4]
def step(x):
    return x + 1
assert apply(step, [1, 2, 3]) == expected
assert apply(lambda x: x * 2, [5]) == [10]`,
  },
  changes: {
    kind: "asserts",
    code: `xs = [3, 1, 2]
arrange(xs)
assert xs == [1, 2, 3]
d = {"b": [2, 1]}
arrange(d["b"])
assert d == {"b": [1, 2]}
assert sum(xs) == 6 and xs[0] == 1`,
  },
  errors: {
    kind: "unittest",
    mode: "module",
    code: `import unittest
import solution
class T(unittest.TestCase):
    def test_raises(self):
        with self.assertRaises(ValueError) as caught:
            solution.check(-1)
        self.assertEqual(str(caught.exception), "too small: -1")
    def test_passes(self):
        self.assertEqual(solution.check(7), 7)
`,
  },
  shared: {
    kind: "unittest",
    mode: "module",
    code: `import unittest
from unittest.mock import patch
import solution
class T(unittest.TestCase):
    @patch("time.time", return_value=1)
    def test_add(self, _):
        self.assertEqual(solution.add(1, 2), 3)
        self.assertTrue(solution.add(-1, -2) == -3)
    def test_close(self):
        self.assertAlmostEqual(solution.add(0.1, 0.2), 0.3)
        self.assertLess(solution.add(1, 1), 3)
        self.assertGreater(solution.add(1, 1), 1)
`,
  },
} satisfies Readonly<Record<string, CodeTests>>;

/** Has the runner answer with a message of the program's own making. */
const forging = `import json, sys
R = sys.modules["runner"].PEER
def forge(values, nodes=(), **head):
    text = json.dumps([{"a": 1, **head}, values, list(nodes)]).encode()
    R.codec.dumps = lambda *_: text
    return 41
`;
const forged = (message: string, before = "") => `${forging}${before}def add(a, b): return forge(${message})`;
const operators = `"__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__ __sub__ __rsub__ __abs__ __float__ __round__ __bool__ __contains__".split()`;

const asserts: Readonly<Record<string, string>> = {
  "a class named as the tests'": forged(
    `[[1]], [["h", [], 7, "class", "T", "solution_tests", ${operators}, ""], ["h", [[0]], 8, "object"]]`,
  ),
  "a class named as a built-in": forged(
    `[[1]], [["h", [], 7, "class", "int", "builtins", ${operators}, "int"], ["h", [[0]], 8, "based"]]`,
  ),
  "a class of hooks": forged(
    `[[1]], [["h", [], 7, "class", "add", "solution", ["__class__", "__new__", "__init__", "__getattribute__", "__instancecheck__", "__eq__", "__del__", "__slots__"], "int"], ["h", [[0]], 8, "based"]]`,
  ),
  "a class that is told in no list": forged(
    `[[1]], [["h", [], 7, "class", "add", "solution", 7, []], ["h", [[0]], 8, "object"]]`,
  ),
  "a class of itself": forged(`[[0]], [["h", [[0]], 7, "class", "add", "solution", [], ""]]`),
  "data of no class": forged(`[[0]], [["h", [["x"]], 8, "based"]]`),
  "a handle whose number is a text": forged(`[[1]], [["g", "builtins", "object"], ["h", [[0]], "8", "object"]]`),
  "the tests' own objects": forged(`[[0]], [["o", [], 1]]`),
  "a module of the judge's": forged(`[[0]], [["m", [], "sys", 9]]`),
  "an exception instead of an answer": forged(
    `[[1]], [["g", "builtins", "AssertionError"], ["e", [[0], [2], None, [2], None], "3", 9], ["t", []]]`,
  ),
  "an exception that names its own fields": forged(
    `[[1]], [["g", "builtins", "ValueError"], ["e", [[0], [2], None, [3], None], "3", 9], ["t", [3]], ["t", ["_omni_number", 1, "__class__", 2, "args", 3, "_omni_text", 4]]], x={}`,
  ),
  "a named tuple of keywords": forged(
    `[[1]], [["h", [], 7, "class", "P", "solution", [], ""], ["n", [[0], 3], "P", ["class"]]]`,
  ),
  "a named tuple of code": forged(
    `[[1]], [["h", [], 7, "class", "P", "solution", [], ""], ["n", [[0], 3], "P", ["x=print(1)"]]]`,
  ),
  "warnings that are none": forged(`[3], [], warned=[1, {}, ["x"]]`),
  "output that is none": forged(`[41], [], out=7, err=[], trace={}`),
  "frees and drops": forged(`[41], [], free=[1, 2, 3], drop=[1, 2, 3], watch=1`),
  "two answers": forged(`[3, 3]`),
  "no answer": forged(`[]`),
  "a set of a tuple too deep to hash": forged(
    `[[0]], N`,
    `N = [["S", 1, [[1]]]] + [["t", [[i + 2]]] for i in range(200000)] + [["t", []]]\n`,
  ),
  "a frozenset too deep to hash": forged(`[[0]], N`, `N = [["z", [[i + 1]]] for i in range(250000)] + [["z", []]]\n`),
  "half a million classes": forged(
    `[3], N`,
    `N = [["h", [], i, "class", "C", "solution", [], ""] for i in range(500000)]\n`,
  ),
  "a set that holds itself": forged(`[[0]], [["S", 1, [[0]]]]`),
  "a queue of no length": forged(`[[0]], [["Q", 1, [3], -5]]`),
  "a text beyond Unicode": forged(`[[0]], [["T", "ffffffff"]]`),
  "a range without end": "def add(a, b): return range(10 ** 30)",
  "a decimal too long to write": "from decimal import Decimal\ndef add(a, b): return Decimal('1e999999999')",
  "a decimal that signals": "from decimal import Decimal\ndef add(a, b): return Decimal('sNaN')",
  "a namespace":
    "from types import SimpleNamespace\nclass N(SimpleNamespace):\n    def __eq__(self, o): return True\ndef add(a, b): return N(x=3)",
  "a dictionary that lies of its items":
    "class D(dict):\n    def items(self): return [(3, 3)]\n    keys = __iter__ = items\n    def __eq__(self, o): return True\ndef add(a, b): return D()",
  "an int that lies of its sign":
    "class I(int):\n    def __pos__(self): return 3\n    __int__ = __index__ = __pos__\n    def __eq__(self, o): return True\ndef add(a, b): return I(41)",
  "a str that hashes as 3":
    "class S(str):\n    def __hash__(self): return hash(3)\n    def __eq__(self, o): return True\ndef add(a, b): return S('3')",
  "an int made by hand":
    "def add(a, b): return type('int', (int,), {'__module__': 'builtins', '__eq__': lambda s, o: True, '__hash__': lambda s: 3})(41)",
  "a class that hides its bases":
    "class M(type):\n    def mro(cls): return [cls, object]\n    def __eq__(cls, o): return True\n    def __hash__(cls): return hash(int)\nclass L(metaclass=M):\n    def __eq__(self, o): return True\ndef add(a, b): return L()",
  "a metaclass that is an instance of all":
    "class M(type):\n    def __instancecheck__(cls, o): return True\n    def __subclasscheck__(cls, o): return True\nclass L(metaclass=M): pass\ndef add(a, b): return L",
  "operators replaced in their module":
    "import operator, sys\nfor n in dir(operator):\n    if n.startswith('__') and n.strip('_') in ('eq', 'sub', 'lt'): setattr(operator, n, lambda *a: True)\np = sys.modules['peer']\nfor n in p.OPERATIONS: p.OPERATIONS[n] = lambda *a, **k: True\ndef add(a, b): return 41",
  "the codec replaced":
    "import sys\nclass C:\n    def dumps(self, head, values): return b'[{\"a\":1},[3],[]]'\nsys.modules['codec'].Codec = sys.modules['values'] = C\nsys.modules['runner'].PEER.understand = None\ndef add(a, b): return 41",
  "an import hook":
    "import sys\nclass H:\n    def find_spec(self, *a): raise SystemExit(0)\nsys.meta_path.insert(0, H())\nsys.path_hooks.insert(0, H())\ndef add(a, b):\n    import this_is_not_there\n    return 41",
  "a thread that answers":
    "import os, struct, threading\nd = b'[{\"a\":1},[3],[]]'\ndef talk():\n    for _ in range(300): os.write(4, struct.pack('>I', len(d)) + d)\nthreading.Thread(target=talk, daemon=True).start()\ndef add(a, b): return 41",
  "a child that answers":
    "import os, struct\nd = b'[{\"a\":1},[3],[]]'\nif os.fork() == 0:\n    for _ in range(300): os.write(4, struct.pack('>I', len(d)) + d)\n    os._exit(0)\ndef add(a, b): return 41",
  "frames of the judge's":
    "import json, os, struct\ndef add(a, b):\n    for body in (b't{\"total\":1}', b'r' + json.dumps({'verdict': 'passed', 'passed': 3, 'total': 3, 'detail': ''}).encode(), b'r{\"verdict\":\"same_process\"}'):\n        for fd in (0, 1, 2, 4):\n            try: os.write(fd, struct.pack('>I', len(body)) + body)\n            except OSError: pass\n    return 41",
  "it stops everybody":
    "import os, signal\ndef add(a, b):\n    for p in (1, 0, -1, os.getppid()):\n        try: os.kill(p, signal.SIGSTOP)\n        except OSError: pass\n    return 41",
  "numbers overwritten in memory":
    "import ctypes\nctypes.memmove(id(41) + 24, id(3) + 24, 4)\ndef add(a, b): return 41",
  "the interpreter's start-up":
    "import os, sys\nfor n in ('sitecustomize', 'usercustomize', 'codec', 'judge', 'suite', 'unittest'):\n    for d in ('/tmp', '.', sys.prefix + '/lib'):\n        try: open(f'{d}/{n}.py', 'w').write('raise SystemExit(0)')\n        except OSError: pass\nos.environ.update(PYTHONPATH='/tmp', PYTHONSTARTUP='/tmp/sitecustomize.py', LD_PRELOAD='/tmp/x.so')\ndef add(a, b): return 41",
};

const numbers: Readonly<Record<string, string>> = {
  "an object that knows its difference": `class Num:
    def __init__(self, x): self.x = x
    def __sub__(self, o): return 0.0
    __rsub__ = __sub__
    def __eq__(self, o): return True
    def __ne__(self, o): return o == 4
    def __lt__(self, o): return o == 4
    def __gt__(self, o): return o == 2
    def __abs__(self): return 0.0
    def __float__(self): return 3.0
    def __round__(self, n=0): return 3
def make(n): return Num(41)`,
  "a float that learns from what it is compared with": `class Num(float):
    def __sub__(self, o):
        Num.seen = o
        return 0.0
    __rsub__ = __sub__
    def __eq__(self, o): return o == 3
    __hash__ = float.__hash__
    def __lt__(self, o): return o > 3
    def __gt__(self, o): return o < 3
    def __float__(self): return 3.0
    def __round__(self, n=0): return 3
def make(n): return Num(41)`,
  "data that changes each time": `${forging}class Num(float): pass
old, asked = R.perform, []
def perform(name, args, named):
    if name == "base":
        asked.append(1)
        return [41.0, 0.0, 3.5][len(asked) % 3]
    return old(name, args, named)
R.perform = perform
def make(n): return Num(41)`,
  "data that is a handle": `${forging}class Num(float): pass
class Liar:
    def __eq__(self, o): return True
    def __sub__(self, o): return 0.0
old = R.perform
R.perform = lambda name, args, named: Liar() if name == "base" else old(name, args, named)
def make(n): return Num(41)`,
  "a named tuple with operators": `from typing import NamedTuple
class Num(NamedTuple):
    x: int
    def __sub__(self, o): return 0.0
    __rsub__ = __sub__
    def __eq__(self, o): return True
    def __ne__(self, o): return o == 4
    def __lt__(self, o): return o == 4
    def __gt__(self, o): return o == 2
    def __abs__(self): return 0.0
    def __float__(self): return 3.0
    def __round__(self, n=0): return 3
    def __hash__(self): return 3
def make(n): return Num(41)`,
  "an enum with a value of its own": `import enum
class Num(enum.IntEnum):
    A = 41
    def __eq__(self, o): return o == 3
    __hash__ = int.__hash__
    def __sub__(self, o): return 0
def make(n): return Num.A`,
};

const callback: Readonly<Record<string, string>> = {
  "asks the callback for its globals":
    "def apply(f, xs):\n    for n in ('__globals__', '__closure__', '__code__', '__self__', 'expected'):\n        try: return getattr(f, n)['expected']\n        except Exception: pass\n    return f.__globals__['expected']",
  "calls back for ever":
    "def apply(f, xs):\n    def g(x): return f(g)\n    while True:\n        try: f(1)\n        except RuntimeError: pass",
  "returns the callback": "def apply(f, xs): return f",
  "answers by callback":
    "def apply(f, xs):\n    class L(list):\n        def __eq__(self, o): return True\n    return L(f(x) + 1 for x in xs)",
  "sets what the callback is":
    "def apply(f, xs):\n    try: f.__code__ = (lambda x: x).__code__\n    except Exception: pass\n    try: f.expected = [0]\n    except Exception: pass\n    return xs",
};

const changes: Readonly<Record<string, string>> = {
  "puts liars in the list":
    "class E:\n    def __eq__(self, o): return True\n    def __add__(self, o): return 6\n    __radd__ = __add__\n    __hash__ = None\ndef arrange(xs): xs[:] = [E() for _ in xs]",
  "puts lying ints in the list":
    "class I(int):\n    def __eq__(self, o): return True\n    def __radd__(self, o): return 6\n    __hash__ = int.__hash__\ndef arrange(xs): xs[:] = [I(9) for _ in xs]",
  "makes the list hold itself": "def arrange(xs): xs[:] = [xs, xs, xs]",
  "empties the list": "def arrange(xs): xs.clear()",
  "makes another container of it": `${forging}def arrange(xs):
    n = R.codec.names[id(xs)]
    text = json.dumps([{"a": 1}, [[0]], [["D", n, [1, 1]]]]).encode()
    R.codec.dumps = lambda *_: text`,
};

const errors: Readonly<Record<string, string>> = {
  "an error that is a subclass of all":
    "class M(type):\n    def __subclasscheck__(cls, o): return True\n    def __instancecheck__(cls, o): return True\nclass E(Exception, metaclass=M):\n    def __str__(self): return 'too small: -1'\ndef check(n): raise E() if n < 0 else E()",
  "an error that says it is another":
    "class E(Exception):\n    __class__ = ValueError\n    def __str__(self): return 'too small: -1'\ndef check(n):\n    if n < 0: raise E()\n    return 7",
  "a group of errors":
    "def check(n):\n    if n < 0: raise ExceptionGroup('too small: -1', [ValueError('too small: -1')])\n    return 7",
  "an error with a hostile text":
    "class E(ValueError):\n    def __str__(self):\n        class S(str):\n            def __eq__(self, o): return True\n        return S('x')\ndef check(n):\n    if n < 0: raise E()\n    return n",
  "AssertionError's own test case": "import unittest\ndef check(n): raise unittest.case._ShouldStop",
};

/** For tests that share the program's process: ways to make unittest or mock pass over them. */
const sharing: Readonly<Record<string, string>> = {
  "every failure expected":
    "import unittest\nunittest.TestCase.__unittest_expecting_failure__ = True\ndef add(a, b): return 41",
  "every test skipped": "import unittest\nunittest.TestCase.__unittest_skip__ = True\ndef add(a, b): return 41",
  "every attribute a yes":
    "import unittest\ndef get(self, name):\n    return (lambda *a, **k: None) if name.startswith('assert') else object.__getattribute__(self, name)\nunittest.TestCase.__getattribute__ = get\ndef add(a, b): return 41",
  "the test stopped in silence": "import unittest.case\ndef add(a, b): raise unittest.case._ShouldStop",
  "a stop of its own":
    "import unittest.case\nclass Stop(Exception): pass\nunittest.case._ShouldStop = Stop\ndef add(a, b): raise Stop",
  "a skip of its own":
    "import unittest.case\nclass Skip(Exception): pass\nunittest.case.SkipTest = unittest.SkipTest = Skip\ndef add(a, b): raise Skip",
  "a patch that leaves the test out":
    "import unittest.mock\nunittest.mock.patch = lambda *a, **k: lambda f: lambda self: None\ndef add(a, b): return 41",
  "a patcher that leaves the test out":
    "import unittest.mock\nunittest.mock._patch.__call__ = lambda self, f: lambda it: None\nunittest.mock._patch.decorate_callable = lambda self, f: lambda it: None\ndef add(a, b): return 41",
  "a module of mocks of its own":
    "import sys, types\nm = types.ModuleType('unittest.mock')\nm.patch = lambda *a, **k: lambda f: lambda self: None\nsys.modules['unittest.mock'] = m\nimport unittest\nunittest.mock = m\ndef add(a, b): return 41",
  "a loader that finds nothing":
    "import unittest.suite\nunittest.suite.TestSuite.run = lambda self, result, debug=False: result\nunittest.TestSuite.addTest = lambda *a: None\ndef add(a, b): return 41",
  "a metaclass equal to all":
    "class M(type):\n    def __eq__(cls, o): return True\n    def __hash__(cls): return hash(int)\nclass L(metaclass=M):\n    def __eq__(self, o): return True\n    __lt__ = __gt__ = __eq__\n    def __sub__(self, o): return 0\ndef add(a, b): return L()",
  "a class made of slots":
    "L = type('L', (), {'__eq__': int.__ne__, '__lt__': object.__ne__, '__gt__': object.__ne__})\ndef add(a, b): return L()",
  "a partial as an operator":
    "import functools, operator\nclass L:\n    __eq__ = functools.partialmethod(operator.is_not, None)\n    __lt__ = __gt__ = __eq__\n    __sub__ = __rsub__ = functools.partialmethod(operator.mul, 0)\ndef add(a, b): return L()",
};

const limits = { wallS: 2, memoryMb: 128, outputMb: 1, diskMb: 16 };
const against = (victim: keyof typeof victims, programs: Readonly<Record<string, string>>): readonly Attack[] =>
  Object.entries(programs).map(([name, code]) => ({
    name: `${victim}: ${name}`,
    code,
    tests: victims[victim],
    limits,
  }));

/** Programs that know how answers cross, and forge them; with cheats against tests that share a process with the program. */
export const forgeries = (cheats: Readonly<Record<string, string>>): readonly Attack[] => [
  ...against("asserts", asserts),
  ...against("numbers", numbers),
  ...against("callback", callback),
  ...against("changes", changes),
  ...against("errors", errors),
  ...against("shared", { ...cheats, ...sharing }),
];
