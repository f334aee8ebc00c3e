"""The Sampler service."""

from __future__ import annotations

from collections.abc import Iterator

import grpc

from omni_engine.backends import commands as c
from omni_engine.backends.command_queue import CommandQueue
from omni_engine.gen import engine_pb2 as pb
from omni_engine.gen import engine_pb2_grpc as rpc
from omni_engine.generation import Sampling, ScoredSequence
from omni_engine.servicers.status import answers, cancellation, streams
from omni_engine.servicers.wire import int32s, is_reference, number, pack_float32, pack_int32, positive, prompt, refuse

_MOST_ROLLOUTS = 2**20
_FINISH = {"stop": pb.FINISH_REASON_STOP, "length": pb.FINISH_REASON_LENGTH}


class SamplerService(rpc.SamplerServicer):
    """Generates and scores."""

    def __init__(self, queue: CommandQueue) -> None:
        self._queue = queue

    @streams
    def Generate(self, request: pb.GenerateRequest, context: grpc.ServicerContext) -> Iterator[pb.GeneratedRollout]:
        """Streams rollouts as they finish; a cancelled call stops before the next token."""
        command = _generate_command(request)
        for rollout in self._queue.stream(command, cancellation(context)):
            yield _rollout(rollout)

    @answers
    def Score(self, request: pb.ScoreRequest, context: grpc.ServicerContext) -> pb.ScoreResponse:
        """Teacher-forced log-probs and entropies."""
        sequences = tuple(
            ScoredSequence(int32s(f"sequences[{index}].tokens", sequence.tokens).tolist(), sequence.prompt_length)
            for index, sequence in enumerate(request.sequences)
        )
        temperature = positive("temperature", request.temperature)
        command = c.ScoreTokens(request.model_id, sequences, temperature, is_reference(request.weights))
        scores = self._queue.run(command, cancellation(context))
        return pb.ScoreResponse(
            scores=[
                pb.SequenceScore(logprobs=pack_float32(score.logprobs), entropies=pack_float32(score.entropies))
                for score in scores
            ]
        )

    @answers
    def SyncWeights(self, request: pb.SyncWeightsRequest, context: grpc.ServicerContext) -> pb.SyncWeightsResponse:
        """A check: what is trained here is what is sampled from here."""
        version = self._queue.run(c.CheckVersion(request.model_id, request.weights_version), cancellation(context))
        return pb.SyncWeightsResponse(weights_version=version)

    @answers
    def Tokenize(self, request: pb.TokenizeRequest, context: grpc.ServicerContext) -> pb.TokenizeResponse:
        """Prompts as token ids."""
        command = c.Tokenize(request.model_id, tuple(prompt(message) for message in request.prompts))
        tokens = self._queue.run(command, cancellation(context))
        return pb.TokenizeResponse(tokens=[pack_int32(ids) for ids in tokens])


def _generate_command(request: pb.GenerateRequest) -> c.Generate:
    sampling = request.sampling
    if not 1 <= sampling.n * max(1, len(request.prompts)) <= _MOST_ROLLOUTS:
        raise refuse(f"sampling.n is {sampling.n}; n × prompts must be 1 to {_MOST_ROLLOUTS}")
    for message in request.prompts:
        if len(message.seeds) != sampling.n:
            raise refuse(f"prompt {message.prompt_id!r}: {len(message.seeds)} seeds for sampling.n = {sampling.n}")
    version = request.expected_version_plus_one
    return c.Generate(
        model_id=request.model_id,
        prompts=tuple(prompt(message) for message in request.prompts),
        sampling=Sampling(
            temperature=number("sampling.temperature", sampling.temperature, 0),
            max_tokens=sampling.max_tokens,
            top_p=number("sampling.top_p", sampling.top_p),
            top_k=sampling.top_k,
            stop=tuple(sampling.stop),
            max_prompt_tokens=sampling.max_prompt_tokens,
        ),
        reference=is_reference(request.weights),
        expected_version=version - 1 if version else None,
    )


def _rollout(rollout: c.Rollout) -> pb.GeneratedRollout:
    finished = rollout.finished
    return pb.GeneratedRollout(
        prompt_id=finished.prompt_id,
        member=finished.member,
        prompt_tokens=pack_int32(finished.prompt_tokens),
        tokens=pack_int32(finished.tokens),
        logprobs=pack_float32(finished.logprobs),
        text=finished.text,
        finish_reason=_FINISH[finished.finish],
        mean_logprob=finished.mean_logprob,
        mean_entropy=finished.mean_entropy,
        weights_version=rollout.weights_version,
    )
