"""A retry never trains twice, and what does not fit its place is refused (the laws of Step in engine.proto)."""

from __future__ import annotations

import grpc
import numpy as np
import pytest
from client import ADAM, LOSS, Client, chunk, chunk_digest, datum_of, dial, optim_request, refused
from running import Engine

from omni_engine.gen import engine_pb2 as pb

PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION


@pytest.fixture
def datums(client: Client, model_id: str) -> list[pb.Datum]:
    rollouts = client.generate(model_id, ["ab"])
    return [datum_of(rollout, (-1.0) ** index) for index, rollout in enumerate(rollouts)]


def test_a_chunk_sent_twice_counts_once(client: Client, model_id: str, datums):
    first = client.forward_backward(model_id, "s", 0, datums)
    assert client.forward_backward(model_id, "s", 0, datums) == first
    repeated = client.optim_step(model_id, "s", 1, [chunk_digest(LOSS, datums)])
    client.load("twin")
    client.forward_backward("twin", "s", 0, datums)
    once = client.optim_step("twin", "s", 1, [chunk_digest(LOSS, datums)])
    assert repeated.grad_norm == once.grad_norm
    assert client.hash_of(model_id) == client.hash_of("twin")
    client.unload("twin")


def test_an_optimizer_step_sent_twice_moves_once(client: Client, model_id: str, datums):
    client.forward_backward(model_id, "s", 0, datums)
    first = client.optim_step(model_id, "s", 1, [chunk_digest(LOSS, datums)])
    moved = client.hash_of(model_id)
    assert client.optim_step(model_id, "s", 1, [chunk_digest(LOSS, datums)]) == first
    assert client.hash_of(model_id) == moved
    assert client.load(model_id).weights_version == 1
    assert client.forward_backward(model_id, "s", 0, datums).tokens > 0  # a late duplicate of a chunk, too
    assert client.hash_of(model_id) == moved


def test_gaps_are_refused(client: Client, model_id: str, datums):
    digest = chunk_digest(LOSS, datums)
    with refused(PRECONDITION, "session_lost", "chunk 0"):
        client.forward_backward(model_id, "s", 1, datums)
    client.forward_backward(model_id, "s", 0, datums)
    with refused(PRECONDITION, "sequence_gap", "chunk_seq 2", "1 was due"):
        client.forward_backward(model_id, "s", 2, datums)
    with refused(PRECONDITION, "sequence_gap"):
        client.optim_step(model_id, "s", 2, [digest])
    with refused(PRECONDITION, "sequence_gap", "'s' is open", "DiscardGradients"):
        client.forward_backward(model_id, "t", 0, datums)
    client.optim_step(model_id, "s", 1, [digest])
    with refused(PRECONDITION, "sequence_gap", "'s' is done"):
        client.forward_backward(model_id, "s", 1, datums)


def test_other_content_at_the_same_place_is_refused(client: Client, model_id: str, datums):
    client.forward_backward(model_id, "s", 0, datums)
    with refused(PRECONDITION, "digest_mismatch", "other content"):
        client.forward_backward(model_id, "s", 0, datums[:2])
    with refused(PRECONDITION, "digest_mismatch", "chunk_digests"):
        client.optim_step(model_id, "s", 1, [chunk_digest(LOSS, datums[:2])])
    client.optim_step(model_id, "s", 1, [chunk_digest(LOSS, datums)])
    with refused(PRECONDITION, "digest_mismatch"):
        client.optim_step(model_id, "s", 1, [chunk_digest(LOSS, datums)], divisor=2.0)


def test_a_digest_that_does_not_belong_to_the_content_is_refused(client: Client, model_id: str, datums):
    with refused(PRECONDITION, "digest_mismatch", "SHA-256"):
        client.forward_backward(model_id, "s", 0, datums, digest=b"\0" * 32)
    client.forward_backward(model_id, "s", 0, datums)
    request = optim_request(model_id, "s", 1, [chunk_digest(LOSS, datums)])
    request.step.digest = b"\0" * 32
    with refused(PRECONDITION, "digest_mismatch", "SHA-256"):
        client.trainer.OptimStep(request)


