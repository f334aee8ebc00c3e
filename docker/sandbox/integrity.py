"""Names that the verdict of tests in the program's process hangs on: remembered before the program's first line,
looked at before each check and after each test. Also notes when the program looks at frames or at memory."""

import ast
import builtins
import itertools
import operator
import os
import site
import sys
import types
import unittest
import warnings

from suite import SOLUTION, TESTS

WATCHED = (
    "AssertionError BaseException Exception __build_class__ abs all any bool bytes callable dict divmod enumerate "
    "filter float frozenset getattr hasattr hash id int isinstance issubclass iter len list map max min next object "
    "ord pow range repr reversed round set setattr sorted str sum super tuple type vars zip"
).split()
SPYING = set(
    "sys._getframe sys._current_frames sys._current_exceptions sys.settrace sys.setprofile "
    "sys.monitoring.register_callback gc.get_objects gc.get_referrers gc.get_referents ctypes.dlsym ctypes.cdata "
    "ctypes.string_at ctypes.call_function object.__getattr__".split()
)
LIBRARIES = tuple(
    folder.rstrip("/") + ext
    for folder in {os.path.dirname(os.__file__), os.path.dirname(operator.__file__), *site.getsitepackages()}
    for ext in ("/", ".zip/")
) + ("<frozen ",)
FRAMES = {"tb_frame", "gi_frame", "cr_frame", "ag_frame"}
# Library files that hand frames or memory on to their caller, and functions that do.
LENDING = tuple("/inspect.py /ctypes/__init__.py /bdb.py /pdb.py /trace.py /profile.py /asyncio/base_tasks.py".split())
LENDING_FUNCTIONS = {("traceback.py", "walk_stack"), ("__init__.py", "currentframe"), ("__init__.py", "<lambda>")}
# What a library's function names that looks at them for itself.
LOOKS = {"inspect", "_getframe", "currentframe", "_current_frames", "_current_exceptions"}
LOOKS |= {"get_objects", "get_referrers", "get_referents"}


def is_library(code):
    return code.co_filename.startswith(LIBRARIES)


def passes_on(code, event):
    """Whether a library's function looks at frames or memory for its caller: it lends what it sees, traces what it is
    given, or does not name the look at all and merely calls what it was handed."""
    if event in ("sys.settrace", "sys.setprofile") or code.co_filename.endswith(LENDING):
        return True
    if (code.co_filename.rpartition("/")[2], code.co_name) in LENDING_FUNCTIONS:
        return True
    return event.startswith(("sys.", "gc.")) and not LOOKS.intersection(code.co_names)


def hooked(frame):
    """Whether a library's function hands what it looks at to one of the program's, put in place of its own."""
    names, found = frame.f_code.co_names, []
    for value in map(frame.f_globals.get, names):
        inside = vars(value) if type(value) is types.ModuleType else {}
        found += [value, *map(inside.get, names)]
    calls = (each if type(each) is types.FunctionType else getattr(type(each), "__call__", None) for each in found)
    return any(type(each) is types.FunctionType and each.__code__.co_filename == SOLUTION for each in calls)


def beyond_program(frame, seen):
    """Whether the frame that was asked for lies behind the program's: in who called it."""
    passed = False
    while frame is not None and frame is not seen:
        passed = passed or frame.f_code.co_filename == SOLUTION
        frame = frame.f_back
    return passed and frame is not None and frame.f_code.co_filename != SOLUTION


def by_program(frame, event, seen=None):
    """Whether there is a look at frames or memory on behalf of the program, and not of a library that is being
    imported. What a thread calls that has no frame but the library's is the program's."""
    if type(seen) is types.FrameType and beyond_program(frame, seen):
        return True
    while frame is not None and is_library(frame.f_code) and passes_on(frame.f_code, event):
        if frame.f_code.co_name == "<module>":
            return False
        frame = frame.f_back
    if frame is None or is_library(frame.f_code):
        return frame is None or hooked(frame)
    return frame.f_code.co_filename not in OURS


