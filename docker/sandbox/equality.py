"""What tests compare with, so that a submission's own operators cannot answer for data. Holds no secrets: functions of
this file are reachable from a submission.

A value is compared as it stands, unless the other side is data: then a subclass of built-in data counts as its base,
with what it holds, and anything else equals nothing, but for objects of packages that were loaded before the
submission.
"""

import collections
import operator
import sys
import types

# Classes and functions are equal to themselves alone; a class of a metaclass of its own is none of these.
NUMBERS = (int, float, complex, bool)
THEMSELVES = (type, types.FunctionType, types.BuiltinFunctionType, type(None))
PLAIN = (*NUMBERS, *THEMSELVES, str, bytes, bytearray, range, memoryview)
BASES = (str, bytes, bytearray, bool, int, float, complex, list, tuple, dict, set, frozenset, collections.deque)
LISTLIKE, DICTLIKE = (
    (list, tuple, set, frozenset, collections.deque),
    (dict, collections.OrderedDict, collections.Counter, collections.defaultdict),
)
# Values of the standard library whose operators and content are their own.
LEAVES = {
    "datetime": "date time datetime timedelta timezone",
    "decimal": "Decimal",
    "fractions": "Fraction",
    "uuid": "UUID",
}
OPERATORS = tuple("__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __contains__ __sub__ __rsub__ __hash__".split())

_type, _len, _any, _isinstance, _getattr, _int = type, len, any, isinstance, getattr, int
_function, _views = _type(lambda: None), tuple(map(_type, ({}.keys(), {}.items())))
_modules = sys.modules


def _among(kind, kinds):
    """Membership by identity: a metaclass may say that its class equals any."""
    return _any(each is kind for each in kinds)


def _parts_of(kind):
    return _type.__dict__["__dict__"].__get__(kind)


def _order_of(kind):
    return _type.__dict__["__mro__"].__get__(kind)


def _leaves():
    for module, names in LEAVES.items():
        if module in _modules:
            for name in names.split():
                yield vars(_modules[module]).get(name)


def _leaf(value):
    kind = _type(value)
    if not _among(kind, _leaves()):
        return False
    if kind.__name__ == "Fraction":
        # The one that is written in Python.
        return _type(value._numerator) is _int and _type(value._denominator) is _int and _known(kind)
    zone = value.tzinfo if kind.__name__ in ("time", "datetime") else None
    zones = _modules["datetime"].timezone, _getattr(_modules.get("zoneinfo"), "ZoneInfo", None)
    return zone is None or _among(_type(zone), zones)


# Classes of packages and the operators that they were loaded with: {id: (class, {name: (function, its code)})}.
LOADED = {}


def _operators(kind):
    found = {}
    for name in OPERATORS:
        for owner in _order_of(kind):
            if name in _parts_of(owner):
                method = _parts_of(owner)[name]
                found[name] = method, _getattr(method, "__code__", None) if _type(method) is _function else None
                break
    return found


def _remember_class(kind):
    LOADED[id(kind)] = kind, _operators(kind)


# Packages of data, whoever imports them. Others are believed when the tests import them: a parser, say, may equal
# every text.
DATA_PACKAGES = {"numpy", "pandas", "scipy", "sympy"}


def remember(tests_any, packages):
    """To be called before the submission's first line. `tests_any`: the tests use unittest.mock's ANY, which equals
    anything; `packages`: those that the tests import."""
    for name in LEAVES:
        __import__(name)
    _remember_class(_modules["fractions"].Fraction)
    believed, seen, left = DATA_PACKAGES.union(packages), set(), [object]
    while left:
        for kind in _type.__subclasses__(left.pop()):
            if id(kind) not in seen:
                seen.add(id(kind))
                left.append(kind)
                if str(kind.__module__).partition(".")[0] in believed:
                    _remember_class(kind)
    if tests_any:
        _remember_class(_type(_modules["unittest.mock"].ANY))


