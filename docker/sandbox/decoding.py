"""Messages of codec.py read back into values."""

import collections
import types

from values import SHELLS, VALUES, Held, Malformed, content, known_class

# Hashing a deeper one overflows the C stack.
MAX_DEPTH = 10_000


class Reader:
    """Decodes one message: changeable containers first as empty shells, then what cannot change, then the shells'
    content."""

    def __init__(self, codec, nodes):
        self.codec, self.nodes = codec, nodes
        self.made, self.done, self.depth = [None] * len(nodes), [False] * len(nodes), [0] * len(nodes)
        self.shells = []

    def values(self, packed):
        for number, node in enumerate(self.nodes):
            if node[0] in SHELLS or node[0] == "@":
                self.shell(number, node)
            elif node[0] == "N":
                self.made[number], self.done[number] = types.SimpleNamespace(), True
        for number in range(len(self.nodes)):
            self.build(number)
        for node, value in zip(self.nodes, self.made):
            if node[0] == "N":
                items = self.all(node[1])
                vars(value).update(zip(items[::2], items[1::2]))
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
        for key, item in fresh.items():
            value[key] = item
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
            self.depth[number] = 1 + max((self.depth[ref] for ref in self.parts(node)), default=0)
            if self.depth[number] > MAX_DEPTH:
                raise Malformed("tuples deeper than %d" % MAX_DEPTH)
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
        if tag == "y":
            return memoryview(node[1].encode("latin-1"))
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
        return self.codec.adopt(node, self.all(node[1]) if len(node) > 1 and type(node[1]) is list else [])
