"""Values of numpy and pandas as plain parts, and made again of them: tests in a process of their own compare real ones,
and ask none of the program's operators."""

import datetime
import re

from values import Malformed

DTYPE = re.compile(r"[<>|=](?:[biufcSUO]\d{0,8}|[Mm]8(?:\[\w{1,8}\])?)")
MOST_BYTES = 32 << 20
# Items of an array that crosses; a larger one stays where it is.
MOST_ITEMS = 200_000


def dtype_parts(dtype):
    return (dtype.str,) if DTYPE.fullmatch(dtype.str) and dtype.names is None and dtype.subdtype is None else None


def make_dtype(text):
    import numpy

    if not DTYPE.fullmatch(text):
        raise Malformed("a dtype that is not known")
    return numpy.dtype(text)


def array_parts(array):
    dtype = dtype_parts(array.dtype)
    if dtype is None:
        return None
    flat = array.reshape(-1)
    return (*dtype, tuple(array.shape), tuple((flat.view("i8") if array.dtype.kind in "Mm" else flat).tolist()))


def make_array(text, shape, items):
    import numpy

    dtype = make_dtype(text)
    if dtype.itemsize * len(items) > MOST_BYTES:
        raise Malformed("an array over the limit")
    if dtype.kind == "O":
        array = numpy.empty(len(items), dtype)
        for place, item in enumerate(items):
            array[place] = item
    else:
        array = numpy.array(items, "i8").view(dtype) if dtype.kind in "Mm" else numpy.array(items, dtype)
    return array.reshape(shape)


def column_parts(values):
    """A column or an index: numpy's data, or a dtype of pandas' own with the items."""
    return (
        parts(values.to_numpy())
        if type(values.dtype).__module__.startswith("numpy")
        else (str(values.dtype), tuple(values))
    )


def make_column(told):
    import pandas

    return made(told) if told[0] in TABLE else pandas.array(list(told[1]), dtype=told[0])


def index_parts(index):
    if index.nlevels > 1:
        return True, tuple(index), tuple(index.names)
    return False, column_parts(index), index.name


def make_index(multiple, told, name):
    import pandas

    return pandas.MultiIndex.from_tuples(told, names=name) if multiple else pandas.Index(make_column(told), name=name)


def series_parts(series):
    return index_parts(series.index), column_parts(series), series.name


def make_series(index, values, name):
    import pandas

    return pandas.Series(make_column(values), index=make_index(*index), name=name)


def frame_parts(frame):
    columns = tuple(column_parts(frame.iloc[:, place]) for place in range(frame.shape[1]))
    return index_parts(frame.index), index_parts(frame.columns), columns


def make_frame(index, columns, values):
    import pandas

    frame = pandas.DataFrame({place: make_column(each) for place, each in enumerate(values)}, index=make_index(*index))
    frame.columns = make_index(*columns)
    return frame


def timestamp_parts(stamp):
    zone = stamp.tzinfo
    told = stamp.value, zone if zone is None or type(zone) is datetime.timezone else str(zone)
    try:
        return told if make_timestamp(*told) == stamp else None
    except (ValueError, KeyError):  # a zone without a name
        return None


def make_timestamp(value, zone):
    import pandas

    return pandas.Timestamp(value) if zone is None else pandas.Timestamp(value, tz="UTC").tz_convert(zone)


def pandas_made(name):
    return lambda *args, **named: getattr(__import__("pandas"), name)(*args, **named)


def masked_parts(array):
    import numpy

    inside = array_parts(array.filled())
    return inside and (inside, array_parts(numpy.ma.getmaskarray(array)), array.fill_value.item())


def make_masked(values, mask, fill):
    import numpy

    return numpy.ma.MaskedArray(make_array(*values), make_array(*mask), fill_value=fill)


# {class: (its parts, how it is made of them)}.
TABLE = {
    "numpy.dtype": (dtype_parts, make_dtype),
    "numpy.generic": (lambda value: array_parts(value.reshape(())), lambda *told: make_array(*told)[()]),
    "numpy.ndarray": (array_parts, make_array),
    "numpy.MaskedArray": (masked_parts, make_masked),
    "pandas.Timestamp": (timestamp_parts, make_timestamp),
    "pandas.Timedelta": (lambda delta: (delta.value,), pandas_made("Timedelta")),
    "pandas.NaTType": (lambda _: (), lambda: __import__("pandas").NaT),
    "pandas.NAType": (lambda _: (), lambda: __import__("pandas").NA),
    "pandas.Period": (lambda period: (str(period), period.freqstr), pandas_made("Period")),
    "pandas.Interval": (lambda span: (span.left, span.right, span.closed), pandas_made("Interval")),
    "pandas.Index": (index_parts, make_index),
    "pandas.Series": (series_parts, make_series),
    "pandas.DataFrame": (frame_parts, make_frame),
}
# Those whose subclasses are other things.
EXACT = {"numpy.ndarray", "numpy.MaskedArray", "pandas.Series", "pandas.DataFrame"}


def name_of(kind):
    """The name in TABLE of a class of numpy's or pandas'; None of any other."""
    for owner in type.__dict__["__mro__"].__get__(kind):
        module = owner.__module__ if type(owner.__module__) is str else ""
        name = "%s.%s" % (module.partition(".")[0], owner.__name__)
        if name in TABLE:
            return name if owner is kind or name not in EXACT else None
    return None


def parts(value):
    """(name, …) of an object of theirs; None of any other, of a large one, and of one that has no plain parts."""
    name = name_of(type(value))
    if name is None or getattr(value, "size", 0) > MOST_ITEMS:
        return None
    told = TABLE[name][0](value)
    return told and (name, *told) if told != () else (name,)


def made(told):
    """The object of these parts. Raises Malformed for what are none."""
    if not (type(told) is tuple and told and type(told[0]) is str and told[0] in TABLE):
        raise Malformed("an object of no package")
    try:
        return TABLE[told[0]][1](*told[1:])
    except Malformed:
        raise
    except Exception as error:
        raise Malformed("no %s: %s" % (told[0], str(error)[:100])) from None
