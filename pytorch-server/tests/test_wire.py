"""Nothing from the wire is trusted: each defect is INVALID_ARGUMENT and names its place."""

from __future__ import annotations

import grpc
import numpy as np
import pytest
from client import LOSS, Client, chunk, chunk_digest, datum_of, generate_request, optim_request, refused

from omni_engine.gen import engine_pb2 as pb

INVALID = grpc.StatusCode.INVALID_ARGUMENT
TOKENS = np.arange(4, 10, dtype="<i4")


def datum(**fields) -> pb.Datum:
    good = {
        "datum_id": "d7",
        "tokens": TOKENS.tobytes(),
        "mask": b"\0\0\0\1\1\1",
        "old_logprobs": np.full(3, -1, "<f4").tobytes(),
        "advantages": np.ones(1, "<f4").tobytes(),
        "weight": 1.0,
    }
    return pb.Datum(**(good | fields))


def floats(*values: float) -> bytes:
    return np.asarray(values, "<f4").tobytes()


DEFECTS = {
    "odd bytes": (datum(tokens=TOKENS.tobytes()[:-1]), "tokens", "multiple of 4"),
    "mask length": (datum(mask=b"\0\1"), "mask has 2 bytes for 6 tokens"),
    "mask value": (datum(mask=b"\0\0\0\1\1\2"), "mask has a byte"),
    "mask first": (datum(mask=b"\1\0\0\0\1\1"), "mask[0] must be 0"),
    "nothing trained": (datum(mask=bytes(6), old_logprobs=b""), "trains no token"),
    "logprob count": (datum(old_logprobs=floats(-1, -1)), "old_logprobs has 2 values for 3"),
    "logprob nan": (datum(old_logprobs=floats(-1, float("nan"), -1)), "old_logprobs", "not finite"),
    "advantage count": (datum(advantages=floats(1, 1)), "advantages has 2 values"),
    "advantage inf": (datum(advantages=floats(float("inf"))), "advantages", "not finite"),
    "weight nan": (datum(weight=float("nan")), "weight"),
    "weight negative": (datum(weight=-1.0), "weight"),
    "vocabulary": (datum(tokens=np.full(6, 5000, "<i4").tobytes()), "vocabulary"),
    "negative token": (datum(tokens=np.full(6, -1, "<i4").tobytes()), "vocabulary"),
    "empty": (datum(tokens=b"", mask=b"", old_logprobs=b""), "trains no token"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_bad_datum_is_named(client: Client, model_id: str, defect: str):
    bad, *words = DEFECTS[defect]
    with refused(INVALID, "bad_request", "d7", *words):
        client.forward_backward(model_id, "s", 0, [bad])
    client.forward_backward(model_id, "s", 0, [datum()])  # the place is still free


def test_a_datum_longer_than_the_context_is_refused(client: Client, model_id: str):
    long = datum(tokens=np.full(2049, 5, "<i4").tobytes(), mask=bytes(2046) + b"\1\1\1")
    with refused(INVALID, "bad_request", "d7", "2049 tokens"):
        client.forward_backward(model_id, "s", 0, [long])


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"kind": pb.LOSS_KIND_UNSPECIFIED}, "loss.kind"),
        ({"temperature": 0}, "loss.temperature"),
        ({"temperature": float("nan")}, "loss.temperature"),
        ({"clip_low": -0.1}, "loss.clip_low"),
        ({"clip_low": 1.1}, "loss.clip_low"),
        ({"clip_high": float("inf")}, "loss.clip_high"),
        ({"kl_coefficient": -1}, "loss.kl_coefficient"),
    ],
)
def test_a_bad_loss_is_named(client: Client, model_id: str, fields, word: str):
    loss = pb.LossConfig()
    loss.CopyFrom(LOSS)
    for field, value in fields.items():
        setattr(loss, field, value)
    with refused(INVALID, "bad_request", word):
        client.forward_backward(model_id, "s", 0, [datum()], loss)


def test_cross_entropy_takes_no_logprobs_or_advantages(client: Client, model_id: str):
    loss = pb.LossConfig(kind=pb.LOSS_KIND_CROSS_ENTROPY)
    with refused(INVALID, "bad_request", "d7", "must be empty"):
        client.forward_backward(model_id, "s", 0, [datum()], loss)
    report = client.forward_backward(model_id, "s", 0, [datum(old_logprobs=b"", advantages=b"")], loss)
    assert report.loss_sum == pytest.approx(np.log(259), rel=0.1)  # an untrained nano knows nothing


