"""The tests' half of the conversation: what comes of the submission's objects here, and what it may do with the tests'
own.

Plain data that comes back is plain data; anything else is a handle (handles.py), which never equals plain data, and
whose operators (operators.py) are asked only for classes that the tests name.
"""

import builtins
import functools
import inspect
import io
import sys
import types
import unittest
import warnings
import weakref

import line
import packages
from codec import Codec
from doubts import Doubts
from handles import OWN, Handle, Meta, RemoteError, is_handle, make_handle, number_of
from operators import SPECIAL, namedtuple_class, operator_of
from peer import OPEN, OPERATIONS, Peer, dunders_of, run_apart
from reading import imports_of
from suite import raised_in
from values import BASES, Malformed, base_copy

MODULES = set(
    "math cmath collections itertools functools operator string re datetime decimal fractions statistics "
    "heapq bisect copy json "
    "random time typing enum dataclasses sys os numpy pandas".split()
)
FREE_AT = 64
# Operators that answer with a truth, which may be one of numpy's.
TRUTHS = set("__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __contains__ __bool__".split())
# Functions that look into objects: those of the submission's are looked into where they are.
LOOKING = {
    "dataclasses": "asdict astuple fields replace".split(),
    "inspect": (
        "signature getsource getdoc isgeneratorfunction iscoroutinefunction isasyncgenfunction isabstract getmembers"
    ).split(),
    "typing": ["get_type_hints"],
    "asyncio": ["iscoroutinefunction"],
}


def lend_library(trees):
    """Sends those functions that tests may use to the submission's process when they are called with its objects."""
    for module, names in LOOKING.items():
        if module in imports_of(trees):
            here = __import__(module)
            for name in names:
                setattr(here, name, lent(module, name, getattr(here, name)))


def lent(module, name, own):
    @functools.wraps(own)
    def function(*args, **named):
        if args and is_handle(args[0]):
            return line.request("library", module, name, *args, **named)
        return own(*args, **named)

    return function


