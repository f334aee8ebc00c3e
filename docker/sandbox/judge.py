"""Runs the tests of a submission that it never sees: the tests' names are stand-ins for what is in the runner.

Frames out: u32 length, u8 kind, body. Kinds: t how many tests there are, c a message for the runner (after a u32:
passed so far), r the result. In: u32 length, a message of the runner.
"""

import ast
import json
import os
import struct
import sys
import types

import line
import reading
import separable
import standins
from peer import Frames, Gone
from suite import Broken, parse, run_asserts, run_unittests
from values import known

LIMIT = 28 << 20


class Tally:
    def __init__(self):
        self.passed, self.verdict = 0, None
        # The conversation, once there is one.
        self.judge = None

    def fail(self, verdict):
        self.verdict = self.verdict or verdict

    def add(self, verdict):
        if self.judge is not None and self.judge.unheard is not None:
            # A check within a callback that the program passed over.
            verdict, self.judge.unheard = verdict or "wrong_answer", None
        if verdict is None:
            self.passed += 1
        else:
            self.fail(verdict)


class Module(types.ModuleType):
    """The module `solution` as tests import it."""

    def __init__(self, remote, names, values):
        super().__init__("solution")
        self.__dict__.update(_omni_remote=remote, _omni_names=names, _omni_values=values)

    def __getattr__(self, name):
        here = self.__dict__
        if name == "__all__":
            return here["_omni_all"]
        if name not in here["_omni_names"]:
            raise AttributeError("module 'solution' has no attribute %r" % name)
        return line.request("__getattr__", here["_omni_remote"], name)

    def __setattr__(self, name, value):
        if name.startswith("__"):
            super().__setattr__(name, value)
        else:
            line.request("__setattr__", self.__dict__["_omni_remote"], name, value)
            self.__dict__["_omni_names"].add(name)


def is_module(trees, name, value):
    """Whether the tests take a name for a module of the standard library's, where it is none of the library's
    classes."""
    genuine = isinstance(value, type) and known(value) and value.__name__ == name
    return name in sys.stdlib_module_names and not genuine and reading.as_module(trees, name)


def namespace(values, trees, own):
    """The tests' names: the submission's, where they are not taken from it by way of a module that the standard
    library has."""
    names = {"__name__": "solution_tests", "__builtins__": __builtins__}
    for name, value in values.items():
        names[name] = __import__(name) if name in standins.MODULES - own and is_module(trees, name, value) else value
    return names


class Trial:
    """One job {kind, mode, code, tests, setup}; `tell` sends a frame to the control plane."""

    def __init__(self, job, frames):
        self.job, self.frames, self.tally, self.total = job, frames, Tally(), 0

    def tell(self, kind, body):
        self.frames.send(kind + body)

    def relay(self, data):
        self.tell(b"c", struct.pack(">I", self.tally.passed) + data)

    def result(self, verdict, detail=""):
        return {"verdict": verdict, "passed": self.tally.passed, "total": self.total, "detail": detail}

    def run(self):
        job = self.job
        try:
            tree, counted, classes, self.total = parse(job)
            setup = ast.parse(job.get("setup") or "", "setup.py")
        except Broken as problem:
            return self.result("rejected" if str(problem) else "no_tests", str(problem))
        except SyntaxError as problem:
            return self.result("rejected", "the tests' set-up does not parse: %s" % problem)
        trees = [setup, tree]
        reason = separable.inseparable(trees)
        if reason is not None:
            return self.result("same_process", reason)
        self.tell(b"t", json.dumps({"total": self.total}).encode())
        return self.run_apart(tree, setup, counted, classes, trees)

    def run_apart(self, tree, setup, counted, classes, trees):
        job, tally = self.job, self.tally
        wanted, others = reading.wanted(trees)
        named = reading.classes_named(trees)
        judge = standins.Judge(self.relay, self.frames.receive, named, reading.generators_fed(trees))
        judge.original, tally.judge = (sys.stdout, sys.stderr), judge
        standins.lend_library(trees)
        try:
            lent = [] if job["mode"] == "module" else reading.imports_lent(trees)
            loaded = judge.request("load", job["code"], sorted(wanted), sorted(named), lent)
        except Gone:
            raise
        except BaseException as error:
            self.show(judge)
            verdict = "memory_limit" if isinstance(error, MemoryError) else "runtime_error"
            return self.result("tampered", judge.tampered) if judge.tampered else self.result(verdict)
        if loaded == "compile_error":
            return self.result("compile_error")
        if not (type(loaded) is tuple and len(loaded) == 3 and type(loaded[1]) is dict and type(loaded[2]) is list):
            return self.result("tampered", "it did not load as it must")
        try:
            self.judge_by(tree, setup, counted, classes, self.names(loaded, trees, wanted, others))
            if tally.verdict is None and not judge.tampered:
                judge.doubts.settle()
        except Gone:
            raise
        except BaseException as error:
            if isinstance(error, Broken):
                return self.result("rejected", str(error))
            sys.__stderr__.write("%s: %s\n" % (type(error).__name__, error))
            tally.fail("runtime_error")
        return self.verdict(judge)

    def names(self, loaded, trees, wanted, others):
        remote, told, every = loaded
        # A program that reaches its runner may tell of more: built-ins of its own.
        values = {name: value for name, value in told.items() if name in wanted}
        for name, value in values.items():
            line.JUDGE.note_name(name, value)
        module = sys.modules["solution"] = Module(remote, set(every), values)
        mine = reading.bound(trees)
        public = [name for name in every if not name.startswith("_") and name not in mine]
        builtin = reading.shadowing(trees, others)
        import builtins

        module.__dict__["_omni_all"] = [
            name
            for name in public
            if (not hasattr(builtins, name) or name in builtin) and not is_module(trees, name, values.get(name))
        ]
        if self.job["kind"] == "unittest" and self.job["mode"] == "module":
            return namespace({}, trees, mine)
        return namespace(values, trees, mine)

    def judge_by(self, tree, setup, counted, classes, names):
        exec(compile(setup, "setup.py", "exec", dont_inherit=True), names)
        if self.job["kind"] == "asserts":
            run_asserts(tree, counted, names, self.tally)
        else:
            self.total = max(self.total, run_unittests(tree, classes, names, self.tally))

    def show(self, judge):
        """Where the submission failed, as its own process saw it."""
        sys.__stderr__.write("".join(judge.traces))

    def verdict(self, judge):
        tally = self.tally
        verdict = tally.verdict or ("passed" if tally.passed == self.total > 0 else "runtime_error")
        if verdict == "runtime_error" and judge.large:
            verdict = "output_limit"
        if judge.tampered:
            verdict = "tampered"
        if verdict != "passed":
            self.show(judge)
        return self.result(verdict, judge.tampered or "")


def main(read_fd, write_fd):
    frames = Frames(read_fd, write_fd, LIMIT)
    # What the tests print is nobody's; stderr tells the first failure.
    sys.stdout = sys.stderr = open(os.devnull, "w")
    trial = Trial(json.loads(frames.receive()), frames)
    result = trial.run()
    sys.__stderr__.flush()
    trial.tell(b"r", json.dumps(result).encode())
    os._exit(0)
