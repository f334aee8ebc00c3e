"""Runs a submission's unittest or assert tests in this process and returns what passed.

The tests are parsed and counted before the submission's first line runs. What a test's verdict hangs on (unittest, the
built-ins that assertions use, the comparison) is checked after every test against what it was; looking at the harness's
frames, at the garbage collector's lists or at memory from the submission's own code is noticed. A program that
shares a process with its tests can, with enough knowledge of this file, still forge them: docs/sandbox.md says so.
"""

import ast
import builtins
import importlib
import json
import operator
import os
import site
import sys
import types
import unittest

from suite import CLOSED, SOLUTION, TESTS, Broken, closed, parse, run_asserts, run_unittests, show

WATCHED = (
    "AssertionError BaseException Exception __build_class__ abs all any bool bytes callable dict divmod enumerate filter "
    "float frozenset getattr hasattr hash id int isinstance issubclass iter len list map max min next object ord pow range "
    "repr reversed round set setattr sorted str sum super tuple type vars zip"
).split()
SPYING = {
    "sys._getframe",
    "sys._current_frames",
    "sys._current_exceptions",
    "sys.settrace",
    "sys.setprofile",
    "sys.monitoring.register_callback",
    "gc.get_objects",
    "gc.get_referrers",
    "gc.get_referents",
    "ctypes.dlopen",
    "ctypes.dlsym",
    "ctypes.cdata",
    "ctypes.string_at",
    "ctypes.call_function",
    "object.__getattr__",
}
LIBRARIES = tuple(
    folder.rstrip("/") + ext
    for folder in {os.path.dirname(os.__file__), os.path.dirname(operator.__file__), *site.getsitepackages()}
    for ext in ("/", ".zip/")
) + ("<frozen ",)
SOLUTION_MODULE = "solution"
FRAMES = {"tb_frame", "gi_frame", "cr_frame", "ag_frame"}


def rewrite(tree, name):
    """Comparisons of the tests go through equality.compare under this name."""

    class Comparisons(ast.NodeTransformer):
        def visit_Compare(self, node):
            self.generic_visit(node)
            names = ast.Constant(" ".join(type(op).__name__ for op in node.ops))
            call = ast.Call(ast.Name(name, ast.Load()), [names, node.left, *node.comparators], [])
            return ast.copy_location(call, node)

    return ast.fix_missing_locations(Comparisons().visit(tree))


def stub_of(source):
    """The program with its functions doing nothing, and without all else but imports and classes: what no test may accept."""

    class Empty(ast.NodeTransformer):
        def visit_FunctionDef(self, node):
            node.body, node.decorator_list = [ast.Return(ast.Constant(None))], []
            return node

        visit_AsyncFunctionDef = visit_FunctionDef

    tree = Empty().visit(ast.parse(source))
    kept = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    tree.body = [node for node in tree.body if isinstance(node, kept)]
    return ast.fix_missing_locations(tree)


def is_library(filename, libraries):
    return filename.startswith(libraries) or filename == "<frozen importlib._bootstrap>"


def watch_spying(libraries, state, getframe):
    """Notes when the submission's own code, or a library module that it calls directly, looks at frames or memory."""
    inside = []

    def hook(event, arguments):
        if not state["armed"] or inside:
            return
        if event == "open":
            path = arguments[0]
            if isinstance(path, str) and path.startswith("/proc/") and path.endswith(("/mem", "/maps", "/environ")):
                state["tampered"] = "it opened " + path
            return
        if event == "object.__setattr__" and arguments[1] == "__code__":
            if arguments[0].__code__.co_filename not in (SOLUTION, "<string>"):
                state["tampered"] = "it replaced the code of a function that is not its own"
            return
        if event not in SPYING or (event == "object.__getattr__" and arguments[1] not in FRAMES):
            return
        inside.append(event)
        try:
            frame = getframe(1)
            first = frame.f_code.co_filename
            # inspect.currentframe() and ctypes.CDLL() act for their caller.
            if is_library(first, libraries) and os_base(first) in ("inspect.py", "__init__.py", "gc.py"):
                while frame is not None and frame.f_code.co_filename == first:
                    if frame.f_code.co_name == "<module>":
                        return
                    frame = frame.f_back
                if os_base(first) == "__init__.py" and not first.endswith("/ctypes/__init__.py"):
                    return
            if frame is not None and frame.f_code.co_filename in (SOLUTION, "<string>"):
                state["tampered"] = "it used " + event
        finally:
            inside.pop()

    sys.addaudithook(hook)


def os_base(path):
    return path.rpartition("/")[2]


MISSING = object()