def _known(kind):
    """Whether it is a class that was loaded before the submission, with the operators that it had."""
    _, then = LOADED.get(id(kind), (None, None))
    now = _operators(kind)
    return (
        then is not None
        and then.keys() == now.keys()
        and not _any(a is not c or b is not d for (a, b), (c, d) in zip(then.values(), now.values()))
    )


def _opaque(value):
    """Arrays and tables of objects compare by what the submission put into them."""
    kinds = [*_getattr(value, "dtypes", ())] if hasattr(_type(value), "columns") else [_getattr(value, "dtype", None)]
    if not _any(kind is not None and _getattr(kind, "hasobject", True) for kind in kinds):
        return False
    return not all(map(plain, _modules["numpy"].asarray(value).flat))


def _package_value(value):
    kind = _type(value)
    if _any(_among(base, (*LISTLIKE, dict)) for base in _order_of(kind)):
        return False
    return _known(kind) and not _among(kind, _leaves()) and not _opaque(value)


def _children(value):
    kind = _type(value)
    if _among(kind, LISTLIKE):
        return list(value)
    if _among(kind, DICTLIKE):
        return [*value.keys(), *value.values()]
    if _among(kind, _views):
        return list(value)
    return None


def plain(value):
    """Whether value is exact data of the language, its library or a package all the way down."""
    seen, left = set(), [value]
    while left:
        item = left.pop()
        if _among(_type(item), PLAIN):
            continue
        children = _children(item)
        if children is None:
            if _leaf(item) or _package_value(item):
                continue
            return False
        if id(item) not in seen:
            seen.add(id(item))
            left.extend(children)
    return True


def launder(value, depth=0):
    """The value with every unbelieved operator taken away. Built-in containers are rebuilt, nothing is changed in
    place."""
    kind = _type(value)
    if _among(kind, PLAIN) or _leaf(value):
        return value
    if depth > 200:
        return object()
    if _among(kind, _views):
        items = [launder(item, depth + 1) for item in value]
        return dict(items).items() if kind is _views[1] else dict.fromkeys(items).keys()
    order = _order_of(kind)
    if kind is vars(_modules.get("unittest.mock", operator)).get("_Call"):
        parts = tuple(launder(item, depth + 1) for item in tuple.__iter__(value))
        return kind(parts, two=_len(parts) == 2)
    for base in BASES:
        if not _among(base, order):
            continue
        if base is dict:
            items = {launder(k, depth + 1): launder(v, depth + 1) for k, v in dict.items(value)}
            return collections.OrderedDict(items) if kind is collections.OrderedDict else items
        if _among(base, LISTLIKE):
            return base([launder(item, depth + 1) for item in base.__iter__(value)])
        return base.__pos__(value) if base in (int, float, complex) else base.__getitem__(value, slice(None))
    return value if _package_value(value) else object()


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
    """Both sides of `in`. What only iterates, a generator say, is gone through as far as the item, and each compared
    for itself."""
    if _among(_type(container), NAMED):
        return item, container
    if not _any("__contains__" in _parts_of(kind) for kind in _order_of(_type(container))):
        return True, (each is item or bool(operator.eq(*pair(each, item))) for each in container)
    return pair(item, container)


def _member(item, container):
    item, container = _member_pair(item, container)
    return operator.contains(container, item)


_COMPARE = types.MappingProxyType(
    {
        "Eq": operator.eq,
        "NotEq": operator.ne,
        "Lt": operator.lt,
        "LtE": operator.le,
        "Gt": operator.gt,
        "GtE": operator.ge,
    }
)


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
    "assertEqual assertNotEqual assertAlmostEqual assertNotAlmostEqual assertListEqual assertTupleEqual "
    "assertDictEqual "
    "assertSetEqual assertSequenceEqual assertMultiLineEqual assertCountEqual assertIn assertNotIn "
    "assertLess assertLessEqual "
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
