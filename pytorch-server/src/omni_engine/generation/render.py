"""Prompts as the model sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jinja2.exceptions import TemplateError

from omni_engine.errors import EngineError
from omni_engine.models import LoadedModel

Chat = Sequence[Mapping[str, str]]


def render(
    loaded: LoadedModel, *, chat: Chat | None = None, text: str | None = None, tokens: Sequence[int] | None = None
) -> list[int]:
    """The token ids of exactly one of: a chat of {role, content}, a text, or tokens given as they stand.

    A chat goes through the model's template with a generation prompt; a text is tokenized with nothing added. Raises
    EngineError bad_request for an empty prompt, an unknown role, a model without a template or one that refuses.
    """
    if (chat is None) + (text is None) + (tokens is None) != 2:
        raise EngineError("bad_request", "a prompt is one of chat, text or tokens")
    if chat is not None:
        text = render_chat(loaded, chat)
    ids = list(tokens) if tokens is not None else loaded.tokenizer.encode(text or "", add_special_tokens=False)
    if not ids:
        raise EngineError("bad_request", "the prompt is empty; give at least one token")
    return ids


def render_chat(loaded: LoadedModel, chat: Chat) -> str:
    """The text that the model's chat template makes of `chat`, ready for the assistant's turn."""
    roles = {message["role"] for message in chat} - {"system", "user", "assistant"}
    if roles or not chat:
        what = f"has the role {roles.pop()!r}" if roles else "is empty"
        raise EngineError("bad_request", f"the chat {what}; give messages from system, user and assistant")
    if not loaded.tokenizer.chat_template:
        raise EngineError("bad_request", f"model {loaded.base!r} has no chat template; send text or tokens")
    try:
        messages = [dict(message) for message in chat]
        return str(loaded.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))
    except TemplateError as cause:
        raise EngineError(
            "bad_request", f"the chat template of {loaded.base!r} refuses these messages: {cause}"
        ) from cause