def imports_of(source):
    """Modules that tests import, the program's own aside."""
    found = set()
    for part in ast.walk(ast.parse(source)):
        if isinstance(part, ast.Import):
            found |= {alias.name for alias in part.names}
        elif isinstance(part, ast.ImportFrom) and part.module and not part.level:
            found.add(part.module)
    return sorted(name for name in found if name.partition(".")[0] != SOLUTION_MODULE)


def loaded(names):
    """Those of these modules that there are, loaded before the submission runs."""
    modules = []
    for name in names:
        try:
            modules.append(importlib.import_module(name))
        except Exception:
            pass  # the tests will say so
    return modules


def works(value):
    """What a function does, beyond which object it is: its code, defaults and, where assertions hang on them, the variables that it
    closes over."""
    function = value.__func__ if type(value) in (staticmethod, classmethod) else value
    if type(function) is not types.FunctionType:
        return ()
    named = function.__kwdefaults__ or {}
    found = [function.__code__, *(function.__defaults__ or ()), *named.values()]
    if function.__code__.co_filename == "<equality>":
        found += [cell.cell_contents for cell in function.__closure__ or ()]
    return tuple(found)


def altered(now, then):
    return len(now) != len(then) or any(a is not b for a, b in zip(now, then))


class Integrity:
    """Remembers what a verdict hangs on and says what was replaced."""

    def __init__(self, equality, modules):
        watched = [(vars(builtins), WATCHED), (equality, [name for name in equality if not name.startswith("__")])]
        own = [module for name, module in sorted(sys.modules.items()) if name.partition(".")[0] == "unittest"]
        for module in own:
            watched.append((vars(module), [name for name in vars(module) if name != "__warningregistry__"]))
        for module in modules:
            watched.append((vars(module), [name for name, value in vars(module).items() if callable(value)]))
        kinds = {id(kind): kind for module in own for kind in vars(module).values() if isinstance(kind, type) and kind.__module__ == module.__name__}
        for kind in kinds.values():
            watched.append((vars(kind), list(vars(kind))))
        watched.append((sys.modules, ["builtins", "sys", "operator", *(name for name in sys.modules if name.partition(".")[0] == "unittest")]))
        entries = [(names, name, names.get(name, MISSING)) for names, listed in watched for name in listed]
        functions = [(name, value, works(value)) for _, name, value in entries if works(value)]
        sizes = [(vars(kind), set(vars(kind)), kind.__name__) for kind in kinds.values()]

        def replaced():
            for names, name, value in entries:
                if names.get(name, MISSING) is not value:
                    return "it replaced " + name
            for name, value, work in functions:
                if altered(works(value), work):
                    return "it altered " + name
            for names, known, name in sizes:
                if names.keys() != known:
                    return "it added to " + name
            return None

        self.replaced = replaced


def named_classes(tests, names):
    """The classes among these names that the tests mention, and that they do not give to anything of their own."""
    parts = list(ast.walk(ast.parse(tests)))
    own = {part.arg for part in parts if isinstance(part, ast.arg)}
    own |= {part.name for part in parts if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}
    mentioned = {part.id for part in parts if isinstance(part, ast.Name)} - own
    return {value for name, value in names.items() if name in mentioned and isinstance(value, type)}


class Tally:
    def __init__(self, state, integrity):
        self.passed, self.verdict, self.state, self.replaced = 0, None, state, integrity.replaced

    def fail(self, verdict):
        self.verdict = self.verdict or verdict

    def add(self, verdict):
        """One counted check ended: verdict None is a pass, unless something that it hung on was replaced."""
        self.state["tampered"] = self.state["tampered"] or self.replaced()
        if verdict is None:
            self.passed += 1
        else:
            self.fail(verdict)


def run(job, equality, announce):
    """Runs one job {kind, mode, code, tests, setup}; announces the expected count first; returns {verdict, passed, total, detail}."""
    state = {"armed": False, "tampered": None}
    compare_name = "_compare_" + os.urandom(8).hex()
    try:
        tree, counted, classes, expected = parse(job)
        tree = rewrite(tree, compare_name)
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
    equality["remember"]("ANY" in job["tests"] and "unittest.mock" in sys.modules)
    integrity = Integrity(equality, modules)
    tally = Tally(state, integrity)
    watch_spying(LIBRARIES, state, sys._getframe)
    total = expected
    solution = types.ModuleType("solution")
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
        names[compare_name] = equality["compare"]
        if job["kind"] == "asserts":
            run_asserts(tree, counted, names, tally)
        else:
            total = max(expected, run_unittests(tree, classes, names, tally))
        if names.get(compare_name) is not equality["compare"] or names.get(CLOSED) is not closed:
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
    """Runs the job in a process of its own: lines `secret JSON` go to the verdict channel; ends without any exit hooks."""
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
