"""The submission's half: holds the program and nothing of its tests, does what it is asked and says what came of it."""

import io
import os
import sys
import traceback
import types

import packages
from codec import Codec
from peer import OPERATIONS, Frames, Gone, Peer, dunders_of, run_apart
from values import PACKAGES, SCALARS, TooLarge, base_copy, base_of, known

FIRST_BATCH_S = 0.002
LIMIT = 28 << 20
MOST_WARNINGS = 100


class Tee(io.TextIOWrapper):
    """A standard stream that keeps a copy of what is written while the tests look at it."""

    kept = None

    def write(self, text):
        count = super().write(text)
        if self.kept is not None:
            self.kept.append(text)
        return count


class Remote:
    """Stands for an object of the tests."""

    def __init__(self, number):
        object.__setattr__(self, "_omni", number)

    def __getattr__(self, name):
        return PEER.request("__getattr__", self, name)

    def __setattr__(self, name, value):
        PEER.request("__setattr__", self, name, value)


def forward(name):
    return lambda self, /, *args, **named: PEER.request(name, self, *args, **named)


def with_parameters(ask, plain, positional, keyword, star, double, waits, defaults, named):
    """A function of these parameters that asks `ask`."""
    first = len(plain) - len(defaults)
    parts = [name + ("=defaults[%d]" % (place - first) if place >= first else "") for place, name in enumerate(plain)]
    parts[positional:positional] = ["/"] if positional else []
    parts += ["*" + star] if star else ["*"] if keyword else []
    parts += [name + ("=named[%r]" % name if name in named else "") for name in keyword] + (
        ["**" + double] if double else []
    )
    given = [
        *plain,
        *(["*" + star] if star else []),
        *("%s=%s" % (name, name) for name in keyword),
        *(["**" + double] if double else []),
    ]
    head, asking = ("async def", "await _ask") if waits else ("def", "_ask")
    within = {"_ask": ask, "defaults": defaults, "named": named}
    exec("%s function(%s): return %s(%s)" % (head, ", ".join(parts), asking, ", ".join(given)), within)
    return within["function"]


