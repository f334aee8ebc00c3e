"""What tests compare with, so that a submission's own operators cannot answer for plain data. Holds no secrets: functions of
this file are reachable from a submission.

A value is compared as it stands, unless the other side is plain built-in data and the value's class brings operators written in
the submission: then a subclass of a built-in counts as its base, and anything else equals nothing.
"""

import operator
import os
import site

PLAIN = (int, float, complex, str, bytes, bytearray, bool, type(None), range)
BASES = (str, bytes, bytearray, bool, int, float, complex, list, tuple, dict, set, frozenset)
OPERATORS = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__", "__sub__", "__rsub__", "__hash__")
LIBRARIES = tuple(
    folder.rstrip("/") + ext
    for folder in {os.path.dirname(os.__file__), os.path.dirname(operator.__file__), *site.getsitepackages()}
    for ext in ("/", ".zip/")
) + ("<frozen ",)

_type, _len, _any, _isinstance, _getattr = type, len, any, isinstance, getattr
_slot = _type(object.__eq__)
_function = _type(lambda: None)


def _among(kind, kinds):
    """Membership by identity: a metaclass may say that its class equals any."""
    return _any(each is kind for each in kinds)


class Foreign:
    """Stands for a value whose own operators are not believed: equals nothing, orders with nothing."""

    __slots__ = ()
    __hash__ = None

    def __eq__(self, other):
        return False

    def __ne__(self, other):
        return True


def _believed(owner, method):
    if _type(method) is _function:
        return method.__code__.co_filename.startswith(LIBRARIES)
    # Slot wrappers and C methods of the class itself; not a built-in borrowed as an operator.
    return method is None or _getattr(method, "__objclass__", None) is owner


def trusted(kind):
    """Whether every operator of this class is built in or comes from an installed library."""
    for name in OPERATORS:
        for owner in _type.__dict__["__mro__"].__get__(kind):
            method = _type.__dict__["__dict__"].__get__(owner).get(name)
            if name in _type.__dict__["__dict__"].__get__(owner):
                if not _believed(owner, method):
                    return False
                break
    return True


def _children(value):
    kind = _type(value)
    if _among(kind, (list, tuple, set, frozenset)):
        return list(value)
    if kind is dict:
        return [*value.keys(), *value.values()]
    return None


def plain(value):
    """Whether value is exact built-in data all the way down."""
    seen, left = set(), [value]
    while left:
        item = left.pop()
        if _among(_type(item), PLAIN):
            continue
        children = _children(item)
        if children is None:
            return False
        if id(item) not in seen:
            seen.add(id(item))
            left.extend(children)
    return True


def launder(value, depth=0):
    """The value with every unbelieved operator taken away. Built-in containers are rebuilt, nothing is changed in place."""
    kind = _type(value)
    if _among(kind, PLAIN) or depth > 200:
        return value
    if _among(kind, (list, tuple, set, frozenset)):
        return kind([launder(item, depth + 1) for item in value])
    if kind is dict:
        return {launder(key, depth + 1): launder(item, depth + 1) for key, item in value.items()}
    if trusted(kind):
        return value
    for base in BASES:
        if issubclass(kind, base):
            if base is dict:
                return {launder(k, depth + 1): launder(v, depth + 1) for k, v in dict.items(value)}
            if base in (list, tuple, set, frozenset):
                return base([launder(item, depth + 1) for item in base.__iter__(value)])
            return base.__pos__(value) if base in (int, float, complex) else base.__getitem__(value, slice(None))
    return Foreign()


def pair(first, second):
    """Both sides as they may be compared."""
    if _among(_type(first), PLAIN) and _among(_type(second), PLAIN):
        return first, second
    first_plain, second_plain = plain(first), plain(second)
    if second_plain and not first_plain:
        first = launder(first)
    elif first_plain and not second_plain:
        second = launder(second)
    return first, second


# Classes of the submission that the tests name: `in` asks them.
NAMED = set()


def _member_pair(item, container):
    return (item, container) if _among(_type(container), NAMED) else pair(item, container)


def _member(item, container):
    item, container = _member_pair(item, container)
    return operator.contains(container, item)


_COMPARE = {
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
}


def compare(names, *values):
    """A comparison of a test, chained or not: `a < b == c` is compare("Lt Eq", a, b, c)."""
    result = True
    for place, name in enumerate(names.split()):
        first, second = values[place], values[place + 1]
        if name in ("Is", "IsNot"):
            result = (first is second) == (name == "Is")
        elif name in ("In", "NotIn"):
            result = _member(first, second) == (name == "In")
        else:
            result = _COMPARE[name](*pair(first, second))
        if place + 2 < _len(values) and not result:
            return result
    return result


GUARDED = (
    "assertEqual assertNotEqual assertAlmostEqual assertNotAlmostEqual assertListEqual assertTupleEqual assertDictEqual "
    "assertSetEqual assertSequenceEqual assertMultiLineEqual assertCountEqual assertIn assertNotIn assertLess assertLessEqual "
    "assertGreater assertGreaterEqual"
).split()


def _counted_pair(first, second):
    """assertCountEqual looks at the elements of any iterable."""
    return pair(list(first), list(second))


# How an assertion's two sides are made comparable, where not by `pair`.
PAIRED = {"assertIn": _member_pair, "assertNotIn": _member_pair, "assertCountEqual": _counted_pair}


def _guard(method, paired):
    def guarded(self, first, second, *rest, **named):
        first, second = paired(first, second)
        return method(self, first, second, *rest, **named)

    return guarded


def guard(test_case):
    """Makes the two-sided assertions of unittest.TestCase compare the same way."""
    for name in GUARDED:
        setattr(test_case, name, _guard(_getattr(test_case, name), PAIRED.get(name, pair)))