class Judge(Peer):
    """The tests' half of the conversation."""

    def __init__(self, send, receive, named, fed=frozenset()):
        super().__init__(send, receive)
        line.JUDGE = self
        self.codec = Codec(2, self.export, self.adopt)
        self.named, self.asked = named, 0
        # Functions whose generators must not run ahead of what they are sent, the names of handles, and such
        # generators.
        self.fed, self.names, self.single = fed, {}, set()
        self.classes, self.handles, self.errors, self.tuples = {}, weakref.WeakValueDictionary(), {}, {}
        self.exports, self.numbers = {}, {}
        self.freed, self.dropped = [], []
        self.tampered, self.large, self.traces = None, False, []
        self.original, self.doubts = None, Doubts()
        # A failed check of unittest's that the program was told of and that has not come back from it.
        self.unheard = None

    def request(self, name, /, *args, **named):
        if self.tampered:
            raise SystemError(self.tampered)
        self.asked += 1
        if name == "__call__":
            self.dropped += self.codec.forget_old()
        try:
            answer = super().request(name, *args, **named)
        except AssertionError as error:
            self.unheard = None if error is self.unheard else self.unheard
            raise
        if name in TRUTHS and type(answer).__module__ == "numpy" and not is_handle(answer) and answer.ndim == 0:
            answer = bool(answer)
        if name == "__call__" and isinstance(args[0], Meta):
            self.doubts.note_made(args[0], answer, args[1:], named)
        if self.fed and name == "__getattr__":
            self.note_name(args[1], answer)
        elif self.fed and name == "__call__" and self.names.get(number_of(args[0])) in self.fed:
            self.single.add(number_of(answer))
        return answer

    def note_name(self, name, value):
        self.names[number_of(value)] = name

    def runs_ahead(self, handle):
        """Whether items of an iterator may be taken from it before the tests ask for them."""
        return None not in self.fed and handle._omni_number not in self.single

    def tamper(self, reason):
        self.tampered = reason
        raise SystemError(reason)

    def understand(self, data):
        try:
            head, values = self.codec.loads(data)
            if (
                type(head) is not dict
                or "q" in head
                and (type(head["q"]) is not str or type(head["k"]) is not list or not values)
            ):
                raise Malformed("no head")
            if "q" not in head and len(values) != 1:
                raise Malformed("not one answer")
            return head, values
        except Malformed as error:
            self.tamper("it sent what is no message: %s" % error)

    def revive(self, info, values):
        if isinstance(info, dict) and info.get("large") is True:
            self.large = True
        (error,) = values
        if isinstance(error, BaseException):
            return error
        self.tampered = "it raised what is no exception"
        return SystemError(self.tampered)

    def describe(self, error):
        return {}, [error]

    def luggage(self):
        told = {}
        if len(self.freed) > FREE_AT:
            told["free"], self.freed = self.freed, []
        if self.dropped:
            told["drop"], self.dropped = self.dropped, []
        if self.original and (sys.stdout, sys.stderr) != self.original:
            told["watch"] = 1
        return told

    def unpack(self, head):
        if self.original:
            for name, stream, original in zip(("out", "err"), (sys.stdout, sys.stderr), self.original):
                if stream is not original and type(head.get(name)) is str:
                    stream.write(head[name])
        for told in head.get("warned", ()) if type(head.get("warned")) is list else ():
            category, text = told
            kind = getattr(builtins, category, None) if type(category) is str else None
            if not (isinstance(kind, type) and issubclass(kind, Warning)):
                kind = next(
                    (each for each in self.classes.values() if each.__name__ == category and issubclass(each, Warning)),
                    UserWarning,
                )
            warnings.warn(str(text), kind, stacklevel=4)
        if type(head.get("trace")) is str:
            self.traces = [head["trace"][:4000]]

    # The submission's objects

    def adopt(self, node, refs):
        tag = node[0]
        if tag == "=":
            return refs[0]
        if tag == "l":
            return packages.made(refs[0])
        if tag == "o":
            return self.exports[node[2]]
        if tag == "p":
            return self.classes[node[2]]
        if tag == "m":
            return __import__(node[2]) if node[2] in MODULES else self.handle(node[3], PLAIN, "object")
        if tag == "n":
            return self.namedtuple(refs[0], refs[1:], node)
        if tag == "e":
            return self.error(node, refs)
        if tag != "h":
            raise Malformed("an unknown node")
        number, nature = node[2], node[3]
        if nature == "class":
            return self.remote_class(number, refs, node)
        if nature == "coroutine":
            return self.coroutine(self.handle(number, PLAIN, "object"))
        (kind,) = refs
        if not (isinstance(kind, Meta) and issubclass(kind, Handle)):
            kind = ITERATOR if kind in ITERATORS else PLAIN
        return self.handle(number, kind, nature)

    def handle(self, number, kind, nature):
        if type(number) is not int:
            raise Malformed("a handle without a number")
        found = self.handles.get(number)
        if found is not None:
            return found
        made = self.handles[number] = make_handle(kind, number, nature)
        if number in self.freed:
            self.freed.remove(number)
        return made

    def is_named(self, name, bases):
        return name in self.named or any(getattr(base, "_omni_named", False) for base in bases)

    def remote_class(self, number, bases, node):
        name, module, dunders, data = node[4:8]
        if type(name) is not str or number in self.classes:
            raise Malformed("a class told twice")
        named = self.is_named(name, bases)
        errors = tuple(base for base in bases if isinstance(base, type) and issubclass(base, BaseException))
        names = {"__module__": str(module), "_omni_named": named, "_omni_dunders": dunders}
        if errors:
            made = self.error_class(number, name, errors, names)
        else:
            allowed = {key for key in dunders if key in OPEN or named} & {*OPERATIONS, *SPECIAL} - OWN
            names.update({key: operator_of(key) for key in allowed})
            passing = PASSING.get(name) if module == "builtins" else None
            for base in BASES:
                if base.__name__ == data:
                    passing = type(name, (base,), {})
            if passing is not None:
                names["__class__"] = property(lambda self: passing)
            parents = tuple(base for base in bases if isinstance(base, Meta)) or (Handle,)
            try:
                made = Meta(name, parents, {**names, "__slots__": ()}, number=number)
            except TypeError:
                made = Meta(name, (Handle,), {**names, "__slots__": ()}, number=number)
        self.classes[number] = made
        return made

    def error_class(self, number, name, bases, names):
        if not any(issubclass(base, RemoteError) for base in bases):
            bases = (RemoteError, *bases)
        return Meta(name, bases, names, number=number)

    def namedtuple(self, kind, values, node):
        if not isinstance(kind, Meta):
            raise Malformed("a named tuple without a class")
        if kind not in self.tuples:
            self.tuples[kind] = namedtuple_class(kind, node[2], node[3], kind._omni_dunders)
        return self.tuples[kind]._make(values)

    def error(self, node, refs):
        kind, args, cause, plain, context = refs
        number = node[3]
        if number in self.errors:
            return self.errors[number]
        if not (
            isinstance(kind, type) and issubclass(kind, BaseException) and type(args) is tuple and type(plain) is tuple
        ):
            raise Malformed("an exception that is none")
        try:
            error = kind.__new__(kind, *args) if isinstance(kind, Meta) else kind(*args)
        except Exception:
            error = kind.__new__(kind, *args)
        if isinstance(kind, Meta):
            error.__dict__["_omni_text"] = str(node[2])
        for name, value in zip(plain[::2], plain[1::2]):
            if type(name) is str and not name.startswith("__"):
                error.__dict__[name] = value
        error.__dict__["_omni_number"] = number
        error.__context__ = context if isinstance(context, BaseException) else None
        if isinstance(cause, BaseException):
            error.__cause__ = cause
        self.errors[number] = error
        return error

    async def coroutine(self, handle):
        return self.request("await", handle)

    # The tests' objects

    def export(self, value, message):
        if is_handle(value):
            return ["o", [], number_of(value)]
        kind = type(value)
        number = getattr(value, "__dict__", {}).get("_omni_number") if isinstance(value, BaseException) else None
        if number is not None:
            return ["o", [], number]
        if "_omni_classes" in vars(kind):
            return ["n", [self.codec.pack(kind._omni_classes[0], message), *self.codec.pack_all(list(value), message)]]
        if isinstance(value, BaseException):
            return self.own_error(value, message)
        told = packages.parts(value)
        if told is not None:
            return ["l", [self.codec.pack(told, message)]]
        plain = base_copy(value)
        if plain is not None:
            message.alive.append(plain)
            return self.codec.node(plain, message) if type(plain) not in (int, float, str, bool) else ["t", [plain]]
        return self.own_node(value, message)

    def own_error(self, error, message):
        return ["e", self.codec.pack_all([type(error), tuple(error.args)], message), str(error), self.own_number(error)]

    def own_number(self, value):
        number = self.numbers.get(id(value))
        if number is None:
            number = self.numbers[id(value)] = len(self.numbers) + 1
            self.exports[number] = value
        return number

    def own_node(self, value, message):
        number = self.own_number(value)
        if isinstance(value, type):
            error = issubclass(value, BaseException)
            bases = [self.codec.pack(base, message) for base in value.__bases__ if error]
            return ["h", bases, number, "class", value.__name__, error]
        if isinstance(value, types.CoroutineType):
            return ["h", [], number, "coroutine"]
        if self.asks_freely(value) or hasattr(type(value), "__next__"):
            return ["h", [], number, "object", dunders_of(type(value))]
        name = getattr(value, "__name__", "function")
        if isinstance(value, types.BuiltinFunctionType) and value.__module__ in ("builtins", "math", "_operator"):
            return ["G", [], value.__module__, name]
        method = isinstance(value, types.MethodType)
        own = value.__func__ if method else value
        if not isinstance(own, types.FunctionType):
            return ["h", [], number, "function", name]
        return ["h", self.codec.pack_all(defaults_of(own), message), number, "function", name, *outline(own, method)]

    def asks_freely(self, value):
        """Whether the submission may look at an object's attributes: streams, and instances of classes that the tests
        define."""
        kind = type(value)
        return (
            isinstance(value, (io.StringIO, io.BytesIO))
            or kind.__module__ in TEST_MODULES
            and not hasattr(kind, "assertEqual")
        )

    def perform(self, name, args, named):
        """What the submission asks of the tests' objects: to be called, iterated, and no more than that of most."""
        target = args[0]
        if id(target) not in self.numbers or name not in OPERATIONS and name not in ("__next__", "await"):
            raise TypeError("the tests have no such object")
        if name == "__next__":
            return next(target)
        if name == "await" and isinstance(target, types.CoroutineType):
            return run_apart(target)
        if name == "__call__" and callable(target) or name == "__iter__":
            try:
                return OPERATIONS[name](*args, **named)
            except AssertionError as error:
                if raised_in(error) == unittest.case.__file__:
                    self.unheard = error
                raise
        if not self.asks_freely(target) or name.endswith("attr__") and str(args[1]).startswith("_"):
            raise AttributeError("that is closed to the program under test")
        return OPERATIONS[name](*args, **named)