def test_the_stream_holds_what_its_header_says(client: Client, model_id: str):
    for count, word in ((0, "header.datums is 0"), (3, "is 3, but 2 came"), (1, "1 datums and nothing else")):
        datums = [datum(), datum(datum_id="d8")]
        with refused(INVALID, "bad_request", word):
            client.trainer.ForwardBackward(chunk(model_id, "s", 0, datums, count=count))
    with refused(INVALID, "bad_request", "header"):
        client.trainer.ForwardBackward(iter([pb.ForwardBackwardRequest(datum=datum())]))
    with refused(INVALID, "bad_request", "header"):
        client.trainer.ForwardBackward(iter([]))
    with refused(INVALID, "bad_request", "appears twice"):
        client.forward_backward(model_id, "s", 0, [datum(), datum()])
    with refused(INVALID, "bad_request", "step_id"):
        client.forward_backward(model_id, "", 0, [datum()])


@pytest.mark.parametrize(
    ("fields", "word"),
    [({"divisor": 0.0}, "divisor"), ({"divisor": float("nan")}, "divisor"), ({"grad_clip": -1.0}, "grad_clip")],
)
def test_a_bad_optimizer_step_is_named_and_keeps_the_gradients(client: Client, model_id: str, fields, word: str):
    client.forward_backward(model_id, "s", 0, [datum()])
    digests = [chunk_digest(LOSS, [datum()])]
    with refused(INVALID, "bad_request", word):
        client.optim_step(model_id, "s", 1, digests, **fields)
    assert client.optim_step(model_id, "s", 1, digests).grad_norm > 0


@pytest.mark.parametrize("field", ["lr", "beta1", "beta2", "eps", "weight_decay"])
def test_bad_adam_settings_are_named(client: Client, model_id: str, field: str):
    request = optim_request(model_id, "s", 0, [])
    setattr(request.adam, field, -1.0)
    with refused(INVALID, "bad_request", f"adam.{field}"):
        client.trainer.OptimStep(request)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"temperature": -1.0}, "temperature"),
        ({"top_p": 0.0}, "top_p"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 4000}, "max_tokens"),
        ({"max_prompt_tokens": 1}, "'p0'"),
        ({"stop": [""]}, "stop"),
    ],
)
def test_bad_sampling_is_named(client: Client, model_id: str, fields, word: str):
    with refused(INVALID, "bad_request", word):
        client.generate(model_id, ["ab"], **fields)


def test_bad_prompts_are_named(client: Client, model_id: str):
    request = generate_request(model_id, ["ab"])
    request.prompts[0].ClearField("content")
    with refused(INVALID, "bad_request", "'p0'", "content"):
        list(client.sampler.Generate(request))
    request = generate_request(model_id, ["ab"])
    del request.prompts[0].seeds[:]
    with refused(INVALID, "bad_request", "'p0'", "seeds"):
        list(client.sampler.Generate(request))
    request = generate_request(model_id, ["ab", "cd"])
    request.prompts[1].prompt_id = "p0"
    with refused(INVALID, "bad_request", "'p0'", "twice"):
        list(client.sampler.Generate(request))
    with refused(INVALID, "bad_request", "'p0'", "empty"):
        client.generate(model_id, [""])


def test_what_is_not_there_is_said(client: Client, model_id: str):
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "not_loaded", "LoadModel"):
        client.generate("nobody", ["ab"])
    with refused(grpc.StatusCode.NOT_FOUND, "unknown_model", "nano"):
        client.load("x", base="nanoo")
    with refused(INVALID, "path_refused"):
        client.load("x", base="../nano")
    with refused(grpc.StatusCode.UNIMPLEMENTED, "unimplemented"):
        client.load("x", adapter=pb.ADAPTER_LORA)
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "sequence_gap", "before OptimStep"):
        client.trainer.GradientNorms(pb.GradientNormsRequest(model_id=model_id, step_id="s"))
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "version_mismatch", "version 0"):
        client.sampler.SyncWeights(pb.SyncWeightsRequest(model_id=model_id, weights_version=3))


def test_a_message_over_64_mib_is_refused(client: Client, model_id: str):
    request = generate_request(model_id, ["x" * (65 * 2**20)])
    with pytest.raises(grpc.RpcError) as caught:
        list(client.sampler.Generate(request))
    assert isinstance(caught.value, grpc.Call)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_rollouts_make_datums_as_they_are(client: Client, model_id: str):
    rollouts = client.generate(model_id, ["ab"])
    report = client.forward_backward(model_id, "s", 0, [datum_of(rollout, 1.0) for rollout in rollouts])
    assert report.tokens == sum(len(rollout.tokens) // 4 for rollout in rollouts)
