"""Python values as JSON, between a submission's process and the one that tests it.

A message is a flat table of nodes; None, bool, small int, float and clean str stand inline, everything else is `[n]`, the node's
place. So nesting costs no recursion, and shared and cyclic references keep their shape. Containers that can change have
an identity for the whole conversation: whoever speaks sends along what has changed in those that both sides hold, and the
listener changes its own in place. Nothing is ever evaluated or imported by name, but for the classes listed here.
"""

import builtins
import collections
import json
import sys

MAX_BYTES = 8 << 20
MAX_NODES = 600_000
SMALL = 1 << 900
# Elements of containers held by both sides, beyond which the oldest are forgotten.
HELD = 20_000

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
    ("array", "array"): lambda v: (v.typecode, v.tolist()),
    ("types", "SimpleNamespace"): None,
}
VIEWS = {type({}.keys()): "k", type({}.values()): "v", type({}.items()): "i"}
# Classes that go by name.
KNOWN = {
    *(
        ("builtins", name)
        for name, value in vars(builtins).items()
        if isinstance(value, type) and (issubclass(value, BaseException) or value in BASES or name in ("object", "type", "range"))
    ),
    *(("builtins", name) for name in "map filter zip enumerate reversed slice memoryview property staticmethod classmethod".split()),
    *(key for key in VALUES if VALUES[key]),
    *(("collections", name) for name in "Counter OrderedDict defaultdict deque".split()),
    *(("decimal", name) for name in "DecimalException InvalidOperation DivisionByZero Overflow Inexact Rounded Subnormal".split()),
    *(("json.decoder", "JSONDecodeError"), ("queue", "Empty"), ("queue", "Full"), ("re", "error"), ("asyncio.exceptions", "TimeoutError")),
    *(("asyncio.exceptions", "CancelledError"), ("_queue", "Empty"), ("dataclasses", "FrozenInstanceError"), ("enum", "Enum")),
    *(("statistics", "StatisticsError"), ("struct", "error"), ("binascii", "Error"), ("zlib", "error"), ("csv", "Error"), ("_csv", "Error")),
    *(("configparser", name) for name in ("Error", "NoSectionError", "NoOptionError", "DuplicateSectionError")),
    *(("subprocess", "CalledProcessError"), ("subprocess", "TimeoutExpired"), ("copy", "Error"), ("ipaddress", "AddressValueError")),
}


class TooLarge(OverflowError):
    """A value over the bound of a message."""


class Malformed(Exception):
    """What came in is no message of this protocol."""


def known(kind):
    """(module, name) of a class that goes by name; None of any other."""
    key = (kind.__module__, kind.__qualname__) if type(kind.__module__) is str else None
    return key if key in KNOWN and getattr(sys.modules.get(key[0]), key[1], None) is kind else None


def known_class(module, name):
    if (module, name) not in KNOWN:
        raise Malformed("a class that does not go by name")
    return getattr(__import__(module, fromlist=[name]), name)


def clean(text):
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def base_copy(value):
    """A subclass of built-in data as its base; None where it is none."""
    for base in BASES:
        if isinstance(value, base) and type(value) is not base:
            if base is collections.defaultdict:
                return collections.defaultdict(value.default_factory, dict.items(value))
            if base is collections.deque:
                return collections.deque(base.__iter__(value), base.maxlen.__get__(value))
            if issubclass(base, dict):
                return base(zip(dict.keys(value), dict.values(value)))
            if base in (int, float, complex):
                return base.__pos__(value) if base is not complex else base.__add__(value, 0j)
            if base in (str, bytes, bytearray):
                return base.__getitem__(value, slice(None))
            return base(base.__iter__(value))
    return None


def content(value):
    """The elements of a container, flat."""
    if isinstance(value, dict):
        return [part for pair in dict.items(value) for part in pair]
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


class Message:
    def __init__(self):
        self.nodes, self.index, self.queue, self.alive = [], {}, collections.deque(), []
        self.touched = []

    def place(self, value):
        """The node of a value, made if it has none yet."""
        number = self.index.get(id(value))
        if number is None:
            number = self.index[id(value)] = len(self.nodes)
            self.nodes.append(None)
            self.alive.append(value)  # keeps its id its own
            self.queue.append((number, value))
        return [number]


