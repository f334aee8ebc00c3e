"""The conversation between a submission's process and the one that tests it: one request at a time, answered before the
next; requests may nest (a callback within a call). Frames are u32 length and a codec message.

Heads: {"q": operation, "k": names of the keyword arguments}, {"a": 1} an answer, {"x": exception}; further keys ride
along.
"""

import math
import operator
import os
import struct
import sys
import threading

BINARY = "add sub mul truediv floordiv mod pow matmul lshift rshift and or xor".split()
# What a handle may be asked, with how the owner does it.
OPERATIONS = {
    "__call__": lambda it, /, *args, **named: it(*args, **named),
    "__getattr__": getattr,
    "__setattr__": setattr,
    "__delattr__": delattr,
    "__len__": len,
    "__iter__": iter,
    "__reversed__": reversed,
    "__str__": str,
    "__repr__": repr,
    "__format__": format,
    "__bool__": bool,
    "__hash__": hash,
    "__int__": int,
    "__float__": float,
    "__complex__": complex,
    "__index__": operator.index,
    "__abs__": abs,
    "__neg__": operator.neg,
    "__pos__": operator.pos,
    "__invert__": operator.invert,
    "__round__": round,
    "__floor__": math.floor,
    "__ceil__": math.ceil,
    "__trunc__": math.trunc,
    "__divmod__": divmod,
    "__rdivmod__": lambda it, other: divmod(other, it),
    "__bytes__": bytes,
    "__dir__": dir,
    "__getitem__": operator.getitem,
    "__setitem__": operator.setitem,
    "__delitem__": operator.delitem,
    "__contains__": operator.contains,
    "__enter__": lambda it: type(it).__enter__(it),
    "__exit__": lambda it, *how: type(it).__exit__(it, *how),
    "__aenter__": lambda it: type(it).__aenter__(it),
    "__aexit__": lambda it, *how: type(it).__aexit__(it, *how),
    "__aiter__": lambda it: type(it).__aiter__(it),
    "__anext__": lambda it: type(it).__anext__(it),
    "__eq__": operator.eq,
    "__ne__": operator.ne,
    "__lt__": operator.lt,
    "__le__": operator.le,
    "__gt__": operator.gt,
    "__ge__": operator.ge,
    "__copy__": lambda it: __import__("copy").copy(it),
    "__deepcopy__": lambda it, memo=None: __import__("copy").deepcopy(it),
    "__fspath__": os.fspath,
    **{"__%s__" % name: getattr(operator, "__%s__" % name) for name in BINARY},
    **{"__i%s__" % name: getattr(operator, "i" + name) for name in BINARY},
    **{
        "__r%s__" % name: (lambda do: lambda it, other: do(other, it))(getattr(operator, "__%s__" % name))
        for name in BINARY
    },
}
# Those that any handle takes; the others are for classes that the tests name.
OPEN = frozenset(
    "__call__ __getattr__ __setattr__ __delattr__ __len__ __iter__ __next__ __reversed__ __str__ "
    "__repr__ __format__ __dir__ __getitem__ "
    "__setitem__ __delitem__ __bool__ __enter__ __exit__ __aenter__ __aexit__ __aiter__ __anext__ "
    "__await__ __copy__ __deepcopy__ "
    "__bytes__ __fspath__".split()
)


def dunders_of(kind):
    """The operations that a class brings, beyond what every object and built-in data have."""
    mro = type.__dict__["__mro__"].__get__(kind)
    owners = [owner for owner in mro if owner is not object and (owner is not tuple or kind is tuple)]
    found = {name for owner in owners for name in vars(owner)}
    return [
        name
        for name in (*OPERATIONS, "__next__", "__await__")
        if name in found and getattr(kind, name, None) is not None
    ]


def run_apart(coroutine):
    """Runs a coroutine of the other side's to its end, within whatever runs here."""
    import asyncio

    global LOOP
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        if running is not None or LOOP is None or LOOP.is_closed() or LOOP.is_running():
            loop = asyncio.new_event_loop()
            LOOP = LOOP or loop
        else:
            loop = LOOP
        return loop.run_until_complete(coroutine)
    finally:
        asyncio._set_running_loop(running)


# Frames of ours between a request and what it asks for, at most.
OWN_FRAMES = 16


def deepen(frames):
    """Moves the limit of the stack, whatever a program has made of it."""
    try:
        sys.setrecursionlimit(sys.getrecursionlimit() + frames)
    except (RecursionError, ValueError, OverflowError):
        pass


# Coroutines that share objects share their loop.
LOOP = None


class Gone(BaseException):
    """The other side hung up."""


class Frames:
    """Length-prefixed frames over two descriptors."""

    def __init__(self, read_fd, write_fd, limit):
        self.read_fd, self.write_fd, self.limit, self.buffer = read_fd, write_fd, limit, b""

    def take(self, count):
        parts, have = [self.buffer], len(self.buffer)
        while have < count:
            part = os.read(self.read_fd, 1 << 20)
            if not part:
                raise Gone
            parts.append(part)
            have += len(part)
        data = b"".join(parts)
        self.buffer = data[count:]
        return data[:count]

    def receive(self):
        (length,) = struct.unpack(">I", self.take(4))
        if length > self.limit:
            raise Gone
        return self.take(length)

    def send(self, data):
        data = struct.pack(">I", len(data)) + data
        while data:
            data = data[os.write(self.write_fd, data) :]


class Peer:
    """One end. A subclass brings `codec`, `perform(name, args, named)`, and what rides along with messages."""

    def __init__(self, send, receive):
        self.send, self.receive = send, receive
        self.lock = threading.RLock()

    def request(self, name, /, *args, **named):
        with self.lock:
            head = {"q": name, "k": list(named), **self.luggage()}
            self.send(self.codec.dumps(head, [*args, *named.values()]))
            while True:
                head, values = self.understand(self.receive())
                self.unpack(head)
                if "q" not in head:
                    break
                self.answer(head, values)
        if "x" in head:
            raise self.revive(head["x"], values)
        return values[0]

    def answer(self, head, values):
        """Does what the other side asked for and says what came of it."""
        names = head["k"]
        split = len(values) - len(names)
        # What our own frames take of the stack is not the program's, nor its tests'.
        deepen(OWN_FRAMES)
        try:
            reply, value = {"a": 1}, [self.perform(head["q"], values[:split], dict(zip(names, values[split:])))]
        except Gone:
            raise
        except BaseException as error:
            reply, value = {"x": None}, error
        finally:
            deepen(-OWN_FRAMES)
        with self.lock:
            self.closing()
            try:
                if "x" in reply:
                    reply["x"], value = self.describe(value)
                data = self.codec.dumps({**reply, **self.luggage()}, value)
            except Gone:
                raise
            except BaseException as error:
                info, value = self.describe(error)
                data = self.codec.dumps({"x": info, **self.luggage()}, value)
            self.send(data)

    def closing(self):
        """Called when an answer is about to leave."""

    def understand(self, data):
        return self.codec.loads(data)

    def luggage(self):
        return {}

    def unpack(self, head):
        pass
