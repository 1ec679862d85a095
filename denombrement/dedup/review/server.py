"""Serves one sitting of review to this computer alone: 127.0.0.1, a token in the address, Host and Origin checked."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from denombrement.dedup.review.page import page_policy, review_page
from denombrement.dedup.review.session import ReviewSession
from denombrement.errors import DenombrementError, UsageProblem

HERE = "127.0.0.1"
TOKEN_BYTES = 24
MAXIMUM_BODY_BYTES = 1_000
_HEADERS = {
    "Content-Security-Policy": page_policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class ReviewServer(ThreadingHTTPServer):
    """A server for one sitting; ``serve_forever`` returns once the officer has finished."""

    daemon_threads = True

    def __init__(self, session: ReviewSession, *, port: int = 0) -> None:
        """Listens on this computer alone.

        Args:
            session: the sitting.
            port: a free one when 0.

        Raises:
            UsageProblem: LNK917 where the port is taken.
        """
        try:
            super().__init__((HERE, port), _Handler)
        except OSError:
            raise UsageProblem("LNK917", port=port) from None
        self.session = session
        self.token = secrets.token_urlsafe(TOKEN_BYTES)
        self.lock = Lock()

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing: a traceback could hold the token; the page says that the answer was not kept."""

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://{HERE}:{self.server_address[1]}"

    @property
    def address(self) -> str:
        """What to open; whoever has it can answer."""
        return f"{self.origin}/{self.token}/"


class _Handler(BaseHTTPRequestHandler):
    server: ReviewServer
    server_version, sys_version = "denombrement", ""

    def do_GET(self) -> None:
        place = self._place()
        if place == "":
            self._send(HTTPStatus.OK, review_page().encode(), "text/html; charset=utf-8")
        elif place == "state":
            language = parse_qs(urlsplit(self.path).query).get("lang", [""])[0]
            with self.server.lock:
                self._send_json(self.server.session.state(language))
        else:
            self._refuse(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        act = _ACTS.get(self._place() or "")
        if act is None:
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        if self.headers.get("Origin") != self.server.origin:
            self._refuse(HTTPStatus.FORBIDDEN)
            return
        body = self._body()
        if body is None:
            self._refuse(HTTPStatus.BAD_REQUEST)
            return
        try:
            with self.server.lock:
                done = act(self.server, body)
        except DenombrementError as error:
            # The store is open elsewhere, or a declaration left: the page says that nothing was kept.
            self._send_json({"error": error.code}, HTTPStatus.SERVICE_UNAVAILABLE)
            return
        self._send_json({"done": done}, HTTPStatus.OK if done else HTTPStatus.BAD_REQUEST)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Says nothing: addresses hold the token."""

    def _place(self) -> str | None:
        """What is asked for behind the token; None where host or token are wrong."""
        if self.headers.get("Host") != urlsplit(self.server.origin).netloc:
            return None
        _, _, rest = urlsplit(self.path).path.partition("/")
        token, slash, place = rest.partition("/")
        right = hmac.compare_digest(token.encode(), self.server.token.encode())
        return place if right and slash else None

    def _body(self) -> dict[str, Any] | None:
        if self.headers.get_content_type() != "application/json":
            return None
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MAXIMUM_BODY_BYTES:
            return None
        try:
            body = json.loads(self.rfile.read(int(length)))
        except ValueError:
            return None
        return body if isinstance(body, dict) else None

    def _refuse(self, status: HTTPStatus) -> None:
        self._send(status, b"", "text/plain")

    def _send_json(self, content: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> None:
        self._send(
            status, json.dumps(content, ensure_ascii=False).encode(), "application/json; charset=utf-8"
        )

    def _send(self, status: HTTPStatus, content: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Type": kind, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def _answer(server: ReviewServer, body: dict[str, Any]) -> bool:
    return server.session.answer(str(body.get("pair")), str(body.get("verdict")))


def _undo(server: ReviewServer, body: dict[str, Any]) -> bool:
    del body
    return server.session.undo()


def _finish(server: ReviewServer, body: dict[str, Any]) -> bool:
    del body
    # From a thread of its own: the server waits for its requests before it stops.
    Thread(target=server.shutdown, daemon=True).start()
    return True


_ACTS: dict[str, Callable[[ReviewServer, dict[str, Any]], bool]] = {
    "answer": _answer,
    "undo": _undo,
    "finish": _finish,
}
