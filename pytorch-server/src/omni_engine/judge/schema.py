"""The part of JSON Schema that the judge honours: a flat object of strings and string choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from omni_engine.errors import EngineError

MAX_PROPERTIES = 16
MAX_CHOICES = 64


@dataclass(frozen=True)
class Text:
    """A free string of at most `max_length` characters (None: bounded by tokens only)."""

    max_length: int | None


@dataclass(frozen=True)
class Choice:
    """One of these strings."""

    options: tuple[str, ...]


FlatSchema = dict[str, Text | Choice]


def read_schema(schema: Any) -> FlatSchema:
    """The properties in their order. Raises EngineError bad_request for any schema beyond a flat object of strings."""
    properties = schema.get("properties") if isinstance(schema, Mapping) and schema.get("type") == "object" else None
    if not isinstance(properties, Mapping) or not 1 <= len(properties) <= MAX_PROPERTIES:
        raise EngineError("bad_request", f"the schema must be an object with 1 to {MAX_PROPERTIES} properties")
    return {str(name): read_property(str(name), value) for name, value in properties.items()}


def read_property(name: str, value: Any) -> Text | Choice:
    """One property: {"type": "string", "maxLength"?} or {"enum": [strings]} or {"const": string}."""
    if isinstance(value, Mapping):
        options = [value["const"]] if "const" in value else value.get("enum")
        if isinstance(options, list) and 1 <= len(options) <= MAX_CHOICES and all(isinstance(o, str) for o in options):
            return Choice(tuple(options))
        length = value.get("maxLength")
        if options is None and value.get("type") == "string" and (length is None or is_count(length)):
            return Text(length)
    raise EngineError(
        "bad_request", f"property {name!r} must be a string, optionally with maxLength or an enum of strings"
    )


def is_count(value: Any) -> bool:
    """Whether `value` is an integer ≥ 0; JSON's true is not."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
