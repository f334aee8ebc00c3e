"""What the tests see of the submission: stand-ins whose every use is a request to its process. Plain data that comes back is
plain data; anything else is a handle, which never equals plain data, and whose operators are asked only for classes that the
tests name."""

import asyncio
import builtins
import collections
import io
import random
import types
import warnings

from codec import KNOWN, Codec, Malformed, base_copy
from peer import OPEN, OPERATIONS, Peer, dunders_of

ORDER = {"__lt__", "__le__", "__gt__", "__ge__"}
# Differences and quotients with what is expected: what comes of them must not turn into a number.
TELLING = {"__sub__", "__rsub__", "__truediv__", "__rtruediv__", "__mod__", "__rmod__", "__floordiv__", "__rfloordiv__", "__xor__", "__rxor__"}
NUMBERS = {"__abs__", "__float__", "__int__", "__round__", "__bool__", "__index__", "__complex__", "__len__", "__str__", "__repr__"}
MODULES = set(
    "math cmath collections itertools functools operator string re datetime decimal fractions statistics heapq bisect copy json "
    "random time typing enum dataclasses sys os".split()
)
FREE_AT = 64


class Handle:
    """An object of the submission's."""

    __slots__ = ("__weakref__", "_omni_ahead", "_omni_number", "_omni_told")

    def __getattr__(self, name):
        if name.startswith("_omni"):
            raise AttributeError(name)
        return JUDGE.request("__getattr__", self, name)

    def __setattr__(self, name, value):
        JUDGE.request("__setattr__", self, name, value)

    def __delattr__(self, name):
        JUDGE.request("__delattr__", self, name)

    def __call__(self, *args, **named):
        return JUDGE.request("__call__", self, *args, **named)

    def __str__(self):
        return JUDGE.text("__str__", self)

    def __repr__(self):
        return JUDGE.text("__repr__", self)

    def __format__(self, how):
        return JUDGE.text("__format__", self, how)

    def __del__(self):
        JUDGE.freed.append(self._omni_number)


class Meta(type):
    """A class of the submission's."""

    def __new__(meta, name, bases, names, number=None):
        if number is None:
            raise TypeError("tests that subclass %s have to share its process" % bases[0].__name__)
        made = super().__new__(meta, name, bases, names)
        type.__setattr__(made, "_omni_kind", number)
        return made

    def __init__(cls, name, bases, names, number=None):
        super().__init__(name, bases, names)

    def __call__(cls, *args, **named):
        return JUDGE.request("__call__", cls, *args, **named)

    def __getattr__(cls, name):
        return JUDGE.request("__getattr__", cls, name)

    def __getattribute__(cls, name):
        # Methods and constants of the submission's class come before what `object` has of the same name.
        if name.startswith("__") or name.startswith("_omni") or name in ("mro", "args", "with_traceback", "add_note"):
            return super().__getattribute__(name)
        return JUDGE.request("__getattr__", cls, name)

    def __setattr__(cls, name, value):
        JUDGE.request("__setattr__", cls, name, value)

    def __instancecheck__(cls, value):
        return type.__instancecheck__(cls, value) or cls in getattr(type(value), "_omni_classes", ())

    def __iter__(cls):
        return JUDGE.request("__iter__", cls)

    def __len__(cls):
        return JUDGE.request("__len__", cls)

    def __getitem__(cls, key):
        return JUDGE.request("__getitem__", cls, key)

    def __contains__(cls, item):
        return JUDGE.request("__contains__", cls, item) is True

    def __str__(cls):
        return JUDGE.text("__str__", cls)


def is_handle(value):
    return isinstance(type(value), Meta) or isinstance(value, Meta)


def plain_of(handle):
    """The built-in data that a subclass of a built-in holds; None of any other."""
    return JUDGE.request("base", handle) if handle._omni_told == "based" else None


def equal(self, other):
    """Never equal to plain data, but for what a subclass of built-in data holds; an object that equals anything is caught."""
    if not is_handle(other):
        held = plain_of(self)
        return NotImplemented if held is None or type(other) not in BUILT_IN else held == other
    answer = JUDGE.request("__eq__", self, other)
    if answer is True and self is not other:
        JUDGE.probe(JUDGE.request("__eq__", self, "".join(random.choices("abcdefgh", k=12))), "its objects equal anything")
    return answer if answer is True else False if answer is False else NotImplemented


