"""Python side of the embedded sandbox: runs a program as __main__, or a test job through the harness. Called from
embedded.mjs."""

import atexit
import builtins
import gc
import io
import json
import os
import random
import sys
import traceback
import types

_kept = set(sys.modules)


def _streams():
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(io.FileIO(0, "r", closefd=False), encoding="utf-8")
    sys.stdout = sys.__stdout__ = io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(1, "w", closefd=False)), encoding="utf-8"
    )
    sys.stderr = sys.__stderr__ = io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(2, "w", closefd=False)),
        encoding="utf-8",
        errors="backslashreplace",
        line_buffering=True,
    )
    return sys.stdin, sys.stdout, sys.stderr


def _fresh(index, names):
    """A main module, a folder and standard streams as a new process has them."""
    for name in [name for name in sys.modules if name not in _kept]:
        del sys.modules[name]
    atexit._clear()
    main = types.ModuleType("__main__")
    main.__dict__.update(names, __builtins__=builtins)
    sys.modules["__main__"] = main
    folder = "/tmp/run%d" % index
    os.makedirs(folder)
    os.chdir(folder)
    sys.argv = ["main.py"]
    sys.setrecursionlimit(1000)
    random.seed()
    return main, _streams()


def _status(error):
    """Exit status of SystemExit, as the interpreter itself has it."""
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xFF
    print(error.code, file=sys.stderr)
    return 1


def _flush(streams):
    for stream in streams[1:]:
        try:
            stream.flush()
        except (OSError, ValueError):
            pass


def run_program(index, code):
    """Runs one case and returns its exit status."""
    main, streams = _fresh(index, {"__file__": "main.py"})
    try:
        compiled = compile(code, "main.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        sys.stderr.write("".join(traceback.format_exception_only(type(error), error)))
        _flush(streams)
        return 1
    try:
        exec(compiled, main.__dict__)
        status = 0
    except SystemExit as error:
        status = _status(error)
    except BaseException as error:
        frames = error.__traceback__.tb_next
        traceback.print_exception(type(error), error, frames, file=streams[2])
        status = 1
    atexit._run_exitfuncs()
    _flush(streams)
    gc.collect()
    return status


def run_tests(job, equality, harness, announce):
    """Runs one test job; returns the harness's result as JSON."""
    _, streams = _fresh(0, {})
    result = harness["run"](json.loads(job), equality, lambda value: announce(json.dumps(value)))
    _flush(streams)
    return json.dumps(result)
