"""Objects and classes of the submission, as its tests hold them: every use is a request to the submission's process."""

import line


class Meta(type):
    """A class of the submission's."""

    def __new__(meta, name, bases, names, number=None):
        if number is None:
            raise TypeError("tests that subclass %s have to share its process" % bases[0].__name__)
        # Classes do not inherit this one.
        names["__doc__"] = property(lambda self: line.request("__getattr__", self, "__doc__"))
        made = super().__new__(meta, name, bases, names)
        type.__setattr__(made, "_omni_kind", number)
        return made

    def __init__(cls, name, bases, names, number=None):
        super().__init__(name, bases, names)

    def __call__(cls, /, *args, **named):
        return line.request("__call__", cls, *args, **named)

    def __getattr__(cls, name):
        return line.request("__getattr__", cls, name)

    def __getattribute__(cls, name):
        # Methods and constants of the submission's class come before what `object` has of the same name.
        here = name.startswith("__") and name not in ("__doc__", "__annotations__", "__slots__")
        if here or name.startswith("_omni") or name in ("mro", "args", "with_traceback", "add_note"):
            return super().__getattribute__(name)
        return line.request("__getattr__", cls, name)

    def __setattr__(cls, name, value):
        line.request("__setattr__", cls, name, value)

    def __delattr__(cls, name):
        line.request("__delattr__", cls, name)

    def __instancecheck__(cls, value):
        return type.__instancecheck__(cls, value) or cls in getattr(type(value), "_omni_classes", ())

    def __iter__(cls):
        return line.request("__iter__", cls)

    def __len__(cls):
        return line.request("__len__", cls)

    def __bool__(cls):
        return True

    def __getitem__(cls, key):
        return line.request("__getitem__", cls, key)

    def __contains__(cls, item):
        return line.request("__contains__", cls, item) is True

    def __dir__(cls):
        return line.request("__dir__", cls)

    def __str__(cls):
        return line.text("__str__", cls)

    def __repr__(cls):
        return line.text("__repr__", cls)


class Handle:
    """An object of the submission's."""

    __slots__ = ("__weakref__", "_omni_ahead", "_omni_held", "_omni_number", "_omni_told")

    def __getattr__(self, name):
        if name.startswith("_omni"):
            raise AttributeError(name)
        return line.request("__getattr__", self, name)

    def __setattr__(self, name, value):
        line.request("__setattr__", self, name, value)

    def __delattr__(self, name):
        line.request("__delattr__", self, name)

    def __call__(self, /, *args, **named):
        return line.request("__call__", self, *args, **named)

    def __dir__(self):
        return line.request("__dir__", self)

    def __copy__(self):
        return line.request("__copy__", self)

    def __deepcopy__(self, memo):
        return line.request("__deepcopy__", self)

    def __str__(self):
        return line.text("__str__", self)

    def __repr__(self):
        return line.text("__repr__", self)

    def __format__(self, how):
        return line.text("__format__", self, how)

    def __del__(self):
        line.JUDGE.freed.append(self._omni_number)


# What every handle has of its own; the submission's class adds to it.
OWN = {name for name in vars(Handle) if name.startswith("__")}


def is_handle(value):
    return isinstance(type(value), Meta) or isinstance(value, Meta)


def number_of(value):
    """The number under which the submission's process knows an object; None of what is not its own."""
    if isinstance(value, Meta):
        return type.__getattribute__(value, "_omni_kind")
    return value._omni_number if isinstance(type(value), Meta) else None


def make_handle(kind, number, nature):
    """A handle of class `kind`. `nature` is `based` for a subclass of built-in data."""
    made = object.__new__(kind)
    for name, value in (("_omni_number", number), ("_omni_ahead", None), ("_omni_told", nature), ("_omni_held", None)):
        object.__setattr__(made, name, value)
    return made


class RemoteError:
    """Mixed into exceptions of the submission's own classes."""

    def __getattr__(self, name):
        if name.startswith("_omni"):
            raise AttributeError(name)
        return line.request("__getattr__", self, name)

    def __str__(self):
        return self._omni_text
