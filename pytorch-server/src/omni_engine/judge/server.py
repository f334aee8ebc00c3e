"""The judge's HTTP server: loopback only, one random bearer token, bounded bodies."""

from __future__ import annotations

import hmac
import json
import logging
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from omni_engine.errors import EngineError
from omni_engine.judge.complete import Complete
from omni_engine.judge.protocol import answer, error, model_list, read_request
from omni_engine.judge.schema import read_schema

MAX_BODY_BYTES = 1 << 20
MAX_CONCURRENT = 64
DEFAULT_MAX_TOKENS = 256
SOCKET_TIMEOUT_S = 30

log = logging.getLogger(__name__)


class Reply(NamedTuple):
    """A status and its JSON document."""

    status: int
    document: dict[str, Any]


class JudgeServer:
    """Serves `complete` as model `model` on a free port of 127.0.0.1, from `start` until `close`.

    `complete` is called from request threads, up to MAX_CONCURRENT at once; whoever hands it in serialises it.
    """

    def __init__(self, complete: Complete, model: str) -> None:
        self.complete = complete
        self.model = model
        self.token = secrets.token_urlsafe(32)
        self.slots = threading.BoundedSemaphore(MAX_CONCURRENT)
        self.http = Http(("127.0.0.1", 0), handler_for(self))
        self.thread = threading.Thread(target=self.http.serve_forever, name="judge", daemon=True)

    @property
    def url(self) -> str:
        """The base URL for an OpenAI client, "http://127.0.0.1:PORT/v1"."""
        return f"http://127.0.0.1:{self.http.server_address[1]}/v1"

    def start(self) -> None:
        """Begins to answer."""
        self.thread.start()

    def close(self) -> None:
        """Stops listening; answers in work are left to end with the process."""
        if self.thread.is_alive():
            self.http.shutdown()
        self.http.server_close()

    def authorized(self, header: str | None) -> bool:
        """Whether the Authorization header carries the token, compared in constant time."""
        return hmac.compare_digest((header or "").encode(), f"Bearer {self.token}".encode())

    def reply(self, method: str, path: str, body: bytes) -> Reply:
        """The answer to an authorized request."""
        match (method, path.split("?", 1)[0]):
            case ("GET", "/v1/models"):
                return Reply(200, model_list(self.model))
            case ("POST", "/v1/chat/completions"):
                return self.chat(body)
            case _:
                return refuse(404, f"no {method} {path[:100]}; there are GET /v1/models, POST /v1/chat/completions")

    def chat(self, body: bytes) -> Reply:
        """One chat completion, with every failure as an OpenAI error."""
        if not self.slots.acquire(blocking=False):
            return refuse(429, f"{MAX_CONCURRENT} completions are in work; try again later")
        try:
            request = read_request(body)
            form = request.response_format
            if form is not None and form.type == "json_schema" and form.json_schema is None:
                return refuse(400, "response_format.json_schema is missing")
            completion = self.complete(
                [message.plain() for message in request.messages],
                max_tokens=request.max_completion_tokens or request.max_tokens or DEFAULT_MAX_TOKENS,
                temperature=request.temperature,
                seed=request.seed,
                schema=read_schema(form.json_schema.definition) if form and form.json_schema else None,
            )
            return Reply(200, answer(self.model, completion))
        except EngineError as cause:
            status = 400 if cause.code == "bad_request" else 503
            return refuse(status, cause.message, cause.code)
        except Exception:
            log.exception("the judge failed")
            return refuse(500, "the judge failed; the server's log has the reason", "internal")
        finally:
            self.slots.release()


def refuse(status: int, message: str, code: str | None = None) -> Reply:
    """An error reply; its code defaults to the status' usual one."""
    codes = {401: "invalid_api_key", 404: "not_found", 429: "rate_limit_exceeded"}
    return Reply(status, error(status, message, code or codes.get(status, "bad_request")))


class Http(ThreadingHTTPServer):
    """Threads end with the process, so that a slow client cannot hold it."""

    daemon_threads = True
    request_queue_size = 128


def handler_for(judge: JudgeServer) -> type[BaseHTTPRequestHandler]:
    """A request handler bound to `judge`; it reads and writes HTTP and decides nothing else."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "omni-judge"
        sys_version = ""
        timeout = SOCKET_TIMEOUT_S

        def do_GET(self) -> None:
            self.answer("GET")

        def do_POST(self) -> None:
            self.answer("POST")

        def answer(self, method: str) -> None:
            refused = self.refusal(method)
            if refused is not None:
                self.close_connection = True  # an unread body would be taken for the next request
                self.send(refused)
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send(judge.reply(method, self.path, body))

        def refusal(self, method: str) -> Reply | None:
            if not judge.authorized(self.headers.get("Authorization")):
                return refuse(401, "wrong or missing bearer token; it is in the engine's capabilities")
            length = self.headers.get("Content-Length") or ("0" if method == "GET" else "")
            if not length.isdecimal() or self.headers.get("Transfer-Encoding"):
                return refuse(411, "send a Content-Length")
            if int(length[:20]) > MAX_BODY_BYTES:
                return refuse(413, f"the body is larger than {MAX_BODY_BYTES} bytes; shorten the messages")
            return None

        def send(self, reply: Reply) -> None:
            data = json.dumps(reply.document).encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            log.debug(format, *args)

    return Handler
