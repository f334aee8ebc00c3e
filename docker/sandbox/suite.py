"""The tests of a submission: read and counted, then run. Used by the judge and by the harness that shares the
submission's process."""

import ast
import builtins
import sys
import traceback
import types
import unittest

# unittest passes over it in silence, whoever raises it; we never stop at the first failure, which it is for.
unittest.case._ShouldStop = ()

SOLUTION = "solution.py"
TESTS = "tests.py"
# Characters of a traceback: whole values of the program's stand in its last line.
MOST_SHOWN = 20_000


class Broken(Exception):
    """The tests themselves cannot be used."""


def has_assert(node):
    return any(isinstance(part, ast.Assert) for part in ast.walk(node))


def checks(tree):
    """Positions of the top-level statements that count: asserts, blocks that hold some, calls of test functions that
    do."""
    functions = {
        node.name
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and has_assert(node)
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
    """Test classes in the order they stand, with the methods that each defines; bases may be classes of the same tests,
    and those that are no test cases themselves lend theirs."""
    found, lent = {}, {}
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        bases = [base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases]
        functions = (ast.FunctionDef, ast.AsyncFunctionDef)
        methods = [part.name for part in node.body if isinstance(part, functions) and part.name.startswith("test")]
        methods += [name for base in bases for name in lent.get(base, ())]
        if any(base.endswith("TestCase") or base in found for base in bases):
            found[node.name] = list(dict.fromkeys(methods))
        else:
            lent[node.name] = methods
    return found


# What calls a function for each item takes its StopIteration for the end of the items: which argument the function is.
ENDED_BY_ERROR = {
    **dict.fromkeys(("map", "filter", "starmap", "takewhile", "dropwhile", "filterfalse"), 0),
    "accumulate": 1,
    "groupby": 1,
}
# What makes a task of a coroutine; one that ends as cancelled is passed over by a TaskGroup.
TASKS = {"create_task", "ensure_future", "run_coroutine_threadsafe"}
CLOSED, UNENDED, NARROWED, FAILING = "_omni_closed", "_omni_unended", "_omni_narrowed", "_omni_failing"
BUILT_IN = {id(value) for value in vars(builtins).values()}


def closed(function):
    """The function, whose StopIteration ends nothing but the test."""
    if not callable(function) or id(function) in BUILT_IN:
        return function

    def called(*args, **named):
        try:
            return function(*args, **named)
        except StopIteration as end:
            raise RuntimeError("a function raised StopIteration") from end

    return called


def unended(coroutine):
    """The coroutine, which is cancelled by nobody but those who have its task."""
    if not isinstance(coroutine, types.CoroutineType):
        return coroutine

    async def run():
        import asyncio

        try:
            return await coroutine
        except asyncio.CancelledError as error:
            # Python 3.10 does not tell.
            if getattr(asyncio.current_task(), "cancelling", lambda: True)():
                raise
            raise RuntimeError("a coroutine says that it was cancelled") from error

    return run()


def raised_in(error):
    """The file whose code raised an exception."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace and trace.tb_frame.f_code.co_filename


def failing():
    """Whether the exception that is being handled says that a check of the tests failed."""
    error = sys.exc_info()[1]
    return isinstance(error, AssertionError) and raised_in(error) in (TESTS, unittest.case.__file__)


def narrowed(kinds):
    """The classes of exceptions that a handler of the tests' takes by a name of the program's: not what says that a
    check failed."""
    if not failing():
        return kinds
    flat, left = [], [kinds]
    while left:
        kind = left.pop()
        left.extend(kind) if isinstance(kind, tuple) else flat.append(kind)
    return tuple(kind for kind in flat if not (isinstance(kind, type) and kind in AssertionError.__mro__))


GUARDS = {CLOSED: closed, UNENDED: unended, NARROWED: narrowed, FAILING: failing}


def root_of(node):
    """The name that an expression starts from."""
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return getattr(node, "id", "")


def library(part):
    """Names that an import binds to what is not the submission's."""
    if isinstance(part, (ast.Import, ast.ImportFrom)) and getattr(part, "module", "") != "solution":
        return {(alias.asname or alias.name).partition(".")[0] for alias in part.names if alias.name != "solution"}
    return set()


def guarded(node, guard):
    return ast.copy_location(ast.Call(ast.Name(guard, ast.Load()), [node], []), node)


def written(source, node):
    """Statements of ours, where a node stands."""
    statements = ast.parse(source).body
    for statement in statements:
        for part in ast.walk(statement):
            ast.copy_location(part, node)
    return statements


class Unskippable(ast.NodeTransformer):
    """Tests whose checks cannot be passed over: not by a StopIteration within map(), not by a task that ends as
    cancelled, not by a context manager of the program's that swallows what its block raises, nor by an error of the
    program's that is AssertionError itself."""

    def __init__(self, tree):
        self.count, self.own = 0, {"open", "suppress", "redirect_stdout", "redirect_stderr"}
        # Names that the tests give to what is not plainly the program's.
        self.made = {"self"}
        self.checking = {
            part.name
            for part in ast.walk(tree)
            if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)) and has_assert(part)
        }
        for part in ast.walk(tree):
            if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.own.add(part.name)
            elif isinstance(part, (ast.Import, ast.ImportFrom)):
                self.own |= library(part)
            elif isinstance(part, ast.Assign) and root_of(part.value) != "solution":
                self.made |= {
                    name.id for target in part.targets for name in ast.walk(target) if isinstance(name, ast.Name)
                }

    def visit_Call(self, node):
        self.generic_visit(node)
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if any(isinstance(part, ast.Starred) for part in node.args):
            return node
        place = ENDED_BY_ERROR.get(name, 0 if name == "iter" and len(node.args) == 2 else None)
        if place is not None:
            self.guard(node, place, CLOSED, ("func", "key"))
        elif name in TASKS:
            self.guard(node, 0, UNENDED, ("coro",))
        return node

    def guard(self, call, place, guard, keywords):
        """Has an argument of a call go through one of GUARDS."""
        if place < len(call.args):
            call.args[place] = guarded(call.args[place], guard)
        for each in call.keywords:
            if each.arg in keywords:
                each.value = guarded(each.value, guard)

    def visit_ExceptHandler(self, node):
        self.generic_visit(node)
        if node.type and self.names_the_program(node.type):
            node.type = guarded(node.type, NARROWED)
        return node

    def names_the_program(self, kinds):
        """Whether an exception, or one of several, may be named by the program."""
        each = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
        roots = [root_of(kind) for kind in each if not isinstance(kind, ast.Constant)]
        return any(not hasattr(builtins, root) and root not in self.own | self.made for root in roots)

    def is_check(self, part):
        """An assertion, but for those that say that this place is not to be reached."""
        if isinstance(part, ast.Assert):
            return not isinstance(part.test, ast.Constant)
        name = getattr(part.func, "attr", getattr(part.func, "id", "")) if isinstance(part, ast.Call) else ""
        return name.startswith("assert") or name in self.checking

    def is_own(self, manager):
        asserts = (
            isinstance(manager, ast.Call)
            and isinstance(manager.func, ast.Attribute)
            and manager.func.attr.startswith(("assert", "subTest"))
        )
        return asserts or isinstance(manager, ast.Call) and root_of(manager) in self.own

    def visit_With(self, node):
        checked = [place for place, each in enumerate(node.body) if any(map(self.is_check, ast.walk(each)))]
        self.generic_visit(node)
        managers = [item.context_expr for item in node.items]
        self.count += 1
        name = "_omni_block_%d" % self.count
        if not all(map(self.is_own, managers)):
            if not checked:
                return node
            # It must have come behind its last check.
            node.body[checked[-1] + 1 : checked[-1] + 1] = written("%s = True" % name, node)
            return self.followed(node, name, False)
        if any(self.names_the_program(each) for manager in managers for each in self.swallowed(manager)):
            # It must not have failed a check, though what the program names may be AssertionError or Exception.
            [watched] = written("try:\n    pass\nexcept:\n    %s = not %s()\n    raise" % (name, FAILING), node)
            watched.body, node.body = node.body, [watched]
            return self.followed(node, name, True)
        return node

    def swallowed(self, manager):
        """What a manager of the tests' own is told to let pass; subTest keeps what it does not let pass."""
        keeps = getattr(manager.func, "attr", "") == "subTest"
        return [] if keeps else [*manager.args, *(each.value for each in manager.keywords)]

    def followed(self, node, name, first):
        """The block, and behind it an error unless the name is true then; first it is this."""
        before = written("%s = %s" % (name, first), node)
        behind = written(
            "if not %s:\n    raise AssertionError('a context manager swallowed what the tests check')" % name, node
        )
        [whole] = written("if True:\n    pass", node)
        whole.body = [*before, node, *behind]
        return whole

    visit_AsyncWith = visit_With