class Codec:
    """One side's half. `export` makes the node of a value that stays at home, `adopt` an object of such a node."""

    def __init__(self, first, export, adopt):
        self.next, self.export, self.adopt = first, export, adopt
        self.held, self.names = {}, {}

    def forget_old(self):
        """Drops the oldest containers that exceed the bound; returns their identities for the other side to drop."""
        total, dropped = sum(len(each.parts) + 1 for each in self.held.values()), []
        for number in list(self.held):
            if total <= HELD:
                break
            total -= len(self.held[number].parts) + 1
            dropped.append(number)
            self.drop(number)
        return dropped

    def drop(self, number):
        each = self.held.pop(number, None)
        if each is not None:
            self.names.pop(id(each.value), None)

    # Encoding

    def pack(self, value, message):
        kind = type(value)
        if kind in SCALARS:
            if kind is int and not -SMALL < value < SMALL or kind is str and not clean(value):
                message.nodes.append(["I", hex(value)] if kind is int else ["T", value.encode("utf-32-le", "surrogatepass").hex()])
                return [len(message.nodes) - 1]
            return value
        return message.place(value)

    def pack_all(self, values, message):
        kinds = set(map(type, values))
        if kinds <= {float, bool, type(None)} or kinds <= {int} and (not values or -SMALL < min(values) <= max(values) < SMALL):
            return list(values)
        pack = self.pack
        return [pack(value, message) for value in values]

    def dumps(self, head, values):
        """A message: a head of plain JSON, the values, and whatever has changed since the last one."""
        message = Message()
        try:
            return self.encode(message, head, values)
        except BaseException:
            # It will not be sent: the other side knows none of it.
            for number, parts in reversed(message.touched):
                if parts is None:
                    self.drop(number)
                else:
                    self.held[number].parts = parts
            raise

    def encode(self, message, head, values):
        changed = [each.value for each in self.held.values() if each.changed()]
        for value in changed:
            message.place(value)
        packed = [self.pack(value, message) for value in values]
        queue = message.queue
        while queue:
            number, value = queue.popleft()
            message.nodes[number] = self.node(value, message)
            if len(message.nodes) > MAX_NODES:
                raise TooLarge("a value of more than %d parts" % MAX_NODES)
        text = json.dumps([head, packed, message.nodes], ensure_ascii=False, separators=(",", ":")).encode()
        if len(text) > MAX_BYTES:
            raise TooLarge("a value of %d bytes; at most %d" % (len(text), MAX_BYTES))
        return text

    def node(self, value, message):
        kind = type(value)
        pack, pack_all = self.pack, self.pack_all
        if kind in MUTABLE:
            return self.mutable_node(value, kind, message)
        if kind is tuple:
            return ["t", pack_all(value, message)]
        if kind is frozenset:
            return ["z", pack_all(list(value), message)]
        if kind is bytes:
            return ["b", value.decode("latin-1")]
        if kind is complex:
            return ["c", value.real, value.imag]
        if kind is range:
            return ["r", pack_all([value.start, value.stop, value.step], message)]
        if kind is slice:
            return ["s", pack_all([value.start, value.stop, value.step], message)]
        if value is Ellipsis or value is NotImplemented:
            return ["." if value is Ellipsis else "!"]
        if kind in VIEWS:
            items = [part for pair in value for part in pair] if VIEWS[kind] == "i" else list(value)
            return [VIEWS[kind], pack_all(items, message)]
        if isinstance(value, type):
            key = known(value)
            if key is not None:
                return ["g", *key]
        key = (kind.__module__, kind.__qualname__)
        if key in VALUES and getattr(sys.modules.get(key[0]), key[1], None) is kind:
            if key[1] == "SimpleNamespace":
                return ["N", [pack(dict(vars(value)), message)]]
            return ["d", pack_all(VALUES[key](value), message), *key]
        return self.export(value, message)

    def mutable_node(self, value, kind, message):
        number = self.names.get(id(value))
        each = self.held.get(number)
        if each is not None and not each.changed():
            return ["@", number]
        if number is None:
            number = self.names[id(value)] = self.next
            self.next += 2
        message.touched.append((number, None if each is None else each.parts))
        each = self.held[number] = Held(value)
        if kind is bytearray:
            return ["B", number, bytes(value).decode("latin-1")]
        node = [MUTABLE[kind], number, self.pack_all(each.parts, message)]
        if kind is collections.deque:
            node.append(value.maxlen)
        elif kind is collections.defaultdict:
            node.append(self.pack(value.default_factory, message))
        return node

    # Decoding

    def loads(self, data):
        """(head, values) of a message. Raises Malformed for anything that no honest side sends."""
        if len(data) > MAX_BYTES or data.count(b"[") > 3 * MAX_NODES:
            raise Malformed("a message over the limit")
        try:
            head, packed, nodes = json.loads(data)
            return head, Reader(self, nodes).values(packed)
        except Malformed:
            raise
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, ArithmeticError, RecursionError) as error:
            raise Malformed("%s: %s" % (type(error).__name__, str(error)[:100])) from None


