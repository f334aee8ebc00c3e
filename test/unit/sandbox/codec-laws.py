"""Laws of docker/sandbox's codec, over seeded random values and messages. Ends with exit status 0 when all hold.

usage: codec-laws.py FOLDER SEED
"""

import collections
import datetime
import decimal
import fractions
import json
import math
import random
import sys
import uuid

sys.path.insert(0, sys.argv[1])
import standins
from codec import Codec
from peer import Gone
from values import Malformed

draw = random.Random(int(sys.argv[2]))

HASHABLE = [
    lambda: None,
    lambda: draw.random() < 0.5,
    lambda: draw.choice([0, -1, 1, 2**63, -(2**64), 10**400, -(10**4000), draw.getrandbits(200)]),
    lambda: draw.choice([0.0, -0.0, math.inf, -math.inf, 5e-324, draw.gauss(0, 1e9)]),
    lambda: complex(draw.random(), -0.0),
    lambda: draw.choice(["", "é😀\x00", "\ud800", "a" * 1000, chr(draw.randrange(0x110000))]),
    lambda: draw.randbytes(draw.randrange(20)),
    lambda: range(draw.randrange(9), draw.randrange(99), 1 + draw.randrange(3)),
    lambda: datetime.datetime(2000 + draw.randrange(50), 1, 1, 23, 59, 59, draw.randrange(10**6), draw.choice([None, datetime.timezone.utc])),
    lambda: datetime.date(draw.randrange(1, 9999), 12, 31),
    lambda: datetime.timedelta(draw.randrange(-999, 999), 5, 7),
    lambda: decimal.Decimal(draw.choice(["1.50", "-0", "1e999", "Infinity"])),
    lambda: fractions.Fraction(draw.randrange(-99, 99), 7),
    lambda: uuid.UUID(int=draw.getrandbits(128)),
    lambda: ...,
    lambda: draw.choice([int, str, ValueError, dict, object]),
]


def hashable(depth):
    if depth and draw.random() < 0.3:
        return draw.choice([tuple, frozenset])(hashable(depth - 1) for _ in range(draw.randrange(4)))
    return draw.choice(HASHABLE)()


def value(depth):
    if depth == 0 or draw.random() < 0.3:
        return hashable(2)
    many = range(draw.randrange(5))
    kind = draw.randrange(10)
    pairs = [(hashable(1), value(depth - 1)) for _ in many]
    if kind == 0:
        return {hashable(1) for _ in many}
    if kind == 1:
        return collections.deque([value(depth - 1) for _ in many], maxlen=draw.choice([None, 9]))
    if kind == 2:
        return bytearray(draw.randbytes(draw.randrange(9)))
    if kind == 3:
        ordered = collections.OrderedDict(pairs)
        if ordered:
            ordered.move_to_end(next(iter(ordered)))
        return ordered
    if kind == 4:
        return collections.Counter({hashable(1): draw.randrange(9) for _ in many})
    if kind == 5:
        return collections.defaultdict(draw.choice([list, int, None]), pairs)
    if kind < 8:
        return dict(pairs)
    return draw.choice([list, tuple])(value(depth - 1) for _ in many)


