"""Programs with one operator or constant changed, and what plain Python makes of them, without any sandbox.

stdin: {"items": [{"id", "code", "tests"}], "seed", "most"}; `tests` as a submission has them. stdout: a line of JSON an item:
{"id", "passes": whether the program passes as it is, "mutants": [{"code", "how", "passes"}], "equivalent"}. Those are mutants of which some
value, exception or output on the tests' inputs differs, at most `most`, in an order drawn from the seed; others are counted as equivalent.
"""

import ast
import io
import json
import os
import random
import re
import resource
import sys
import types
import unittest
import zlib

SWAPS = {
    ast.Add: [ast.Sub], ast.Sub: [ast.Add], ast.Mult: [ast.Add], ast.Div: [ast.Mult], ast.FloorDiv: [ast.Mult], ast.Mod: [ast.FloorDiv],
    ast.Pow: [ast.Mult], ast.LShift: [ast.RShift], ast.RShift: [ast.LShift], ast.BitAnd: [ast.BitOr], ast.BitOr: [ast.BitAnd],
    ast.BitXor: [ast.BitAnd], ast.Lt: [ast.LtE, ast.GtE], ast.LtE: [ast.Lt, ast.Gt], ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt], ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.Is: [ast.IsNot], ast.IsNot: [ast.Is], ast.In: [ast.NotIn],
    ast.NotIn: [ast.In], ast.And: [ast.Or], ast.Or: [ast.And], ast.UAdd: [ast.USub], ast.USub: [ast.UAdd],
}  # fmt: skip
SECONDS, BYTES = 2, 1 << 29


def others(value):
    """Constants in place of another."""
    if type(value) is bool:
        return [not value]
    if type(value) in (int, float):
        return [value + 1, value - 1]
    return [value + "x"] if type(value) is str else []


def docstrings(tree):
    bodies = [part.body for part in ast.walk(tree) if isinstance(getattr(part, "body", None), list) and part.body]
    return {id(body[0].value) for body in bodies if isinstance(body[0], ast.Expr)}


def sites(tree):
    """(node, field, index or None, replacement, how) of everything that can be changed."""
    docs = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docs:
            for new in others(node.value):
                yield node, "value", None, new, "%r -> %r" % (node.value, new)
        for field in ("op", "ops"):
            held = getattr(node, field, None)
            for place, op in enumerate(held if isinstance(held, list) else [held] if held else []):
                for new in SWAPS.get(type(op), ()):
                    yield node, field, place if isinstance(held, list) else None, new(), "%s -> %s" % (type(op).__name__, new.__name__)


def mutants(code, seed):
    count = len(list(sites(ast.parse(code))))
    for number in random.Random(seed).sample(range(count), count):
        tree = ast.parse(code)
        node, field, place, new, how = list(sites(tree))[number]
        if place is None:
            setattr(node, field, new)
        else:
            getattr(node, field)[place] = new
        try:
            text = ast.unparse(ast.fix_missing_locations(tree))
            compile(text, "solution.py", "exec")
        except (SyntaxError, ValueError):
            continue
        yield text, "line %d: %s" % (getattr(node, "lineno", 0), how)


class Recorded(ast.NodeTransformer):
    """Tests whose every call is written down."""

    def visit_Call(self, node):
        self.generic_visit(node)
        return ast.copy_location(ast.Call(ast.Name("_recorded", ast.Load()), [node], []), node)

    def visit_ClassDef(self, node):
        node.body = [self.visit(part) for part in node.body]
        return node


class Trace:
    def __init__(self):
        self.digest = 0

    def add(self, value):
        try:
            text = "%s %r" % (type(value).__name__, value)
        except Exception as error:
            text = "no repr: %r" % type(error)
        self.digest = zlib.crc32(re.sub(r" at 0x[0-9a-f]+", "", text).encode("utf-8", "replace"), self.digest)
        return value


def run_tests(code, tests):
    """(trace, passes) of assert or unittest tests."""
    trace = Trace()
    solution = sys.modules["solution"] = types.ModuleType("solution")
    tree = ast.fix_missing_locations(Recorded().visit(ast.parse(tests["code"])))
    module = tests["kind"] == "unittest" and tests["mode"] == "module"
    names = vars(types.ModuleType("solution_tests")) if module else vars(solution)
    names["_recorded"] = trace.add
    passes = True
    try:
        exec(compile(code, "solution.py", "exec"), vars(solution))
        exec(tests.get("setup") or "", names)
    except BaseException as error:
        trace.add(error)
        passes = False
    if tests["kind"] == "unittest":
        exec(compile(tree, "tests.py", "exec"), names)
        kinds = [kind for kind in names.values() if isinstance(kind, type) and issubclass(kind, unittest.TestCase)]
        suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromTestCase(kind) for kind in kinds)
        result = unittest.TextTestRunner(io.StringIO()).run(suite)
        trace.add(len(result.errors))
        return trace.digest, passes and result.wasSuccessful()
    for statement in tree.body:
        try:
            exec(compile(ast.Module([statement], []), "tests.py", "exec"), names)
        except BaseException as error:
            if not isinstance(error, AssertionError):
                trace.add(error)
            passes = False
    return trace.digest, passes


def lines_of(text):
    """Output as it is compared: blanks at line ends and empty lines at the end do not count."""
    return [line.rstrip(" \t") for line in text.replace("\r\n", "\n").rstrip("\n\t ").split("\n")]


def run_case(code, stdin):
    sys.stdin, sys.stdout = io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    failed = False
    try:
        exec(compile(code, "main.py", "exec"), {"__name__": "__main__"})
    except SystemExit as error:
        failed = error.code not in (None, 0)
    except BaseException:
        failed = True
    sys.stdout.flush()
    return sys.stdout.buffer.getvalue().decode(), failed


def apart(work):
    """What `work` returns in a process of its own; None when that was ended."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
            resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
            for fd in (1, 2):
                os.dup2(os.open(os.devnull, os.O_WRONLY), fd)
            os.write(write, json.dumps(work()).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        data = answer.read()
    os.waitpid(pid, 0)
    return json.loads(data) if data else None


def tried(code, tests):
    """[trace, passes]"""
    if tests["kind"] != "stdio":
        return apart(lambda: run_tests(code, tests)) or [None, False]
    outputs = [apart(lambda: run_case(code, case["stdin"])) or [None, True] for case in tests["cases"]]
    told = [[zlib.crc32((out or "").encode()), out is None, failed] for out, failed in outputs]
    return [told, all(not failed and lines_of(out) == lines_of(case["stdout"]) for (out, failed), case in zip(outputs, tests["cases"]))]


def main():
    job = json.load(sys.stdin)
    for item in job["items"]:
        code, tests = item["code"].replace("\r\n", "\n"), item["tests"]
        trace, passes = tried(code, tests)
        found, equivalent = [], 0
        for text, how in mutants(code, "%s %s" % (job["seed"], item["id"])):
            if len(found) == job["most"]:
                break
            changed, still = tried(text, tests)
            if changed == trace:
                equivalent += 1
            else:
                found.append({"code": text, "how": how, "passes": still})
        print(json.dumps({"id": item["id"], "passes": passes, "mutants": found, "equivalent": equivalent}))


main()