def parse(job):
    """(tree, checks, classes, expected count) of a job's tests. Raises Broken; with an empty text where there are
    none."""
    try:
        tree = ast.parse(job["tests"], TESTS)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Broken("the tests do not parse: %s" % error) from None
    counted, classes = checks(tree), test_classes(tree)
    expected = len(counted) if job["kind"] == "asserts" else sum(len(methods) for methods in classes.values())
    if expected == 0:
        raise Broken("")
    tree = ast.fix_missing_locations(Unskippable(tree).visit(tree))
    return tree, counted, classes, expected


def show(error):
    """The traceback for the program's author, without the harness's own frames."""
    frames = traceback.extract_tb(error.__traceback__)
    kept = [frame for frame in frames if frame.filename in (SOLUTION, TESTS)]
    lines = traceback.format_list(kept) if kept else []
    text = "".join(
        ["Traceback (most recent call last):\n", *lines, *traceback.format_exception_only(type(error), error)]
    )
    if len(text) > MOST_SHOWN:
        text = "%s\n[...]\n%s" % (text[: MOST_SHOWN // 2], text[-MOST_SHOWN // 2 :])
    try:
        sys.__stderr__.write(text)
        sys.__stderr__.flush()
    except (OSError, ValueError, UnicodeError):
        pass


def failure_of(error):
    if isinstance(error, AssertionError):
        return "wrong_answer"
    return "memory_limit" if isinstance(error, MemoryError) else "runtime_error"


def run_asserts(tree, counted, names, tally):
    names.update(GUARDS)
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
    names.update(GUARDS)
    exec(compile(tree, TESTS, "exec"), names)

    class Result(unittest.TestResult):
        current, passed_over = None, 0

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
            if getattr(type(test), "__unittest_skip__", False) or getattr(method, "__unittest_skip__", False):
                self.passed_over += 1
            else:
                self.current = "wrong_answer"

        def stopTest(self, test):
            super().stopTest(test)
            # It may have been replaced by one that ran before.
            if defined(type(test), test._testMethodName) is not loaded[test.id()]:
                tally.fail("tampered")
            tally.add(self.current)
            self.current = None

    suite, loaded = unittest.TestSuite(), {}
    for name, methods in classes.items():
        kind = names.get(name)
        if not (isinstance(kind, type) and issubclass(kind, unittest.TestCase)):
            raise Broken("the tests' class %s is no TestCase" % name)
        inherited = [method for method in dir(kind) if method.startswith("test") and callable(getattr(kind, method))]
        for method in dict.fromkeys([*methods, *inherited]):
            test = kind(method)
            suite.addTest(test)
            loaded[test.id()] = defined(kind, method)
    result = Result()
    make_known(names)
    suite.run(result)
    if result.passed_over == len(loaded):
        raise Broken("every test is skipped")
    return len(loaded)


def defined(kind, name):
    """What a class has under this name, as it stands."""
    return next((vars(owner)[name] for owner in kind.__mro__ if name in vars(owner)), None)


def make_known(names):
    """setUpModule and tearDownModule are looked for in the module that a test class says it is from."""
    if names["__name__"] not in sys.modules:
        module = sys.modules[names["__name__"]] = types.ModuleType(names["__name__"])
        vars(module).update(names)
