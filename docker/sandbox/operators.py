"""Operators of the submission's objects, as tests use them. They are asked only for classes that the tests name, and
none turns a comparison with plain data into a number or a truth."""

import collections
import random

import line
from doubts import claims
from handles import is_handle
from peer import OPEN, OPERATIONS
from values import BASES

ORDER = {"__lt__", "__le__", "__gt__", "__ge__"}
# Differences and quotients with what is expected: what comes of them must not turn into a number.
TELLING = {"__%s%s__" % (side, name) for name in "sub truediv mod floordiv xor".split() for side in ("", "r")}
NUMBERS = set(
    ("__abs__ __floor__ __ceil__ __trunc__ __float__ __int__ __round__ __bool__ __index__ __complex__").split()
)
BUILT_IN = {int, float, str, bytes, list, tuple, dict, set, frozenset, bool, complex}
# What cannot change; it is asked for once.
FIXED = (int, float, complex, str, bytes, tuple, frozenset)


def plain_of(handle):
    """The built-in data that a subclass of a built-in holds; None of any other."""
    if handle._omni_told != "based":
        return None
    held = handle._omni_held
    if held is None:
        held = line.request("base", handle)
        if type(held) not in BASES:
            line.JUDGE.tamper("it took data back")
        if isinstance(held, FIXED):
            object.__setattr__(handle, "_omni_held", held)
    return held


def decoy_like(item):
    """Something of the item's kind that nothing can have foreseen."""
    if type(item) is str:
        return "".join(random.choices("abcdefghijklmnop", k=max(12, len(item))))
    return random.getrandbits(48)


def equal(self, other):
    """Never equal to plain data, but for what a subclass of built-in data holds; an object that equals anything is
    caught."""
    if not is_handle(other):
        held = plain_of(self)
        return NotImplemented if held is None or type(other) not in BUILT_IN else held == other
    answer = line.JUDGE.doubts.asked_among(self, other)
    if answer is True and self is not other and claims("__eq__", self, decoy_like("")):
        line.JUDGE.tamper("its objects equal anything")
    if answer is True:
        line.JUDGE.doubts.note_equal(self, other)
    return answer if type(answer) is bool else NotImplemented


def unequal(self, other):
    if not is_handle(other):
        answer = equal(self, other)
        return answer if answer is NotImplemented else not answer
    answer = line.JUDGE.doubts.asked_twice("__ne__", self, other)
    return answer if type(answer) is bool else NotImplemented


def ordering(name):
    def compare(self, other):
        if is_handle(other):
            answer = line.JUDGE.doubts.asked_twice(name, self, other)
            return answer if type(answer) is bool else NotImplemented
        held = plain_of(self)
        return NotImplemented if held is None else OPERATIONS[name](held, other)

    return compare


def contains(self, item):
    """Asked about the item and, in random order, about one that cannot be in it."""
    if random.random() < 0.5:
        answer, claim = line.request("__contains__", self, item) is True, claims("__contains__", self, decoy_like(item))
    else:
        claim, answer = claims("__contains__", self, decoy_like(item)), line.request("__contains__", self, item) is True
    if answer and claim:
        line.JUDGE.tamper("its objects contain anything")
    return answer


def is_told(value):
    """Whether an object came of a difference with plain data, or of an operation with one that did."""
    return is_handle(value) and not isinstance(value, type) and value._omni_told == "told"


def operation(name):
    def operate(self, *args):
        if self._omni_told == "told" and name in NUMBERS:
            raise TypeError("what came of an operation with plain data does not become a number")
        plain = [each for each in args if not is_handle(each)]
        if self._omni_told == "based" and name not in OPEN and len(plain) == len(args):
            return OPERATIONS[name](plain_of(self), *args)
        telling = plain and name in TELLING or name not in OPEN and any(map(is_told, (self, *args)))
        answer = line.request(name, self, *args)
        if is_handle(answer) and not isinstance(answer, type) and (telling or is_told(self)):
            object.__setattr__(answer, "_omni_told", "told")
        elif telling and not is_handle(answer) and answer is not NotImplemented:
            raise TypeError("%s with plain data gives an object of the same kind, or nothing" % name)
        return answer

    return operate


def hashing(self):
    held = plain_of(self)
    return hash(held) if held is not None else hash(line.request("__hash__", self))


def leave(self, kind, error, trace):
    return line.request("__exit__", self, kind, error, None)


def iterate(self):
    return line.request("__iter__", self)


def advance(self):
    """Items come one by one at first, then, while nothing else is asked, in growing batches."""
    ahead = self._omni_ahead
    if ahead is None:
        ahead = Ahead()
        object.__setattr__(self, "_omni_ahead", ahead)
    return ahead.next(self)


class Ahead:
    """What an iterator has already told."""

    def __init__(self):
        self.items, self.ending, self.streak, self.asked = collections.deque(), None, 0, -1

    def next(self, handle):
        judge = line.JUDGE
        if not self.items and self.ending is None:
            self.streak = self.streak + 1 if judge.asked == self.asked and judge.runs_ahead(handle) else 0
            count = 1 if self.streak < 4 else min(2 ** (self.streak - 3), 256)
            items, how, what = judge.request("__next__", handle, count)
            self.asked = judge.asked
            self.items.extend(items)
            self.ending = None if how == "more" else (how, what)
        if self.items:
            return self.items.popleft()
        how, what = self.ending
        self.ending = ("end", None)
        raise StopIteration(what) if how == "end" else what


def wait(self):
    async def result():
        return line.request("await", self)

    return result().__await__()


SPECIAL = {
    "__eq__": equal,
    "__ne__": unequal,
    "__contains__": contains,
    "__hash__": hashing,
    "__exit__": leave,
    "__iter__": iterate,
    "__next__": advance,
    "__await__": wait,
    **{name: ordering(name) for name in ORDER},
}


def operator_of(name):
    return SPECIAL.get(name) or operation(name)


# Of a named tuple these are the data's own, whatever its class says.
TUPLES_OWN = set(dir(tuple)) - {"__str__", "__repr__", "__format__", "__add__", "__mul__", "__rmul__"}


def namedtuple_class(kind, name, fields, dunders):
    """A named tuple of the submission's: data, with the methods that its class adds and, where the tests name it, its
    operators."""

    def ask(each):
        def asking(self, *args):
            apart = any(not is_handle(arg) and not hasattr(type(arg), "_omni_classes") for arg in args)
            if apart and each in TELLING:
                return NotImplemented
            return line.request("of tuple", kind, list(self), each, *args)

        return asking

    class Remote(collections.namedtuple(name, fields, rename=True)):
        __slots__ = ()
        _omni_classes = (kind,)

        def __getattr__(self, name):
            return line.request("of tuple", kind, list(self), "__getattr__", name)

    for each in dunders:
        if (
            each in OPERATIONS
            and each not in TUPLES_OWN
            and (kind._omni_named or each in ("__str__", "__repr__", "__call__"))
        ):
            setattr(Remote, each, ask(each))
    Remote.__name__ = Remote.__qualname__ = name
    return Remote