def watch_spying(state, getframe, private):
    """Notes when the program looks at frames or memory, and when code is replaced that was there before it: in one of
    the namespaces `private`, in the standard library, or in a package by others than a library."""
    inside, before = [], {id(names): (names, True) for names in (*private, globals())}
    for name, module in list(sys.modules.items()):
        if type(module) is types.ModuleType:
            before[id(vars(module))] = vars(module), name.partition(".")[0] in sys.stdlib_module_names

    def told(event, arguments):
        if event == "open":
            path = arguments[0]
            spied = isinstance(path, str) and path.startswith("/proc/") and path.endswith(("/mem", "/maps", "/environ"))
            return "it opened " + path if spied else None
        if event == "object.__setattr__":
            if arguments[1] != "__code__" or id(arguments[0].__globals__) not in before:
                return None
            fixed = before[id(arguments[0].__globals__)][1] or not is_library(getframe(2).f_code)
            return "it replaced the code of a function that is not its own" if fixed else None
        if event in ("compile", "code.__new__"):
            name, maker = arguments[1], getframe(2)
            named = isinstance(name, str) and name.startswith(LIBRARIES) and not is_library(maker.f_code)
            return "it gave code of its own the name of a library's file" if named else None
        if event not in SPYING or (event == "object.__getattr__" and arguments[1] not in FRAMES):
            return None
        return "it used " + event if by_program(getframe(2), event, *arguments[:1]) else None

    def hook(event, arguments):
        if state["armed"] and not inside:
            inside.append(event)
            try:
                state["tampered"] = told(event, arguments) or state["tampered"]
            finally:
                inside.pop()

    sys.addaudithook(hook)


# Files of the tests and of what runs them.
OURS = (TESTS, "<harness>", "<suite>", "<equality>", "<integrity>", "<embedded>")
MISSING = object()


def works(value):
    """Behaviour of a function, beyond which object it is: its code, defaults and, where assertions hang on them, the
    variables that it closes over."""
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


def texts_of(tree):
    """Last parts of the names that stand as texts in the tests: what they may patch themselves."""
    return {
        part.value.rpartition(".")[2]
        for part in ast.walk(tree)
        if isinstance(part, ast.Constant) and type(part.value) is str
    }


def within(module, name):
    """The module of this name in another, also where it is loaded when it is first asked for."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = getattr(module, name, None)
    except Exception:
        return None
    return value if type(value) is types.ModuleType else None


def in_reach(tests, modules):
    """(names, name) of what tests use of the modules that they import: functions and constants, also of modules within,
    whatever of their classes goes by the name of an attribute in the tests, and what those of the standard library are
    made of. What tests may patch is left out."""
    # Asked by type(): a lazy object makes itself when it is asked for its class.
    tree = ast.parse(tests)
    mentioned = {part.attr for part in ast.walk(tree) if isinstance(part, ast.Attribute)}
    patched = texts_of(tree) | {
        part.attr for part in ast.walk(tree) if isinstance(part, ast.Attribute) and not isinstance(part.ctx, ast.Load)
    }
    modules = [*modules, *filter(None, (within(module, name) for module in modules for name in sorted(mentioned)))]
    for module in modules:
        owners = {owner for kind in vars(module).values() if issubclass(type(kind), type) for owner in kind.__mro__}
        for names in map(vars, owners):
            yield from (
                (names, name) for name in mentioned & names.keys() - patched if hasattr(type(names[name]), "__get__")
            )
        for name, value in vars(module).items():
            constant = type(value) in CONSTANTS and module is not sys.modules.get("time") and not name.startswith("_")
            if (constant or callable(value)) and name not in patched:
                yield vars(module), name
        yield sys.modules, module.__name__
        yield sys.modules, module.__name__.partition(".")[0]
    for names, name in made_of({module.__name__.partition(".")[0] for module in modules}):
        if name not in patched:
            yield names, name
    yield from ((vars(builtins), name) for name in ("open", "__import__") if name not in patched)


def made_of(packages):
    """(names, name) of the functions and methods that packages of the standard library and numpy define, as far as they
    are loaded. Others' are not among them: pandas replaces functions of its own when an option is set."""
    for loaded, module in sorted(sys.modules.items()):
        package = loaded.partition(".")[0]
        known = package == "numpy" or package in sys.stdlib_module_names
        if package not in packages or not known or type(module) is not types.ModuleType:
            continue
        for name, value in vars(module).items():
            if type(value) is types.FunctionType:
                yield vars(module), name
            elif issubclass(type(value), type) and value.__module__ == loaded:
                yield from (
                    (vars(value), method) for method, function in vars(value).items() if isinstance(function, METHODS)
                )