def unequal(self, other):
    if not is_handle(other):
        answer = equal(self, other)
        return answer if answer is NotImplemented else not answer
    answer = JUDGE.request("__ne__", self, other)
    return answer if type(answer) is bool else NotImplemented


BUILT_IN = {int, float, str, bytes, list, tuple, dict, set, frozenset, bool, complex}


def ordering(name):
    def compare(self, other):
        if is_handle(other):
            answer = JUDGE.request(name, self, other)
            return answer if type(answer) is bool else NotImplemented
        held = plain_of(self)
        return NotImplemented if held is None else OPERATIONS[name](held, other)

    return compare


def contains(self, item):
    """Asked about the item and, in random order, about one that cannot be in it."""
    text = type(item) is str
    decoy = "".join(random.choices("abcdefghijklmnop", k=max(6, len(item)))) if text else random.getrandbits(48)
    asked = random.sample([(True, item), (False, decoy)], 2)
    answers = {real: JUDGE.request("__contains__", self, each) is True for real, each in asked}
    JUDGE.probe(answers[True] and answers[False], "its objects contain anything")
    return answers[True]


def operation(name):
    def operate(self, *args):
        if self._omni_told == "told" and name in NUMBERS:
            raise TypeError("what came of an operation with plain data does not become a number")
        plain = [each for each in args if not is_handle(each)]
        if self._omni_told == "based" and len(plain) == len(args):
            return OPERATIONS[name](plain_of(self), *args)
        answer = JUDGE.request(name, self, *args)
        if is_handle(answer) and not isinstance(answer, Meta) and (self._omni_told == "told" or plain and name in TELLING):
            object.__setattr__(answer, "_omni_told", "told")
        elif plain and name in TELLING and not is_handle(answer) and answer is not NotImplemented:
            raise TypeError("%s with plain data gives an object of the same kind, or nothing" % name)
        return answer

    return operate


def hashing(self):
    held = plain_of(self)
    return hash(held) if held is not None else hash(JUDGE.request("__hash__", self))


def iterate(self):
    return JUDGE.request("__iter__", self)


def advance(self):
    """Items come one by one at first, then, while nothing else is asked, in growing batches."""
    ahead = self._omni_ahead
    if ahead is None:
        ahead = Ahead()
        object.__setattr__(self, "_omni_ahead", ahead)
    return ahead.next(self)


class Ahead:
    def __init__(self):
        self.items, self.ending, self.streak, self.asked = collections.deque(), None, 0, -1

    def next(self, handle):
        if not self.items and self.ending is None:
            self.streak = self.streak + 1 if JUDGE.asked == self.asked and JUDGE.batches else 0
            count = 1 if self.streak < 4 else min(2 ** (self.streak - 3), 256)
            items, how, what = JUDGE.request("__next__", handle, count)
            self.asked = JUDGE.asked
            self.items.extend(items)
            self.ending = None if how == "more" else (how, what)
        if self.items:
            return self.items.popleft()
        how, what = self.ending
        self.ending = ("end", None)
        raise StopIteration(what) if how == "end" else what


def wait(self):
    async def result():
        return JUDGE.request("await", self)

    return result().__await__()


SPECIAL = {
    "__eq__": equal,
    "__ne__": unequal,
    "__contains__": contains,
    "__hash__": hashing,
    "__iter__": iterate,
    "__next__": advance,
    "__await__": wait,
    **{name: ordering(name) for name in ORDER},
}
OWN = {"__getattr__", "__setattr__", "__delattr__", "__call__", "__str__", "__repr__", "__format__"}


def namedtuple_class(kind, name, fields):
    base = collections.namedtuple(name, fields)

    class Remote(base):
        __slots__ = ()
        _omni_classes = (kind,)

        def __getattr__(self, name):
            return getattr(JUDGE.request("make", kind, *self), name)

    Remote.__name__ = Remote.__qualname__ = name
    return Remote


