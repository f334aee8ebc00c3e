"""OpenAI's chat-completions wire format: what is read of a request, how answers and errors look."""

from __future__ import annotations

import time
import uuid
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from omni_engine.errors import EngineError
from omni_engine.judge.complete import Completion


class TextPart(BaseModel):
    """A part of a message's content; only text is taken."""

    type: Literal["text"]
    text: str


class Message(BaseModel):
    """One turn; "developer" is OpenAI's newer name of "system"."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[TextPart]

    def plain(self) -> dict[str, str]:
        """As the chat template takes it."""
        content = self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)
        return {"role": "system" if self.role == "developer" else self.role, "content": content}


class JsonSchema(BaseModel):
    """`response_format.json_schema`."""

    model_config = ConfigDict(populate_by_name=True)
    name: str = ""
    definition: dict[str, Any] = Field(alias="schema")


class ResponseFormat(BaseModel):
    """Text, or JSON after a schema."""

    type: Literal["text", "json_schema"]
    json_schema: JsonSchema | None = None


class ChatRequest(BaseModel):
    """The fields that are honoured; unknown ones are ignored, as OpenAI-compatible servers do."""

    model: str = ""
    messages: list[Message] = Field(min_length=1, max_length=256)
    max_tokens: int | None = Field(default=None, ge=1, le=4096)
    max_completion_tokens: int | None = Field(default=None, ge=1, le=4096)
    temperature: float = Field(default=1.0, ge=0, le=2)
    seed: int = Field(default=0, ge=0, lt=2**32)
    n: Literal[1] = 1
    stream: Literal[False] = False
    response_format: ResponseFormat | None = None


def read_request(body: bytes) -> ChatRequest:
    """The request in `body`. Raises EngineError bad_request, naming the first field that is wrong."""
    try:
        return ChatRequest.model_validate_json(body)
    except ValidationError as cause:
        first = cause.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "body"
        raise EngineError("bad_request", f"{place}: {first['msg']}") from None


def answer(model: str, completion: Completion) -> dict[str, Any]:
    """A `chat.completion` object with its usage."""
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": completion.text, "refusal": None},
                "logprobs": None,
                "finish_reason": completion.finish,
            }
        ],
        "usage": {
            "prompt_tokens": completion.prompt_tokens,
            "completion_tokens": completion.completion_tokens,
            "total_tokens": completion.prompt_tokens + completion.completion_tokens,
        },
    }


def model_list(model: str) -> dict[str, Any]:
    """The answer of GET /v1/models."""
    return {"object": "list", "data": [{"id": model, "object": "model", "created": 0, "owned_by": "omni-engine"}]}


def error(status: int, message: str, code: str) -> dict[str, Any]:
    """OpenAI's error object."""
    kinds = {401: "authentication_error", 429: "rate_limit_error"}
    kind = kinds.get(status, "server_error" if status >= 500 else "invalid_request_error")
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}