class Reader:
    """Decodes one message: changeable containers first as empty shells, then what cannot change, then the shells' content."""

    def __init__(self, codec, nodes):
        self.codec, self.nodes = codec, nodes
        self.made, self.done = [None] * len(nodes), [False] * len(nodes)
        self.shells = []

    def values(self, packed):
        for number, node in enumerate(self.nodes):
            if node[0] in SHELLS or node[0] == "@":
                self.shell(number, node)
        for number in range(len(self.nodes)):
            self.build(number)
        for node, value in self.shells:
            self.fill(node, value)
            each = self.codec.held.get(node[1])
            if each is not None:
                each.parts = content(value)
        return [self.at(ref) for ref in packed]

    def at(self, ref):
        if type(ref) is not list:
            return ref
        (number,) = ref
        if type(number) is not int or number < 0 or not self.done[number]:
            raise Malformed("a reference to nothing")
        return self.made[number]

    def all(self, refs):
        return [self.at(ref) for ref in refs] if list in set(map(type, refs)) else refs

    def shell(self, number, node):
        tag, name = node[0], node[1]
        codec = self.codec
        each = codec.held.get(name)
        if tag == "@":
            if each is None:
                raise Malformed("a container that was never sent")
            value = each.value
        elif each is not None:
            value = each.value
            if SHELLS[tag] is not type(value):
                raise Malformed("a container that became another")
        else:
            if type(name) is not int or name % 2 == codec.next % 2:
                raise Malformed("an identity of the other side's")
            value = collections.deque(maxlen=node[3]) if tag == "Q" else SHELLS[tag]()
            codec.held[name] = Held(value)
            codec.names[id(value)] = name
        if tag != "@":
            self.shells.append((node, value))
        self.made[number], self.done[number] = value, True

    def fill(self, node, value):
        tag, items = node[0], node[2]
        if tag == "B":
            value[:] = items.encode("latin-1")
            return
        items = self.all(items)
        if tag == "L":
            value[:] = items
            return
        # Hashing may ask the other side: nothing is half filled then.
        fresh = set(items) if tag == "S" else items if tag == "Q" else dict(zip(items[::2], items[1::2]))
        value.clear()
        if tag in "SQ":
            (value.update if tag == "S" else value.extend)(fresh)
            return
        dict.update(value, fresh)
        if tag == "F":
            value.default_factory = self.at(node[3])

    def build(self, start):
        """Makes a value that cannot change, after those that it is made of."""
        stack, opened = [start], set()
        while stack:
            number = stack[-1]
            if self.done[number]:
                stack.pop()
                continue
            node = self.nodes[number]
            missing = [] if number in opened else [ref for ref in self.parts(node) if not self.done[ref]]
            if missing:
                if any(ref in opened for ref in missing):
                    raise Malformed("a value that holds itself")
                opened.add(number)
                stack.extend(missing)
                continue
            self.made[number] = self.make(node)
            self.done[number] = True
            stack.pop()

    def parts(self, node):
        """Places of the nodes that one is made of: [tag, references, …]."""
        refs = node[1] if len(node) > 1 and type(node[1]) is list else []
        found = [ref[0] for ref in refs if type(ref) is list]
        if any(type(number) is not int or not 0 <= number < len(self.nodes) for number in found):
            raise Malformed("a reference to nothing")
        return found

    def make(self, node):
        tag = node[0]
        if tag == "t":
            return tuple(self.all(node[1]))
        if tag == "z":
            return frozenset(self.all(node[1]))
        if tag == "b":
            return node[1].encode("latin-1")
        if tag == "c":
            return complex(node[1], node[2])
        if tag == "r":
            return range(*self.all(node[1]))
        if tag == "s":
            return slice(*self.all(node[1]))
        if tag == "I":
            return int(node[1], 16)
        if tag == "T":
            return bytes.fromhex(node[1]).decode("utf-32-le", "surrogatepass")
        if tag in (".", "!"):
            return Ellipsis if tag == "." else NotImplemented
        if tag == "k":
            return dict.fromkeys(self.all(node[1])).keys()
        if tag == "v":
            return dict(enumerate(self.all(node[1]))).values()
        if tag == "i":
            items = self.all(node[1])
            return dict(zip(items[::2], items[1::2])).items()
        if tag == "g":
            return known_class(node[1], node[2])
        if tag == "d":
            if VALUES.get((node[2], node[3])) is None:
                raise Malformed("a value of an unknown class")
            return known_class(node[2], node[3])(*self.all(node[1]))
        if tag == "N":
            return __import__("types").SimpleNamespace(**self.at(node[1][0]))
        return self.codec.adopt(node, self.all(node[1]) if len(node) > 1 and type(node[1]) is list else [])