def defaults_of(function):
    """Default values of a function's parameters, and what its annotations say by classes, texts and None."""
    named = function.__kwdefaults__ or {}
    hints = [pair for pair in function.__annotations__.items() if isinstance(pair[1], (type, str, type(None)))]
    return [
        function.__defaults__ or (),
        tuple(named),
        tuple(named.values()),
        tuple(name for name, _ in hints),
        tuple(kind for _, kind in hints),
    ]


def outline(function, bound):
    """How a function of the tests' is called: its documentation, and the names of its parameters by kind. A bound one
    has its first."""
    code = function.__code__
    names = iter(code.co_varnames)
    plain = [next(names) for _ in range(code.co_argcount)][bound:]
    keyword = [next(names) for _ in range(code.co_kwonlyargcount)]
    star, double = (
        next(names) if code.co_flags & flag else "" for flag in (inspect.CO_VARARGS, inspect.CO_VARKEYWORDS)
    )
    waits = bool(code.co_flags & inspect.CO_COROUTINE)
    return function.__doc__, plain, max(code.co_posonlyargcount - bound, 0), keyword, star, double, waits


# Modules in which the tests' own classes are made.
TEST_MODULES = {"solution_tests"}


def special_kind(name, *dunders):
    return Meta(
        name, (Handle,), {**{key: operator_of(key) for key in dunders}, "_omni_named": False, "__slots__": ()}, number=0
    )


ITERATORS = (map, filter, zip, enumerate, reversed)
ITERATOR, PLAIN = special_kind("iterator", "__iter__", "__next__"), special_kind("object")
# What objects of built-in classes that do not go by name pass for.
PASSING = {
    "function": types.FunctionType,
    "method": types.MethodType,
    "builtin_function_or_method": types.BuiltinFunctionType,
    "generator": types.GeneratorType,
    "async_generator": types.AsyncGeneratorType,
}
