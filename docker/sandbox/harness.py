"""Runs a submission's unittest or assert tests in this process and returns what passed.

The tests are parsed and counted before the submission's first line runs. What a test's verdict hangs on (unittest, the
built-ins that assertions use, the comparison) is checked after every test against what it was; looking at the harness's
frames, at the garbage collector's lists or at memory from the submission's own code is noticed. A program that
shares a process with its tests can, with enough knowledge of this file, still forge them: docs/sandbox.md says so.
"""

import ast
import builtins
import json
import os
import sys
import traceback
import types
import unittest

SOLUTION = "<solution>"
TESTS = "<tests>"
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
FRAMES = {"tb_frame", "gi_frame", "cr_frame", "ag_frame"}


class Broken(Exception):
    """The tests themselves cannot be used."""


def rewrite(tree, name):
    """Comparisons of the tests go through equality.compare under this name."""

    class Comparisons(ast.NodeTransformer):
        def visit_Compare(self, node):
            self.generic_visit(node)
            names = ast.Constant(" ".join(type(op).__name__ for op in node.ops))
            call = ast.Call(ast.Name(name, ast.Load()), [names, node.left, *node.comparators], [])
            return ast.copy_location(call, node)

    return ast.fix_missing_locations(Comparisons().visit(tree))


def has_assert(node):
    return any(isinstance(part, ast.Assert) for part in ast.walk(node))


def checks(tree):
    """Positions of the top-level statements that count: asserts, blocks that hold some, calls of test functions that do."""
    functions = {
        node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and has_assert(node)
    }
    found = set()
    for place, node in enumerate(tree.body):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        called = {
            part.func.id for part in ast.walk(node) if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
        }
        if has_assert(node) or called & functions:
            found.add(place)
    return found


def test_classes(tree):
    """Test classes in the order they stand, with the methods that each defines; bases may be classes of the same tests."""
    found = {}
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        bases = [base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases]
        if any(base.endswith("TestCase") or base in found for base in bases):
            functions = (ast.FunctionDef, ast.AsyncFunctionDef)
            found[node.name] = [part.name for part in node.body if isinstance(part, functions) and part.name.startswith("test")]
    return found


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


class Integrity:
    """Remembers what a verdict hangs on and says what was replaced."""

    def __init__(self, equality):
        watched = [(vars(builtins), WATCHED), (equality, [name for name in equality if not name.startswith("__")])]
        for kind in (unittest.TestCase, unittest.TestResult, unittest.TestSuite, unittest.suite.BaseTestSuite):
            watched.append((vars(kind), [name for name, value in vars(kind).items() if callable(value)]))
        watched.append((vars(unittest), ["TestCase", "TestResult", "TestSuite", "FunctionTestCase"]))
        watched.append((vars(unittest.case), ["TestCase", "_Outcome", "_AssertRaisesContext", "_AssertRaisesBaseContext"]))
        watched.append((sys.modules, ["builtins", "sys", "unittest", "unittest.case", "operator"]))
        missing = object()
        entries = [(names, name, names.get(name, missing)) for names, listed in watched for name in listed]

        def replaced():
            for names, name, value in entries:
                if names.get(name, missing) is not value:
                    return "it replaced " + name
            return None

        self.replaced = replaced


def show(error):
    """The traceback for the program's author, without the harness's own frames."""
    frames = traceback.extract_tb(error.__traceback__)
    kept = [frame for frame in frames if frame.filename in (SOLUTION, TESTS)]
    lines = traceback.format_list(kept) if kept else []
    text = "".join(["Traceback (most recent call last):\n", *lines, *traceback.format_exception_only(type(error), error)])
    try:
        sys.__stderr__.write(text)
        sys.__stderr__.flush()
    except (OSError, ValueError, UnicodeError):
        pass


