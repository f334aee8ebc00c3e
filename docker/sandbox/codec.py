"""Python values as JSON, between a submission's process and the one that tests it.

A message is a flat table of nodes; None, bool, small int, float and clean str stand inline, everything else is `[n]`,
the node's place. So nesting costs no recursion, and shared and cyclic references keep their shape. Containers that can
change have an identity for the whole conversation: whoever speaks sends along what has changed in those that both sides
hold, and the listener changes its own in place. Nothing is ever evaluated or imported by name, but for the classes
listed here.
"""

import collections
import json
import sys

from decoding import Reader
from values import MUTABLE, SCALARS, SMALL, VALUES, VIEWS, Held, Malformed, TooLarge, clean, known

MAX_BYTES = 24 << 20
MAX_NODES = 600_000
# Elements of containers held by both sides, beyond which the oldest are forgotten.
HELD = 20_000


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
                text = hex(value) if kind is int else value.encode("utf-32-le", "surrogatepass").hex()
                message.nodes.append(["I" if kind is int else "T", text])
                return [len(message.nodes) - 1]
            return value
        return message.place(value)

    def pack_all(self, values, message):
        kinds = set(map(type, values))
        small = kinds <= {int} and (not values or -SMALL < min(values) <= max(values) < SMALL)
        if small or kinds <= {float, bool, type(None)}:
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
        pack_all = self.pack_all
        if kind in MUTABLE:
            return self.mutable_node(value, kind, message)
        if kind is tuple:
            return ["t", pack_all(value, message)]
        if kind is frozenset:
            return ["z", pack_all(list(value), message)]
        if kind is bytes:
            return ["b", value.decode("latin-1")]
        if kind is memoryview and value.ndim == 1 and value.format == "B":
            return ["y", value.tobytes().decode("latin-1")]
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
                return ["N", pack_all([part for pair in vars(value).items() for part in pair], message)]
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
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
            raise Malformed("%s: %s" % (type(error).__name__, str(error)[:100])) from None