METHODS = (types.FunctionType, staticmethod, classmethod, property)
CONSTANTS = (int, float, complex, str, bytes)
# Checks that are looked at one by one before it becomes one in sixty-four.
MOST_WATCHED = 2000


class Watched:
    """A context manager of unittest's, which is left only when nothing that it hangs on was replaced within."""

    def __init__(self, manager, look):
        self.manager, self.look = manager, look

    def __enter__(self):
        return self.manager.__enter__()

    def __exit__(self, *error):
        self.look()
        return self.manager.__exit__(*error)

    def __getattr__(self, name):
        return getattr(self.manager, name)


def within_program(frame):
    """Whether the program is called further up: it may pass over what fails here."""
    while frame is not None and frame.f_code.co_filename != unittest.case.__file__:
        if frame.f_code.co_filename == SOLUTION:
            return True
        frame = frame.f_back
    return False


class Integrity:
    """Remembers what a verdict hangs on and says what was replaced: all of it after each test, what tests themselves
    never patch before each of their checks, or a program could mend what it has replaced in time."""

    def __init__(self, equality, modules, tests, state):
        if "unittest.mock" in sys.modules:
            # The first call fills globals of the module's, which are remembered filled.
            sys.modules["unittest.mock"].mock_open()
        own = [module for name, module in sorted(sys.modules.items()) if name.partition(".")[0] == "unittest"]
        kinds = {
            id(kind): kind
            for module in own
            for kind in vars(module).values()
            if issubclass(type(kind), type) and kind.__module__ == module.__name__
        }
        near = [vars(unittest.case), *(vars(kind) for kind in kinds.values() if kind.__module__ == "unittest.case")]
        far = [*(vars(module) for module in own), *(vars(kind) for kind in kinds.values())]
        loaded = [
            "builtins",
            "sys",
            "operator",
            *(name for name in sys.modules if name.partition(".")[0] == "unittest"),
        ]
        first = [(vars(builtins), name) for name in WATCHED] + [
            (equality, name) for name in equality if not name.startswith("__")
        ]
        # Tests that catch warnings or change streams have these replaced by the library meanwhile.
        first, rest = (
            [*first, *((names, name) for names in near for name in names)],
            [(sys.modules, name) for name in loaded],
        )
        for names, name in in_reach(tests, modules):
            (rest if names is vars(warnings) or names is vars(sys) else first).append((names, name))
        rest += [(names, name) for names in far for name in names]
        first, rest = (
            [(names, name, names.get(name, MISSING)) for names, name in listed if name != "__warningregistry__"]
            for listed in (first, rest)
        )
        functions = [(name, value, works(value)) for _, name, value in (*first, *rest) if works(value)]
        sizes = [(vars(kind), set(vars(kind)), kind.__name__) for kind in kinds.values()]

        def other(entries):
            for names, name, value in entries:
                if names.get(name, MISSING) is not value:
                    return "it replaced " + name
            return None

        def replaced():
            if told := other(first) or other(rest):
                return told
            for name, value, work in functions:
                if altered(works(value), work):
                    return "it altered " + name
            for names, known, name in sizes:
                if names.keys() != known:
                    return "it added to " + name
            return None

        looks = itertools.count()

        def look():
            count = next(looks)
            if state["tampered"] is None and (count < MOST_WATCHED or not count % 64):
                state["tampered"] = other(first)
            return True

        def own_check(test, name):
            """Whether a check of a test's is unittest's or the tests' own."""
            for names in (vars(test), *map(vars, type(test).__mro__)):
                if name in names:
                    value = names[name]
                    return type(value) is types.FunctionType and value.__code__.co_filename not in (
                        SOLUTION,
                        "<string>",
                    )
            return True

        def asserting(test, name):
            look()

            def assertion(*args, **named):
                look()
                if isinstance(test, unittest.TestCase) and not own_check(test, name):
                    state["tampered"] = state["tampered"] or "it replaced " + name
                try:
                    result = getattr(test, name)(*args, **named)
                except AssertionError:
                    state["unheard"] = state["unheard"] or within_program(sys._getframe(1))
                    raise
                return Watched(result, look) if hasattr(type(result), "__exit__") else result

            return assertion

        def comparing(names):
            look()

            def compared(*values):
                look()
                return equality["compare"](names, *values)

            return compared

        self.replaced, self.asserting, self.comparing, self.look = replaced, asserting, comparing, look