class Runner(Peer):
    def __init__(self, frames):
        super().__init__(frames.send, frames.receive)
        self.codec = Codec(1, self.export, self.adopt)
        self.exports, self.numbers, self.described = {}, {}, set()
        self.adopted, self.foreign, self.classes = {}, {}, {}
        self.named = frozenset()
        self.active = self.last_number = 0
        self.streams, self.warned = (), []
        self.module = types.ModuleType("solution")
        self.module.__file__ = os.path.abspath("solution.py")

    # What the submission's objects look like from outside

    def number(self, value):
        number = self.numbers.get(id(value))
        if number is None:
            self.last_number += 1
            number = self.numbers[id(value)] = self.last_number
            self.exports[number] = value
        return number

    def export(self, value, message):
        foreign = self.foreign.get(id(value))
        if foreign is not None:
            return ["o", [], foreign]
        kind = type(value)
        told = packages.parts(value)
        if told is not None:
            return ["l", [self.codec.pack(told, message)]]
        if isinstance(value, BaseException):
            return self.error_node(value, message)
        if isinstance(value, type):
            return self.class_node(value, message)
        if issubclass(kind, tuple) and isinstance(getattr(kind, "_fields", None), tuple):
            refs = [self.codec.pack(kind, message), *self.codec.pack_all(list(tuple.__iter__(value)), message)]
            return ["n", refs, kind.__name__, list(kind._fields)]
        based = base_of(kind) is not None
        if based and not any(owner.__name__ in self.named and owner.__module__ != "builtins" for owner in kind.__mro__):
            return self.plain_node(base_copy(value), message)
        if isinstance(value, types.ModuleType):
            return ["m", [], value.__name__, self.number(value)]
        return ["h", [self.kind_of(kind, message)], self.number(value), self.nature(value, based)]

    def kind_of(self, kind, message):
        """The class of a handle, told with what it can do, also where the other side has one of that name."""
        if known(kind) is None or known(kind)[0] not in PACKAGES:
            return self.codec.pack(kind, message)
        message.nodes.append(self.class_node(kind, message))
        return [len(message.nodes) - 1]

    def plain_node(self, plain, message):
        message.alive.append(plain)
        if type(plain) in SCALARS:
            return ["=", [self.codec.pack(plain, message)]]
        return self.codec.node(plain, message)

    def nature(self, value, based):
        return "coroutine" if isinstance(value, types.CoroutineType) else "based" if based else "object"

    def class_node(self, value, message):
        number = self.number(value)
        if number in self.described:
            return ["p", [], number]
        self.described.add(number)
        bases = [self.codec.pack(base, message) for base in value.__bases__ if base is not object]
        base = base_of(value)
        data = base.__name__ if base is not None and base is not tuple else ""
        return ["h", bases, number, "class", str(value.__name__), str(value.__module__), dunders_of(value), data]

    def error_node(self, error, message):
        plain = [part for pair in vars(error).items() if type(pair[1]) in (int, str, float, bool) for part in pair]
        args = (error.message, error.exceptions) if isinstance(error, BaseExceptionGroup) else tuple(error.args)
        if isinstance(error, OSError) and error.filename is not None and len(args) == 2:
            args = (*args, error.filename)
        parts = [type(error), args, error.__cause__, tuple(plain), error.__context__]
        try:
            text = str(error)
        except Exception as problem:
            text = "<%s in str()>" % type(problem).__name__
        return ["e", self.codec.pack_all(parts, message), text, self.number(error)]

    def describe(self, error):
        """The exception for the other side, which needs no traceback: that goes to the program's stderr."""
        return {"memory": isinstance(error, MemoryError), "large": isinstance(error, TooLarge)}, [error]

    # What the tests' objects look like from inside

    def adopt(self, node, refs):
        tag = node[0]
        if tag == "o":
            return self.exports[node[2]]
        if tag == "l":
            return packages.made(refs[0])
        if tag == "G":
            return getattr(__import__(node[2]), node[3])
        if tag == "n":
            return refs[0]._make(refs[1:])
        if tag == "e":
            return self.adopt_error(node, refs)
        number, nature = node[2], node[3]
        if number in self.adopted:
            return self.adopted[number]
        if nature == "class" and node[5]:
            made = type(
                node[4],
                tuple(refs) or (Exception,),
                {"__str__": lambda self: vars(self).get("_omni_text") or super(made, self).__str__()},
            )
        elif nature in ("function", "class"):
            made = self.function(node, refs)
        elif nature == "coroutine":
            made = self.coroutine()
        else:
            made = self.remote_class(tuple(node[4]))(number)
        self.adopted[number] = made
        self.foreign[id(made)] = number
        return made

    def adopt_error(self, node, refs):
        kind, args = refs
        try:
            error = kind(*args)
        except Exception:
            error = kind.__new__(kind, *args)
        if str(error) != node[2]:
            error._omni_text = node[2]
        self.foreign[id(error)] = node[3]
        self.adopted[node[3]] = error
        return error

    def coroutine(self):
        async def coroutine():
            return self.request("await", made)

        made = coroutine()
        return made

    def function(self, node, refs):
        """What calls a function of the tests', with its parameters where it told of them."""

        def function(*args, **named):
            return PEER.request("__call__", made, *args, **named)

        made = function
        if len(node) > 5 and node[3] == "function":
            defaults, names, values, hinted, hints = refs
            made = with_parameters(function, *node[6:], defaults, dict(zip(names, values)))
            made.__doc__, made.__annotations__ = node[5], dict(zip(hinted, hints))
        made.__name__ = made.__qualname__ = node[4]
        return made

    def remote_class(self, dunders):
        if dunders not in self.classes:
            names = {name: forward(name) for name in dunders if name not in ("__getattr__", "__setattr__")}
            self.classes[dunders] = type("Remote", (Remote,), names)
        return self.classes[dunders]

    def revive(self, info, values):
        return values[0]

    # Doing

    def request(self, name, /, *args, **named):
        with self.lock:
            if self.active == 0:
                raise RuntimeError("a callback of the tests was used after the call that it was given to")
            return super().request(name, *args, **named)

    def perform(self, name, args, named):
        try:
            if name == "load":
                return self.load(*args)
            if name == "names":
                return [key for key in vars(self.module) if not key.startswith("__")]
            if name == "base":
                return base_copy(args[0])
            if name == "of tuple":
                return self.of_tuple(*args)
            if name == "library":
                return getattr(__import__(args[0], fromlist=[args[1]]), args[1])(*args[2:], **named)
            if name == "__next__":
                return self.batch(*args)
            if name == "await":
                return self.run_coroutine(args[0])
            return OPERATIONS[name](*args, **named)
        except Gone:
            raise
        except BaseException as error:
            self.show(error)
            raise

    def understand(self, data):
        self.active += 1  # a key of the tests' own is asked for its hash
        try:
            return super().understand(data)
        finally:
            self.active -= 1

    def answer(self, head, values):
        self.active += 1
        super().answer(head, values)

    def closing(self):
        self.active -= 1
        self.flush()

    def batch(self, iterator, count):
        """The next few items, and how it ended: more to come, exhausted, or with an exception."""
        from time import monotonic

        items, began = [], monotonic()
        try:
            while len(items) < count:
                items.append(next(iterator))
                if monotonic() - began > FIRST_BATCH_S:
                    break
        except StopIteration as end:
            return items, "end", end.value
        except BaseException as error:
            if not items:
                raise
            return items, "error", error
        return items, "more", None

    def of_tuple(self, kind, values, name, *args):
        return OPERATIONS[name](kind._make(values), *args)

    def run_coroutine(self, coroutine):
        async def wait():
            return await coroutine

        return run_apart(wait())

    def load(self, code, wanted, named, lent):
        self.named = frozenset(named)
        try:
            compiled = compile(code, "solution.py", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            sys.stderr.write("".join(traceback.format_exception_only(type(error), error)))
            return "compile_error"
        sys.modules["solution"] = self.module
        exec(compiled, vars(self.module))
        here = vars(self.module)
        told = {name: here[name] for name in wanted if name in here}
        every = sorted(key for key in here if type(key) is str)
        for name, module, part in lent:
            try:
                made = __import__(module, fromlist=[part]) if part or module == name else sys.modules[module]
                here.setdefault(name, getattr(made, part) if part else made)
            except Exception:
                pass  # the tests will say so
        return self.module, told, every

    def show(self, error):
        """The traceback of an exception that leaves the submission's code, without our own frames."""
        frames = [
            frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<omni")
        ]
        lines = ["Traceback (most recent call last):\n", *traceback.format_list(frames)] if frames else []
        self.last_error = "".join([*lines, *traceback.format_exception_only(type(error), error)])[-4000:]

    # What rides along

    last_error = ""

    def flush(self):
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError, AttributeError):
                pass

    def luggage(self):
        told = {}
        for name, stream in zip(("out", "err"), self.streams, strict=True):
            if stream.kept:
                told[name] = "".join(stream.kept)
                stream.kept.clear()
        if self.warned:
            told["warned"] = [[kind, text] for kind, text in self.warned]
            self.warned.clear()
        if self.last_error:
            told["trace"] = self.last_error
            self.last_error = ""
        return told

    def unpack(self, head):
        for number in head.get("free", ()):
            value = self.exports.pop(number, None)
            if value is not None:
                self.numbers.pop(id(value), None)
        for number in head.get("drop", ()):
            self.codec.drop(number)
        for stream in self.streams:
            stream.kept = (
                [] if head.get("watch") and stream.kept is None else stream.kept if head.get("watch") else None
            )


def watch_warnings(warned):
    import warnings

    def note(message, category, *rest, **named):
        if len(warned) < MOST_WARNINGS:
            warned.append((category.__name__, str(message)[:1000]))

    warnings.simplefilter("always")
    warnings.showwarning = note


PEER = None


def main(read_fd, write_fd):
    global PEER
    runner = PEER = Runner(Frames(read_fd, write_fd, LIMIT))
    out = Tee(sys.stdout.detach(), encoding="utf-8", errors="backslashreplace", write_through=False)
    err = Tee(sys.stderr.detach(), encoding="utf-8", errors="backslashreplace", line_buffering=True)
    sys.stdout = sys.__stdout__ = out
    sys.stderr = sys.__stderr__ = err
    runner.streams = (out, err)
    watch_warnings(runner.warned)
    try:
        while True:
            head, values = runner.understand(runner.receive())
            runner.unpack(head)
            runner.answer(head, values)
    except Gone:
        os._exit(0)
