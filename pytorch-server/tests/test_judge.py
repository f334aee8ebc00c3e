"""The trial judge: OpenAI's wire format, a token, and JSON that is always valid."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import torch
from subjects import nano, smollm2

from omni_engine.errors import EngineError
from omni_engine.generation import render
from omni_engine.judge import Completion, JudgeServer, frozen_judge
from omni_engine.judge.prefixes import KEPT_TOKENS, Prefixes, beginning
from omni_engine.judge.reader import Reader
from omni_engine.judge.schema import Choice, Text, read_schema
from omni_engine.judge.server import MAX_BODY_BYTES

MESSAGES = [{"role": "user", "content": "Which text is better, A or B?"}]
SCHEMA = {
    "type": "object",
    "properties": {
        "reason": {"type": "string", "maxLength": 30},
        "winner": {"type": "string", "enum": ["A", "B", "tie"]},
    },
    "required": ["reason", "winner"],
    "additionalProperties": False,
}
FORMAT = {"type": "json_schema", "json_schema": {"name": "verdict", "strict": True, "schema": SCHEMA}}


@pytest.fixture(scope="module")
def judge() -> Iterator[JudgeServer]:
    server = JudgeServer(frozen_judge(nano()), "nano")
    server.start()
    yield server
    server.close()


def request(judge: JudgeServer, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", judge.http.server_address[1], timeout=60)
    data = body if isinstance(body, bytes | None) else json.dumps(body)
    connection.request(method, path, data, {"Authorization": f"Bearer {judge.token}", **headers})
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def chat(judge: JudgeServer, **fields: Any) -> tuple[int, Any]:
    return request(judge, "POST", "/v1/chat/completions", {"model": "nano", "messages": MESSAGES, **fields})


def test_a_chat_is_answered_with_its_usage(judge: JudgeServer) -> None:
    status, answer = chat(judge, max_tokens=8, temperature=0.5, seed=3)
    assert status == 200
    assert answer["object"] == "chat.completion"
    assert answer["choices"][0]["message"]["role"] == "assistant"
    assert answer["choices"][0]["finish_reason"] in ("stop", "length")
    usage = answer["usage"]
    assert 1 <= usage["completion_tokens"] <= 8
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_the_same_seed_gives_the_same_answer(judge: JudgeServer) -> None:
    texts = [chat(judge, max_tokens=16, seed=seed)[1]["choices"][0]["message"]["content"] for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize("temperature", [0, 0.4, 2])
@pytest.mark.parametrize("max_tokens", [1, 40])
def test_a_schema_is_always_satisfied(judge: JudgeServer, temperature: float, max_tokens: int) -> None:
    for seed in range(5):
        _, answer = chat(judge, temperature=temperature, max_tokens=max_tokens, seed=seed, response_format=FORMAT)
        value = json.loads(answer["choices"][0]["message"]["content"])
        assert list(value) == ["reason", "winner"]
        assert len(value["reason"]) <= 30
        assert value["winner"] in ("A", "B", "tie")


def long_question(end: str) -> list[dict[str, str]]:
    system = f"{'Judge with care. ' * 20}\n\nThe code is {end}."
    return [{"role": "system", "content": system}, {"role": "user", "content": end}]


def test_what_the_judge_remembers_of_earlier_prompts_changes_no_answer() -> None:
    schema = read_schema(SCHEMA)
    ask = {"max_tokens": 12, "temperature": 0.7, "seed": 5, "schema": schema}
    questions = [long_question(end) for end in ("Which is better?", "Which is worse?", "x" * 90)]
    fresh = [frozen_judge(nano())(question, **ask) for question in questions]
    remembering = frozen_judge(nano())
    assert [remembering(question, **ask) for question in [*questions, *questions]] == [*fresh, *fresh]


class CountingReader(Reader):
    """Keeps the sizes of what it reads."""

    def read(self, tokens: Sequence[int], *, all_logits: bool = False) -> torch.Tensor:
        self.sizes = [*getattr(self, "sizes", []), len(tokens)]
        return super().read(tokens, all_logits=all_logits)


def test_a_beginning_that_was_read_is_not_read_again_bit_for_bit() -> None:
    prefixes = Prefixes()
    shared = nano().tokenizer.encode("The same rubric for all. " * 12, add_special_tokens=False)
    for end, sizes in (([3, 4], [len(shared), 2]), ([4], [1])):
        reader, forgetful = CountingReader(nano(), prefixes), Reader(nano())
        reader.begin([*shared, *end], len(shared))
        forgetful.begin([*shared, *end], len(shared))
        assert reader.sizes == sizes
        assert reader.length == len(shared) + len(end)
        assert reader.logits_V is not None
        assert forgetful.logits_V is not None
        assert torch.equal(reader.logits_V, forgetful.logits_V)


def test_the_beginning_is_the_system_message_but_its_last_paragraph() -> None:
    for loaded in (nano(), smollm2()):
        one, other = (render(loaded, chat=long_question(end)) for end in ("abc", "xyz"))
        cut = beginning(loaded, long_question("abc"), one)
        assert str(loaded.tokenizer.decode(one[:cut])).rstrip().endswith("Judge with care.")
        assert one[:cut] == other[:cut]
        for short in (MESSAGES, [{"role": "system", "content": "one paragraph"}, *MESSAGES]):
            assert beginning(loaded, short, render(loaded, chat=short)) == 0


def test_what_is_remembered_is_bounded() -> None:
    prefixes = Prefixes()
    for start in range(10):
        Reader(nano(), prefixes).begin([(start + 7 * index) % 200 + 3 for index in range(300)], 290)
        assert prefixes.tokens <= KEPT_TOKENS
    assert prefixes.tokens == 290 * (KEPT_TOKENS // 290)


def test_smollm2_weighs_choices_by_what_it_reads() -> None:
    complete = frozen_judge(smollm2())
    question = [{"role": "user", "content": "Is the sky on a clear day blue or green?"}]
    schema = {"type": "object", "properties": {"colour": {"enum": ["green", "blue"]}}}
    completion = complete(question, max_tokens=20, temperature=0, seed=0, schema=read_schema(schema))
    assert json.loads(completion.text) == {"colour": "blue"}


def test_models_are_listed(judge: JudgeServer) -> None:
    status, answer = request(judge, "GET", "/v1/models")
    assert status == 200
    assert [model["id"] for model in answer["data"]] == ["nano"]


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Basic x", "Bearer ü"])
def test_a_wrong_token_is_refused(judge: JudgeServer, header: str) -> None:
    status, answer = request(judge, "GET", "/v1/models", Authorization=header)
    assert status == 401
    assert answer["error"]["code"] == "invalid_api_key"
    assert judge.token not in answer["error"]["message"]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "role"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"temperature": -1}, "temperature"),
        ({"n": 2}, "n"),
        ({"stream": True}, "stream"),
        ({"response_format": {"type": "json_schema"}}, "json_schema"),
        ({"messages": [{"role": "user", "content": "x" * 5000}]}, "context"),
    ],
)
def test_a_bad_request_names_the_field(judge: JudgeServer, fields: dict[str, Any], place: str) -> None:
    status, answer = chat(judge, **fields)
    assert status == 400
    assert answer["error"]["type"] == "invalid_request_error"
    assert place in answer["error"]["message"]


def test_what_is_not_json_is_refused(judge: JudgeServer) -> None:
    assert request(judge, "POST", "/v1/chat/completions", b"{")[0] == 400


def test_an_unknown_path_is_not_found(judge: JudgeServer) -> None:
    assert request(judge, "POST", "/v1/embeddings", {})[0] == 404


def test_a_body_too_large_is_refused_unread(judge: JudgeServer) -> None:
    headers = {"Content-Length": str(MAX_BODY_BYTES + 1)}
    assert request(judge, "POST", "/v1/chat/completions", b"", **headers)[0] == 413


@pytest.mark.parametrize("length", ["-5", "many"])
def test_a_senseless_length_is_refused(judge: JudgeServer, length: str) -> None:
    assert request(judge, "POST", "/v1/chat/completions", b"", **{"Content-Length": length})[0] == 411


@pytest.mark.parametrize(
    "schema",
    [
        None,
        {"type": "array"},
        {"type": "object", "properties": {}},
        {"type": "object", "properties": {"x": {"type": "number"}}},
        {"type": "object", "properties": {"x": {"enum": []}}},
        {"type": "object", "properties": {"x": {"enum": [1]}}},
        {"type": "object", "properties": {"x": {"type": "string", "maxLength": True}}},
    ],
)
def test_a_schema_beyond_flat_strings_is_refused(schema: Any) -> None:
    with pytest.raises(EngineError) as caught:
        read_schema(schema)
    assert caught.value.code == "bad_request"


def test_a_schema_keeps_its_order() -> None:
    assert list(read_schema(SCHEMA).items()) == [("reason", Text(30)), ("winner", Choice(("A", "B", "tie")))]


def test_a_failure_inside_is_an_openai_error_without_its_reason() -> None:
    def fail(*args: Any, **kwargs: Any) -> Completion:
        raise RuntimeError("secret detail")

    server = JudgeServer(fail, "broken")
    server.start()
    try:
        status, answer = chat(server)
    finally:
        server.close()
    assert status == 500
    assert answer["error"]["type"] == "server_error"
    assert "secret" not in answer["error"]["message"]


def test_answers_arrive_while_another_is_in_work() -> None:
    both = threading.Barrier(2)

    def meet(*args: Any, **kwargs: Any) -> Completion:
        both.wait(timeout=30)
        return Completion("met", 1, 1, "stop")

    server = JudgeServer(meet, "meeting")
    server.start()
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(chat(server)[0])) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    server.close()
    assert answers == [200, 200]