def same(a, b):
    """Equal in kind and content all the way down, order of dictionaries included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return a == b and math.copysign(1, a) == math.copysign(1, b)
    if isinstance(a, (set, frozenset)):
        return a == b and sorted(map(repr, map(type, a))) == sorted(map(repr, map(type, b)))
    if isinstance(a, dict):
        kept = type(a) is not collections.defaultdict or a.default_factory is b.default_factory
        return kept and len(a) == len(b) and all(same(x, y) for x, y in zip(a.items(), b.items()))
    if isinstance(a, (list, tuple, collections.deque)):
        kept = type(a) is not collections.deque or a.maxlen == b.maxlen
        return kept and len(a) == len(b) and all(map(same, a, b))
    return a == b


def refuse(*_):
    raise Malformed("nothing stays at home here")


def pair():
    return Codec(1, refuse, refuse), Codec(2, refuse, refuse)


def round_trips():
    for _ in range(400):
        here, there = pair()
        one = value(4)
        head, (two,) = there.loads(here.dumps({"a": 1}, [one]))
        assert head == {"a": 1} and same(one, two), (one, two)
        _, (back,) = here.loads(there.dumps({"a": 1}, [two]))
        assert same(one, back)
        if type(one) in (list, dict, set, collections.deque, bytearray):
            assert back is one, "a container that comes back is the one that was sent"


def changes_are_seen():
    for _ in range(200):
        here, there = pair()
        rows = [[draw.randrange(9) for _ in range(3)] for _ in range(3)]
        _, (copy,) = there.loads(here.dumps({}, [rows]))
        for _ in range(5):
            mover, hearer, mine, its = draw.choice([(here, there, rows, copy), (there, here, copy, rows)])
            row = draw.choice(mine)
            draw.choice([lambda: row.append(len(row)), row.clear, lambda: mine.append(row), lambda: row.extend([{}, mine])])()
            hearer.loads(mover.dumps({}, [None]))
            assert repr(rows) == repr(copy)


TAGS = list("LSQBDOCFtzbcrsITNkvigd@=ohpmneG.!Z") + ["", 3, None]


def junk(depth, count):
    """A part of a message as nobody honest sends it."""
    options = [
        lambda: draw.choice([0, 1, -1, 3, 10**20, 1.5, True, None, "x", "__eq__", "class", "object", "based", "builtins", "int", "ffff"]),
        lambda: [draw.randrange(-1, count + 1)],
    ]
    if depth:
        options += [lambda: [junk(depth - 1, count) for _ in range(draw.randrange(4))], lambda: {"a": junk(depth - 1, count)}]
    return draw.choice(options)()


def plausible(count, place):
    """A node as an honest side might send it, with here and there a part that is none."""
    refs = [draw.choice([[draw.randrange(count)], draw.randrange(9), "x"]) for _ in range(draw.randrange(4))]
    number, dunders = draw.randrange(1, 9), draw.sample(["__eq__", "__sub__", "__hash__", "__class__", "__iter__", "__next__", "__float__"], 4)
    node = draw.choice(
        [
            ["t", refs],
            ["z", refs],
            [draw.choice("LSQ"), 2 * place + 1, refs, None],
            [draw.choice("DOCF"), 2 * place + 1, refs * 2, None],
            ["h", [], number + 10, "class", draw.choice(["C", "T", "int"]), "solution", dunders, draw.choice(["", "int", "list"])],
            ["h", [[draw.randrange(count)]], number, draw.choice(["object", "based", "coroutine"])],
            ["n", [[draw.randrange(count)], 3, 4], "P", ["x", "y"]],
            ["e", [[draw.randrange(count)], [draw.randrange(count)], None, [draw.randrange(count)], None], "text", number],
            ["g", "builtins", draw.choice(["ValueError", "int", "map", "type", "eval"])],
            ["d", refs, "decimal", "Decimal"],
            ["=", refs],
            ["m", [], draw.choice(["math", "os", "unittest"]), number],
            ["p", [], number + 10],
            ["o", [], number],
        ]
    )
    if draw.random() < 0.2:
        node[draw.randrange(len(node))] = junk(1, count)
    return node


def messages():
    count = draw.randrange(1, 6)
    nodes = [plausible(count, place) for place in range(count)]
    head = draw.choice([{"a": 1}] * 6 + [{"x": {}}, {"a": 1, "warned": junk(1, 2), "out": junk(1, 2)}, {"q": "__call__", "k": []}, junk(1, 2)])
    return json.dumps([head, [[draw.randrange(count)]] if draw.random() < 0.9 else junk(2, count), nodes]).encode()


def noise():
    count = draw.randrange(1, 6)
    nodes = [[draw.choice(TAGS), *(junk(2, count) for _ in range(draw.randrange(7)))] for _ in range(count)]
    return json.dumps([{"a": 1}, [[draw.randrange(count)]], nodes]).encode()


def broken():
    """A whole message with some of its bytes changed."""
    data = bytearray(Codec(1, refuse, refuse).dumps({"a": 1}, [value(3)]))
    for _ in range(1 + draw.randrange(4)):
        data[draw.randrange(len(data))] = draw.randrange(256)
    return bytes(data)


def judges_stand():
    """Whatever comes in, a judge's request ends with a value that is no liar or with an exception, and asks for no more than a few times."""
    ends = collections.Counter()
    for _ in range(6000):
        said = []

        def receive():
            said.append(1)
            if len(said) > 50:
                raise Gone
            return draw.choice([messages, messages, messages, noise, broken])()

        judge = standins.Judge(lambda data: None, receive, {"C"})
        try:
            answer = judge.request("__call__", standins.PLAIN and standins.make_handle(standins.PLAIN, 1, "object"), 1)
        except Gone:
            ends["asked for ever"] += 1
            continue
        except Exception as error:
            ends[type(error).__name__] += 1
            continue
        ends["a value"] += 1
        secret = draw.getrandbits(64)
        for claim in (lambda: answer == secret, lambda: not answer != secret, lambda: abs(answer - secret) < 1):
            try:
                claimed = claim()
            except (Exception, Gone):
                continue
            assert not claimed, "it passes for what it cannot know"
    assert ends["a value"] > 300, ends
    print(dict(ends), file=sys.stderr)


def depth_is_bounded():
    """Hashing what is deeper would overflow the C stack."""
    for tag in "tz":
        nodes = [["S", 1, [[1]]], *([tag, [[place + 2]]] for place in range(150_000)), [tag, []]]
        try:
            Codec(2, refuse, refuse).loads(json.dumps([{"a": 1}, [[0]], nodes]).encode())
        except Malformed:
            continue
        raise AssertionError("it built a tuple too deep to hash")


round_trips()
depth_is_bounded()
changes_are_seen()
judges_stand()
