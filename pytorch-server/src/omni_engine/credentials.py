"""Who may call: TLS, mTLS, and a bearer token compared in constant time."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from omni_engine.errors import EngineError
from omni_engine.listen import Address, SetupError
from omni_engine.servicers.status import abort

TOKEN_VARIABLE = "OMNI_ENGINE_TOKEN"
_SHORTEST_TOKEN = 16
_OPEN = "/grpc.health.v1.Health/"


@dataclass(frozen=True)
class Credentials:
    """What the server asks of callers; empty on a Unix socket or loopback unless given."""

    token: str = ""
    tls: grpc.ServerCredentials | None = None
    mutual: bool = False


def read_credentials(
    token_file: Path | None, tls_cert: Path | None, tls_key: Path | None, tls_ca: Path | None
) -> Credentials:
    """From files, and the token else from OMNI_ENGINE_TOKEN (which is then removed). Raises SetupError."""
    token = os.environ.pop(TOKEN_VARIABLE, "")
    if token_file:
        token = _read("--token-file", token_file).decode(errors="replace").strip()
    if (token or token_file) and not (len(token) >= _SHORTEST_TOKEN and token.isascii() and token.isprintable()):
        where = f"--token-file {token_file}" if token_file else TOKEN_VARIABLE
        raise SetupError(
            f"{where}: a token has at least {_SHORTEST_TOKEN} printable ASCII characters; try: openssl rand -hex 32"
        )
    if (tls_cert is None) != (tls_key is None) or (tls_ca and not tls_cert):
        raise SetupError("TLS needs --tls-cert and --tls-key together; --tls-ca (mTLS) needs both")
    if tls_cert is None or tls_key is None:
        return Credentials(token)
    pair = (_read("--tls-key", tls_key), _read("--tls-cert", tls_cert))
    authority = _read("--tls-ca", tls_ca) if tls_ca else None
    tls = grpc.ssl_server_credentials([pair], authority, require_client_auth=authority is not None)
    return Credentials(token, tls, authority is not None)


def check_reach(address: Address, credentials: Credentials) -> None:
    """Raises SetupError where others on the network could call, or listen in, without credentials."""
    if address.socket_path and credentials.tls:
        raise SetupError("a Unix socket takes no TLS; leave out --tls-cert and --tls-key")
    if address.is_local:
        return
    if credentials.tls is None or not (credentials.token or credentials.mutual):
        raise SetupError(
            f"--listen {address.target()} can be reached from other machines: give --tls-cert and --tls-key, and --token-file "
            "or --tls-ca; or listen on unix:/path or 127.0.0.1"
        )


class TokenGate(grpc.ServerInterceptor):
    """Lets through calls with `authorization: Bearer <token>`, and health checks."""

    def __init__(self, token: str) -> None:
        self._expected = f"Bearer {token}".encode()

    def intercept_service(
        self, continuation: Callable[[grpc.HandlerCallDetails], Any], handler_call_details: grpc.HandlerCallDetails
    ) -> Any:
        """Swaps the handler for one that refuses, of the same kind."""
        handler = continuation(handler_call_details)
        details: Any = handler_call_details
        if handler is None or details.method.startswith(_OPEN):
            return handler
        given = dict(details.invocation_metadata).get("authorization", "")
        given = given if isinstance(given, bytes) else given.encode()
        if hmac.compare_digest(given, self._expected):
            return handler
        return _refusing(handler)


def _refusing(handler: Any) -> Any:
    def refuse(_: object, context: grpc.ServicerContext) -> Any:
        abort(
            context,
            EngineError("unauthenticated", "the engine's token is missing or wrong; set it in the config's engine"),
        )

    def refuse_stream(_: object, context: grpc.ServicerContext) -> Any:
        yield refuse(_, context)

    codecs = (handler.request_deserializer, handler.response_serializer)
    if handler.request_streaming:
        made = (
            grpc.stream_stream_rpc_method_handler
            if handler.response_streaming
            else grpc.stream_unary_rpc_method_handler
        )
    else:
        made = (
            grpc.unary_stream_rpc_method_handler if handler.response_streaming else grpc.unary_unary_rpc_method_handler
        )
    return made(refuse_stream if handler.response_streaming else refuse, *codecs)


def _read(option: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as cause:
        raise SetupError(f"{option} {path}: {cause.strerror}") from cause
