"""Runs a submission's unittest or assert tests in this process and returns what passed.

The tests are parsed and counted before the submission's first line runs. What a test's verdict hangs on is looked at
before each check and after each test (integrity.py). A program that shares a process with its tests can, with enough
knowledge of this file, still forge them: docs/sandbox.md says so.
"""

import ast
import importlib
import json
import os
import sys
import types
import unittest

from integrity import Integrity, watch_spying
from suite import GUARDS, SOLUTION, TESTS, Broken, parse, run_asserts, run_unittests, show

SOLUTION_MODULE = "solution"


def rewrite(tree, comparing, asserting, looking):
    """Comparisons of the tests go through equality.compare, by `Integrity.comparing` under the first name,
    `self.assert…()` through `asserting` under the second, and `assert` looks first, under the third."""

    def call(name, *args):
        return ast.Call(ast.Name(name, ast.Load()), list(args), [])

    class Checks(ast.NodeTransformer):
        def visit_Call(self, node):
            self.generic_visit(node)
            func = node.func
            if (
                isinstance(func, ast.Attribute)
                and isinstance(func.value, ast.Name)
                and func.value.id == "self"
                and func.attr.startswith(("assert", "fail"))
            ):
                node.func = ast.copy_location(call(asserting, func.value, ast.Constant(func.attr)), func)
            return node

        def visit_Assert(self, node):
            self.generic_visit(node)
            node.test = ast.copy_location(ast.BoolOp(ast.And(), [call(looking), node.test]), node.test)
            return node

        def visit_Compare(self, node):
            self.generic_visit(node)
            names = ast.Constant(" ".join(type(op).__name__ for op in node.ops))
            return ast.copy_location(ast.Call(call(comparing, names), [node.left, *node.comparators], []), node)

    return ast.fix_missing_locations(Checks().visit(tree))


def stub_of(source):
    """The program with its functions doing nothing, and without all else but imports and classes: what no test may
    accept."""

    class Empty(ast.NodeTransformer):
        def visit_FunctionDef(self, node):
            node.body, node.decorator_list = [ast.Return(ast.Constant(None))], []
            return node

        visit_AsyncFunctionDef = visit_FunctionDef

    tree = Empty().visit(ast.parse(source))
    kept = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    tree.body = [node for node in tree.body if isinstance(node, kept)]
    return ast.fix_missing_locations(tree)


def imports_of(source):
    """Modules that a source imports, and names that may be modules within them; the program's own aside."""
    found = set()
    for part in ast.walk(ast.parse(source)):
        if isinstance(part, ast.Import):
            found |= {alias.name for alias in part.names}
        elif isinstance(part, ast.ImportFrom) and part.module and not part.level:
            found |= {part.module, *("%s.%s" % (part.module, alias.name) for alias in part.names)}
    return sorted(name for name in found if name.partition(".")[0] != SOLUTION_MODULE)


def loaded(names):
    """Those of these modules that there are, loaded before the submission runs."""
    modules = []
    for name in names:
        try:
            modules.append(importlib.import_module(name))
        except Exception:
            pass  # whoever imports it will say so
    return modules


def packages_of(source):
    """Modules outside the standard library that a program imports: loaded before it runs, their classes are known as
    they are."""
    return [name for name in imports_of(source) if name.partition(".")[0] not in sys.stdlib_module_names]


def roots_of(names):
    return {name.partition(".")[0] for name in names}


def named_classes(tests, names):
    """The classes among these names that the tests mention, and that they do not give to anything of their own."""
    parts = list(ast.walk(ast.parse(tests)))
    own = {part.arg for part in parts if isinstance(part, ast.arg)}
    own |= {part.name for part in parts if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}
    mentioned = {part.id for part in parts if isinstance(part, ast.Name)} - own
    return {value for name, value in names.items() if name in mentioned and issubclass(type(value), type)}