def test_discarding_lets_the_step_begin_anew(client: Client, model_id: str, datums):
    before = client.hash_of(model_id)
    client.forward_backward(model_id, "s", 0, datums[:2])
    client.forward_backward(model_id, "s", 1, datums[2:])
    request = pb.DiscardGradientsRequest(model_id=model_id, step_id="s")
    assert client.trainer.DiscardGradients(request).chunks == 2
    assert client.trainer.DiscardGradients(request).chunks == 0
    client.forward_backward(model_id, "s", 0, datums)
    anew = client.optim_step(model_id, "s", 1, [chunk_digest(LOSS, datums)])
    assert client.hash_of(model_id) != before
    client.load("twin")
    client.forward_backward("twin", "s", 0, datums)
    assert client.optim_step("twin", "s", 1, [chunk_digest(LOSS, datums)]).grad_norm == anew.grad_norm
    client.unload("twin")


def test_a_step_without_signal_moves_the_version_only(client: Client, model_id: str, datums):
    before = client.load(model_id)
    dead = []
    for datum in datums:
        still = pb.Datum()
        still.CopyFrom(datum)
        still.advantages = np.zeros(1, "<f4").tobytes()
        dead.append(still)
    assert client.forward_backward(model_id, "s", 0, dead).forward_tokens == 0
    answer = client.optim_step(model_id, "s", 1, [chunk_digest(LOSS, dead)], skip_update=True)
    assert (answer.weights_version, answer.update_norm) == (1, 0)
    assert client.hash_of(model_id) == before.weights_hash
    assert client.optim_step(model_id, "t", 0, [], skip_update=True).weights_version == 2
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "bad_request", "skip_update"):
        client.optim_step(model_id, "u", 0, [])


def test_gradients_die_with_their_session(client: Client, model_id: str, datums):
    old = client.load(model_id)
    client.forward_backward(model_id, "s", 0, datums)
    new = client.load(model_id, replace=True)
    assert new.session_id != old.session_id
    with refused(PRECONDITION, "session_lost", "send it again from chunk 0"):
        client.optim_step(model_id, "s", 1, [chunk_digest(LOSS, datums)])
    assert client.hash_of(model_id) == old.weights_hash


def test_two_callers_that_send_the_same_chunk_at_once_count_once(served: Engine, client: Client, model_id: str, datums):
    other = dial(served.address)
    pending = [caller.trainer.ForwardBackward.future for caller in (client, other)]
    answers = [call(chunk(model_id, "s", 0, datums)) for call in pending]
    first, second = (answer.result() for answer in answers)
    assert first == second
    client.optim_step(model_id, "s", 1, [chunk_digest(LOSS, datums)])


def test_loading_again_is_answered_with_the_loaded_model(client: Client, model_id: str):
    client.train(model_id, "s")
    again = client.load(model_id)
    assert again.weights_version == 1
    with refused(grpc.StatusCode.ALREADY_EXISTS, "model_exists", "replace"):
        client.load(model_id, seed=7)
    assert client.load(model_id, replace=True).weights_version == 0


def test_the_adam_settings_are_those_of_the_call(client: Client, model_id: str, datums):
    still = pb.AdamParams()
    still.CopyFrom(ADAM)
    still.lr = 0
    before = client.hash_of(model_id)
    client.forward_backward(model_id, "s", 0, datums)
    answer = client.optim_step(model_id, "s", 1, [chunk_digest(LOSS, datums)], adam=still)
    assert answer.grad_norm > 0
    assert answer.update_norm == 0
    assert client.hash_of(model_id) == before


@pytest.mark.parametrize("skip", [False, True])
def test_an_optimizer_that_begins_anew_has_no_memory(client: Client, model_id: str, datums, skip: bool):
    def train(step: str, **fields) -> str:
        client.forward_backward(model_id, step, 0, datums)
        client.optim_step(model_id, step, 1, [chunk_digest(LOSS, datums)], **fields)
        return client.hash_of(model_id)

    name = f"{model_id}/with-memory"
    train("a")
    client.checkpoints.Save(pb.SaveRequest(model_id=model_id, name=name, optimizer=True))
    goes_on = train("b")
    client.checkpoints.Load(pb.LoadRequest(model_id=model_id, name=name))
    if skip:  # A step without signal forgets too, else the next would remember.
        client.optim_step(model_id, "empty", 0, [], skip_update=True, fresh_optimizer=True)
        anew = train("b")
    else:
        anew = train("b", fresh_optimizer=True)
    assert anew != goes_on
    client.checkpoints.Load(pb.LoadRequest(model_id=model_id, name=name))
    assert train("b") == goes_on