def load_tests(job, name):
    """The tests parsed: (tree with comparisons rewritten, checks, classes, expected count). Raises Broken."""
    try:
        tree = ast.parse(job["tests"], TESTS)
    except (SyntaxError, ValueError) as error:
        raise Broken("the tests do not parse: %s" % error) from None
    counted, classes = checks(tree), test_classes(tree)
    expected = len(counted) if job["kind"] == "asserts" else sum(len(methods) for methods in classes.values())
    if expected == 0:
        raise Broken("")
    return rewrite(tree, name), counted, classes, expected


def named_classes(tests, names):
    """The classes among these names that the tests mention."""
    mentioned = {part.id for part in ast.walk(ast.parse(tests)) if isinstance(part, ast.Name)}
    return {value for name, value in names.items() if name in mentioned and isinstance(value, type)}


def failure_of(error):
    if isinstance(error, AssertionError):
        return "wrong_answer"
    return "memory_limit" if isinstance(error, MemoryError) else "runtime_error"


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


def run_asserts(tree, counted, names, tally):
    for place, statement in enumerate(tree.body):
        verdict = None
        try:
            exec(compile(ast.Module([statement], []), TESTS, "exec"), names)
        except BaseException as error:
            verdict = failure_of(error)
            if tally.verdict is None:
                show(error)
        if place in counted:
            tally.add(verdict)
        elif verdict is not None:
            tally.fail(verdict)


def run_unittests(tree, classes, names, tally):
    exec(compile(tree, TESTS, "exec"), names)
    ran = set()

    class Result(unittest.TestResult):
        def startTest(self, test):
            super().startTest(test)
            self.current = None

        def note(self, error):
            if self.current is None:
                self.current = failure_of(error[1])
                if tally.verdict is None:
                    show(error[1])

        def addError(self, test, error):
            self.note(error)
            if not isinstance(test, unittest.TestCase):  # setUpClass or setUpModule
                tally.fail(self.current)
                self.current = None

        def addFailure(self, test, error):
            self.note(error)

        def addSubTest(self, test, subtest, error):
            if error is not None:
                self.note(error)

        def addUnexpectedSuccess(self, test):
            self.current = "wrong_answer"

        def addSkip(self, test, reason):
            method = getattr(type(test), getattr(test, "_testMethodName", ""), None)
            if not (getattr(type(test), "__unittest_skip__", False) or getattr(method, "__unittest_skip__", False)):
                self.current = "wrong_answer"

        def stopTest(self, test):
            super().stopTest(test)
            ran.add(test.id())
            tally.add(self.current)
            self.current = None

    suite, loaded = unittest.TestSuite(), 0
    for name, methods in classes.items():
        kind = names.get(name)
        if not (isinstance(kind, type) and issubclass(kind, unittest.TestCase)):
            raise Broken("the tests' class %s is no TestCase" % name)
        inherited = [method for method in dir(kind) if method.startswith("test") and callable(getattr(kind, method))]
        for method in dict.fromkeys([*methods, *inherited]):
            suite.addTest(kind(method))
            loaded += 1
    result = Result()
    result.current = None
    suite.run(result)
    return loaded


def run(job, equality, announce):
    """Runs one job {kind, mode, code, tests, setup}; announces the expected count first; returns {verdict, passed, total, detail}."""
    state = {"armed": False, "tampered": None}
    compare_name = "_compare_" + os.urandom(8).hex()
    try:
        tree, counted, classes, expected = load_tests(job, compare_name)
    except Broken as problem:
        return {"verdict": "rejected" if str(problem) else "no_tests", "passed": 0, "total": 0, "detail": str(problem)}
    try:
        code = compile(job["code"], SOLUTION, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        show(error)
        return {"verdict": "compile_error", "passed": 0, "total": expected, "detail": ""}
    announce({"total": expected})
    equality["guard"](unittest.TestCase)
    integrity = Integrity(equality)
    tally = Tally(state, integrity)
    watch_spying(equality["LIBRARIES"], state, sys._getframe)
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
        if names.get(compare_name) is not equality["compare"]:
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