class RemoteError:
    """Mixed into exceptions of the submission's own classes."""

    def __getattr__(self, name):
        if name.startswith("_omni"):
            raise AttributeError(name)
        return JUDGE.request("__getattr__", self, name)

    def __str__(self):
        return self._omni_text


class Judge(Peer):
    """The tests' half of the conversation."""

    def __init__(self, send, receive, named, batches=True):
        global JUDGE
        super().__init__(send, receive)
        JUDGE = self
        self.codec = Codec(2, self.export, self.adopt)
        self.named, self.batches, self.asked = named, batches, 0
        self.classes, self.handles, self.errors, self.tuples = {}, WeakHandles(), {}, {}
        self.exports, self.numbers = {}, {}
        self.freed, self.dropped = [], []
        self.tampered, self.large, self.traces = None, False, []
        self.original = None

    def request(self, name, *args, **named):
        if self.tampered:
            raise SystemError(self.tampered)
        self.asked += 1
        if name == "__call__":
            self.dropped += self.codec.forget_old()
        return super().request(name, *args, **named)

    def text(self, name, *args):
        answer = self.request(name, *args)
        if type(answer) is not str:
            raise TypeError("%s returned no text" % name)
        return answer

    def probe(self, answer, reason):
        if answer is True:
            self.tampered = reason
            raise SystemError(reason)

    def understand(self, data):
        try:
            head, values = self.codec.loads(data)
            if type(head) is not dict or "q" in head and (type(head["q"]) is not str or type(head["k"]) is not list or not values):
                raise Malformed("no head")
            if "q" not in head and len(values) != 1:
                raise Malformed("not one answer")
            return head, values
        except Malformed as error:
            self.tampered = "it sent what is no message: %s" % error
            raise SystemError(self.tampered) from None

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
        import sys

        told = {}
        if len(self.freed) > FREE_AT:
            told["free"], self.freed = self.freed, []
        if self.dropped:
            told["drop"], self.dropped = self.dropped, []
        if self.original and (sys.stdout, sys.stderr) != self.original:
            told["watch"] = 1
        return told

    def unpack(self, head):
        import sys

        if self.original:
            for name, stream, original in zip(("out", "err"), (sys.stdout, sys.stderr), self.original):
                if stream is not original and type(head.get(name)) is str:
                    stream.write(head[name])
        for told in head.get("warned", ()) if type(head.get("warned")) is list else ():
            category, text = told
            kind = getattr(builtins, category, None) if type(category) is str else None
            kind = kind if isinstance(kind, type) and issubclass(kind, Warning) else UserWarning
            warnings.warn(str(text), kind, stacklevel=4)
        if type(head.get("trace")) is str:
            self.traces = [head["trace"][:4000]]

    # The submission's objects

    def adopt(self, node, refs):
        tag = node[0]
        if tag == "=":
            return refs[0]
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
        kind = refs[0] if isinstance(refs[0], Meta) and issubclass(refs[0], Handle) else ITERATOR if refs[0] in ITERATORS else PLAIN
        return self.handle(number, kind, nature)

    def handle(self, number, kind, nature):
        if type(number) is not int:
            raise Malformed("a handle without a number")
        found = self.handles.get(number)
        if found is not None:
            return found
        made = object.__new__(kind)
        for name, value in (("_omni_number", number), ("_omni_ahead", None), ("_omni_told", nature)):
            object.__setattr__(made, name, value)
        if number in self.freed:
            self.freed.remove(number)
        self.handles.put(number, made)
        return made

    def is_named(self, name, bases):
        return name in self.named or any(getattr(base, "_omni_named", False) for base in bases)

    def remote_class(self, number, bases, node):
        name, module, dunders = node[4:7]
        if type(name) is not str or number in self.classes:
            raise Malformed("a class told twice")
        named = self.is_named(name, bases)
        errors = tuple(base for base in bases if isinstance(base, type) and issubclass(base, BaseException))
        names = {"__module__": str(module), "_omni_named": named}
        if errors:
            made = self.error_class(number, name, errors, names)
        else:
            allowed = [key for key in dunders if key in OPEN or named or key == "__await__"]
            names.update({key: SPECIAL.get(key) or operation(key) for key in allowed if key not in OWN and (key in OPERATIONS or key in SPECIAL)})
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
            self.tuples[kind] = namedtuple_class(kind, node[2], node[3])
        return self.tuples[kind]._make(values)

    def error(self, node, refs):
        kind, args, cause, plain = refs
        number = node[3]
        if number in self.errors:
            return self.errors[number]
        if not (isinstance(kind, type) and issubclass(kind, BaseException) and type(args) is tuple and type(plain) is dict):
            raise Malformed("an exception that is none")
        try:
            error = kind.__new__(kind, *args) if isinstance(kind, Meta) else kind(*args)
        except Exception:
            error = kind.__new__(kind, *args)
        if isinstance(kind, Meta):
            error.__dict__["_omni_text"] = str(node[2])
        for name, value in plain.items():
            if not name.startswith("__"):
                error.__dict__[name] = value
        error.__dict__["_omni_number"] = number
        error.__cause__ = cause if isinstance(cause, BaseException) else None
        self.errors[number] = error
        return error

    def coroutine(self, handle):
        async def coroutine():
            return self.request("await", handle)

        made = coroutine()
        return made

    # The tests' objects

    def export(self, value, message):
        if is_handle(value):
            return ["o", [], type.__getattribute__(value, "_omni_kind") if isinstance(value, type) else value._omni_number]
        kind = type(value)
        number = getattr(value, "__dict__", {}).get("_omni_number") if isinstance(value, BaseException) else None
        if number is not None:
            return ["o", [], number]
        if "_omni_classes" in vars(kind):
            return ["n", [self.codec.pack(kind._omni_classes[0], message), *self.codec.pack_all(list(value), message)]]
        if isinstance(value, BaseException):
            return self.own_error(value, message)
        plain = base_copy(value)
        if plain is not None:
            message.alive.append(plain)
            return self.codec.node(plain, message) if type(plain) not in (int, float, str, bool) else ["t", [plain]]
        return self.own_node(value, message)

    def own_error(self, error, message):
        kind = next(base for base in type(error).__mro__ if (base.__module__, base.__qualname__) in KNOWN)
        return ["e", self.codec.pack_all([kind, tuple(error.args)], message), str(error), self.own_number(error)]

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
        if self.asks_freely(value) or hasattr(type(value), "__next__"):
            return ["h", [], number, "object", dunders_of(type(value))]
        name = getattr(value, "__name__", "function")
        if isinstance(value, types.BuiltinFunctionType) and value.__module__ in ("builtins", "math", "_operator"):
            return ["G", [], value.__module__, name]
        return ["h", [], number, "function", name]

    def asks_freely(self, value):
        """Whether the submission may look at an object's attributes: streams, and instances of classes that the tests define."""
        kind = type(value)
        return isinstance(value, (io.StringIO, io.BytesIO)) or kind.__module__ in TEST_MODULES and not hasattr(kind, "assertEqual")

    def perform(self, name, args, named):
        """What the submission asks of the tests' objects: to be called, iterated, and no more than that of most."""
        target = args[0]
        if id(target) not in self.numbers or name not in OPERATIONS and name != "__next__":
            raise TypeError("the tests have no such object")
        if name == "__next__":
            return next(target)
        if name == "__call__" and callable(target) or name == "__iter__":
            return OPERATIONS[name](*args, **named)
        if not self.asks_freely(target) or name.endswith("attr__") and str(args[1]).startswith("_"):
            raise AttributeError("that is closed to the program under test")
        return OPERATIONS[name](*args, **named)


# Modules in which the tests' own classes are made.
TEST_MODULES = {"solution_tests"}
JUDGE = None


class WeakHandles:
    def __init__(self):
        import weakref

        self.known = weakref.WeakValueDictionary()

    def get(self, number):
        return self.known.get(number)

    def put(self, number, handle):
        self.known[number] = handle


def special_kind(name, *dunders):
    names = {key: SPECIAL.get(key) or operation(key) for key in dunders}
    return Meta(name, (Handle,), {**names, "__slots__": ()}, number=0)


ITERATORS = (map, filter, zip, enumerate, reversed)
ITERATOR, PLAIN = special_kind("iterator", "__iter__", "__next__"), special_kind("object")
