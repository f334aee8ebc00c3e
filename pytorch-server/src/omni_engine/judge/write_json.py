"""JSON by construction: the frame is given, the model writes the strings and weighs the choices."""

from __future__ import annotations

import json
from typing import NamedTuple

import torch

from omni_engine.generation.draw import uniforms
from omni_engine.generation.generate import evaluation_mode
from omni_engine.generation.row import text_of
from omni_engine.judge.prefixes import Prefixes
from omni_engine.judge.reader import Reader
from omni_engine.judge.schema import Choice, FlatSchema, Text
from omni_engine.models import LoadedModel

TEXT_TOKENS = 48  # a free string's bound, so that a rambling model costs little
REPLACEMENT = "\ufffd"


class Written(NamedTuple):
    """A JSON object and how many tokens it has."""

    text: str
    tokens: int


def write_json(
    loaded: LoadedModel,
    prompt: list[int],
    schema: FlatSchema,
    max_tokens: int,
    temperature: float,
    seed: int,
    prefixes: Prefixes | None = None,
    cut: int = 0,
) -> Written:
    """Always valid JSON with every property of `schema`, in its order.

    The prompt is read in two pieces, the first of `cut` tokens; `prefixes` may remember it.

    `max_tokens` bounds the free text of all strings together; frame and choices are written in any case.
    """
    with evaluation_mode(loaded.model):
        writer = JsonWriter(Reader(loaded, prefixes), max_tokens, temperature, seed)
        writer.reader.begin(prompt, cut)
        values = {name: writer.property(name, kind) for name, kind in schema.items()}
    text = json.dumps(values, ensure_ascii=False)
    return Written(text, len(loaded.tokenizer.encode(text, add_special_tokens=False)))


class JsonWriter:
    """Writes properties one after another into a reader that has read the prompt."""

    def __init__(self, reader: Reader, max_tokens: int, temperature: float, seed: int) -> None:
        self.loaded = reader.loaded
        self.reader = reader
        self.budget = max_tokens
        self.temperature = temperature
        self.uniforms = iter(uniforms(seed, max_tokens + 64).tolist())
        self.frame = "{"

    def property(self, name: str, kind: Text | Choice) -> str:
        """Reads the frame up to this value, and lets the model fill the value."""
        self.reader.read(self.encode(f"{self.frame}{json.dumps(name, ensure_ascii=False)}: " + '"'))
        value = self.choose(kind) if isinstance(kind, Choice) else self.compose(kind)
        self.frame = '", '
        return value

    def choose(self, kind: Choice) -> str:
        """The option of highest total log-probability, closing quote included; at T > 0 drawn from their softmax / T."""
        spelled = [self.encode(json.dumps(option, ensure_ascii=False)[1:]) for option in kind.options]
        logprobs_O = torch.tensor([self.reader.logprob(tokens) for tokens in spelled], dtype=torch.float64)
        if self.temperature == 0:
            index = int(logprobs_O.argmax())
        else:
            sums_O = (logprobs_O / self.temperature).softmax(-1).cumsum(-1)
            index = min(int((sums_O <= next(self.uniforms)).sum()), len(kind.options) - 1)
        option = kind.options[index]
        body = self.encode(json.dumps(option, ensure_ascii=False)[1:-1])
        if body:
            self.reader.read(body)
        return option

    def compose(self, kind: Text) -> str:
        """Free text up to a quote, a line's end, the end of the turn, or a bound."""
        tokens: list[int] = []
        while self.budget > 0 and len(tokens) < TEXT_TOKENS:
            self.budget -= 1
            token = self.reader.next(next(self.uniforms), self.temperature)
            tokens.append(token)
            text = text_of(self.loaded.tokenizer, tokens)
            long_enough = kind.max_length is not None and len(text) >= kind.max_length
            if token == self.loaded.eos_token or any(mark in text for mark in '"\n\r') or long_enough:
                break
            if self.reader.length + 1 >= self.loaded.context_length:
                break
            self.reader.read([token])
        text = text_of(self.loaded.tokenizer, tokens)
        for mark in '"\n\r':
            text = text.split(mark, 1)[0]
        return text.rstrip(REPLACEMENT)[: kind.max_length].strip()

    def encode(self, text: str) -> list[int]:
        """Tokens of `text` as it stands."""
        return self.loaded.tokenizer.encode(text, add_special_tokens=False)