class Tally:
    def __init__(self, state, integrity):
        self.passed, self.verdict, self.state, self.replaced = 0, None, state, integrity.replaced

    def fail(self, verdict):
        self.verdict = self.verdict or verdict

    def add(self, verdict):
        """One counted check ended: verdict None is a pass, unless something that it hung on was replaced."""
        self.state["tampered"] = self.state["tampered"] or self.replaced()
        if self.state["unheard"]:
            # A check within a callback that the program passed over.
            verdict, self.state["unheard"] = verdict or "wrong_answer", False
        if verdict is None:
            self.passed += 1
        else:
            self.fail(verdict)


def run(job, equality, announce):
    """Runs one job {kind, mode, code, tests, setup}; announces the expected count first; returns {verdict, passed,
    total, detail}."""
    state = {"armed": False, "tampered": None, "unheard": False}
    secret_names = ["_omni_%s" % os.urandom(8).hex() for _ in range(3)]
    try:
        tree, counted, classes, expected = parse(job)
        tree = rewrite(tree, *secret_names)
    except Broken as problem:
        return {"verdict": "rejected" if str(problem) else "no_tests", "passed": 0, "total": 0, "detail": str(problem)}
    try:
        source = stub_of(job["code"]) if job.get("control") else job["code"]
        code = compile(source, SOLUTION, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        show(error)
        return {"verdict": "compile_error", "passed": 0, "total": expected, "detail": ""}
    announce({"total": expected})
    equality["guard"](unittest.TestCase)
    modules = loaded(imports_of(job["tests"]))
    loaded(packages_of(job["code"]))
    equality["remember"]("ANY" in job["tests"] and "unittest.mock" in sys.modules, roots_of(packages_of(job["tests"])))
    integrity = Integrity(equality, modules, job["tests"], state)
    guards = {**GUARDS, **dict(zip(secret_names, (integrity.comparing, integrity.asserting, integrity.look)))}
    tally = Tally(state, integrity)
    watch_spying(state, sys._getframe, (equality, globals(), run_unittests.__globals__))
    total = expected
    solution = types.ModuleType("solution")
    solution.__file__ = os.path.abspath("solution.py")
    sys.modules["solution"] = solution
    names = vars(solution)
    state["armed"] = True
    try:
        exec(code, names)
        tally.state["tampered"] = tally.state["tampered"] or tally.replaced()
        equality["NAMED"].update(named_classes(job["tests"], names))
        if job["kind"] == "unittest" and job["mode"] == "module":
            names = vars(types.ModuleType("solution_tests"))
        if job.get("setup"):
            exec(compile(job["setup"], TESTS, "exec", dont_inherit=True), names)
        names.update(guards)
        if job["kind"] == "asserts":
            run_asserts(tree, counted, names, tally)
        else:
            total = max(expected, run_unittests(tree, classes, names, tally))
        if any(names.get(name) is not guard for name, guard in guards.items()):
            state["tampered"] = "it replaced the comparison"
    except Broken as problem:
        return {"verdict": "rejected", "passed": 0, "total": total, "detail": str(problem)}
    except BaseException as error:
        show(error)
        tally.fail("memory_limit" if isinstance(error, MemoryError) else "runtime_error")
    finally:
        state["armed"] = False
    verdict = tally.verdict or ("passed" if tally.passed == total > 0 else "runtime_error")
    if state["tampered"]:
        verdict = "tampered"
    passed = min(tally.passed, total if verdict == "passed" else max(total - 1, 0))
    return {"verdict": verdict, "passed": passed, "total": total, "detail": state["tampered"] or ""}


def report(job, equality, fd):
    """Runs the job in a process of its own: lines `secret JSON` go to the verdict channel; ends without any exit
    hooks."""
    os_write, leave, getpid, dumps, me = os.write, os._exit, os.getpid, json.dumps, os.getpid()
    flushes = sys.stdout.flush, sys.stderr.flush
    secret = job.pop("secret").encode()

    def write(value):
        data = secret + dumps(value).encode() + b"\n"
        while data:
            data = data[os_write(fd, data) :]

    result = run(job, equality, write)
    if getpid() == me:
        for flush in flushes:
            try:
                flush()
            except (OSError, ValueError):
                pass
        write(result)
    leave(0)
