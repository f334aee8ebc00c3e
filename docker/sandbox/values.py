"""What crosses between a submission's process and the one that tests it as data, and as what."""

import builtins
import collections
import sys

SMALL = 1 << 900

SCALARS = {type(None), bool, int, float, str}
LISTLIKE = {list: "L", set: "S", collections.deque: "Q", bytearray: "B"}
DICTLIKE = {dict: "D", collections.OrderedDict: "O", collections.Counter: "C", collections.defaultdict: "F"}
MUTABLE = {**LISTLIKE, **DICTLIKE}
SHELLS = {tag: kind for kind, tag in MUTABLE.items()}
BASES = (
    *(bool, int, float, complex, str, bytes, bytearray, tuple, collections.Counter, collections.OrderedDict),
    *(collections.defaultdict, dict, list, frozenset, set, collections.deque),
)
# Values of the standard library that cross as their class and the arguments that make them.
VALUES = {
    ("datetime", "date"): lambda v: (v.year, v.month, v.day),
    ("datetime", "time"): lambda v: (v.hour, v.minute, v.second, v.microsecond, v.tzinfo),
    ("datetime", "datetime"): lambda v: (v.year, v.month, v.day, v.hour, v.minute, v.second, v.microsecond, v.tzinfo),
    ("datetime", "timedelta"): lambda v: (v.days, v.seconds, v.microseconds),
    ("datetime", "timezone"): lambda v: (v.utcoffset(None), v.tzname(None)),
    ("decimal", "Decimal"): lambda v: (str(v),),
    ("fractions", "Fraction"): lambda v: (v.numerator, v.denominator),
    ("uuid", "UUID"): lambda v: (str(v),),
    ("pathlib", "PosixPath"): lambda v: (str(v),),
    ("pathlib", "PurePosixPath"): lambda v: (str(v),),
    ("array", "array"): lambda v: (v.typecode, tuple(v)),
    ("types", "SimpleNamespace"): None,
}
VIEWS = {type({}.keys()): "k", type({}.values()): "v", type({}.items()): "i"}
# Classes that go by name.
KNOWN = {
    *(
        ("builtins", name)
        for name, value in vars(builtins).items()
        if isinstance(value, type)
        and (issubclass(value, BaseException) or value in BASES or name in ("object", "type", "range"))
    ),
    *(
        ("builtins", name)
        for name in "map filter zip enumerate reversed slice memoryview property staticmethod classmethod".split()
    ),
    *(key for key in VALUES if VALUES[key]),
    *(("collections", name) for name in "Counter OrderedDict defaultdict deque".split()),
    *(
        ("decimal", name)
        for name in "DecimalException InvalidOperation DivisionByZero Overflow Inexact Rounded Subnormal".split()
    ),
    *(
        ("json.decoder", "JSONDecodeError"),
        ("queue", "Empty"),
        ("queue", "Full"),
        ("re", "error"),
        ("asyncio.exceptions", "TimeoutError"),
    ),
    *(
        ("asyncio.exceptions", "CancelledError"),
        ("_queue", "Empty"),
        ("dataclasses", "FrozenInstanceError"),
        ("enum", "Enum"),
    ),
    *(
        ("statistics", "StatisticsError"),
        ("struct", "error"),
        ("binascii", "Error"),
        ("zlib", "error"),
        ("csv", "Error"),
        ("_csv", "Error"),
    ),
    *(("configparser", name) for name in ("Error", "NoSectionError", "NoOptionError", "DuplicateSectionError")),
    *(
        ("subprocess", "CalledProcessError"),
        ("subprocess", "TimeoutExpired"),
        ("copy", "Error"),
        ("ipaddress", "AddressValueError"),
    ),
}


# Packages whose classes go by name.
PACKAGES = ("numpy", "pandas")


class TooLarge(OverflowError):
    """A value over the bound of a message."""


class Malformed(Exception):
    """What came in is no message of this protocol."""


def known(kind):
    """(module, name) of a class that goes by name; None of any other."""
    key = (kind.__module__, kind.__qualname__) if type(kind.__module__) is str else None
    root = key and key[0].partition(".")[0]
    if root in PACKAGES:
        return (root, kind.__name__) if getattr(sys.modules.get(root), kind.__name__, None) is kind else None
    return key if key in KNOWN and getattr(sys.modules.get(key[0]), key[1], None) is kind else None


def known_class(module, name):
    if (module, name) not in KNOWN and module not in PACKAGES:
        raise Malformed("a class that does not go by name")
    try:
        kind = getattr(__import__(module, fromlist=[name]), name)
    except ImportError:
        kind = None
    if not isinstance(kind, type):
        raise Malformed("a class that is none")
    return kind


def clean(text):
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def base_of(kind):
    """The built-in class that a class of data derives from; None of a built-in itself and of all others."""
    mro = type.__dict__["__mro__"].__get__(kind)
    return None if kind in BASES else next((base for base in BASES if base in mro), None)


def base_copy(value):
    """A subclass of built-in data as its base; None where it is none."""
    base = base_of(type(value))
    if base is None:
        return None
    if base is collections.defaultdict:
        return collections.defaultdict(value.default_factory, dict.items(value))
    if base is collections.deque:
        return collections.deque(base.__iter__(value), base.maxlen.__get__(value))
    if issubclass(base, dict):
        return base(base.items(value)) if base is not collections.Counter else base(dict(dict.items(value)))
    if base in (int, float, complex):
        return base.__pos__(value)
    if base in (str, bytes, bytearray):
        return base.__getitem__(value, slice(None))
    return base(base.__iter__(value))


def content(value):
    """The elements of a container, flat."""
    if isinstance(value, dict):
        items = collections.OrderedDict.items if type(value) is collections.OrderedDict else dict.items
        return [part for pair in items(value) for part in pair]
    return list(value) if type(value) is not bytearray else [bytes(value)]


class Held:
    """A container that both sides hold."""

    __slots__ = ("value", "parts")

    def __init__(self, value):
        self.value = value
        self.parts = content(value)

    def changed(self):
        now = content(self.value)
        if type(self.value) is bytearray:
            return now != self.parts
        return len(now) != len(self.parts) or any(a is not b for a, b in zip(now, self.parts))
