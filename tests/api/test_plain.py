"""What HTTP lets a client say in several ways: it means the same in each of them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from starlette.types import Scope

from api.plain import plain

from .test_stream import serving
from .world import World

LAST = ("Host: a", "Connection: close")


@pytest.fixture(scope="module")
def port(file_world: World) -> Iterator[int]:
    """The port of a real server."""
    with serving(file_world) as served:
        yield int(urlsplit(served.url).port or 0)


def exchanged(port: int, *sent: bytes) -> bytes:
    """All that comes back in one connection, the last request of which asks for its end."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for part in sent:
            connection.sendall(part)
        received = b""
        while part := connection.recv(65_536):
            received += part
    return received


def head(*lines: str) -> bytes:
    """The head of a request."""
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


class TestPlain:
    """
    given lists in several lines      they are one list, in the order they came in
    given a header that is no list    it is left as it came
    given a URL as the target         its path and query count, whatever host it names
    otherwise                         nothing is changed
    """

    def test_joins_lists(self) -> None:
        headers = [(b"accept", b"a/a"), (b"host", b"x"), (b"accept", b"b/b;q=0")]
        found = plain({"headers": headers, "raw_path": b"/"})
        assert found["headers"] == [(b"accept", b"a/a, b/b;q=0"), (b"host", b"x")]

    def test_leaves_what_is_no_list(self) -> None:
        headers = [(b"authorization", b"a"), (b"authorization", b"b")]
        assert plain({"headers": headers, "raw_path": b"/"})["headers"] == headers

    def test_takes_the_path_of_a_url(self) -> None:
        scope: Scope = {"headers": [], "raw_path": b"HTTP://other.example:1/a%20b", "path": "x"}
        assert plain(scope) == {"headers": [], "raw_path": b"/a%20b", "path": "/a b"}
        assert plain({"headers": [], "raw_path": b"http://other.example"})["path"] == "/"

    def test_changes_nothing_else(self) -> None:
        scope: Scope = {"headers": [(b"accept", b"a/a")], "raw_path": b"/https://a", "path": "/"}
        assert plain(scope) is scope


class TestOnTheWire:
    """
    when the target is a URL               it is answered as its path is
    when Accept comes in two lines         either counts
    when a body breaks off                 no fault of ours stands in the log
    when the stream is asked for by HEAD   the answer ends, and the next request is answered
    """

    def test_it_answers_a_url(self, port: int) -> None:
        asked = head("GET http://other.example/methodologies?limit=1 HTTP/1.1", *LAST)
        assert exchanged(port, asked).startswith(b"HTTP/1.1 200")

    def test_it_counts_every_line(self, port: int) -> None:
        lines = ("Accept: text/html", "Accept: application/geo+json")
        assert b" 200 " in exchanged(port, head("GET /projects HTTP/1.1", *LAST, *lines))[:20]

    def test_it_takes_a_broken_body_for_no_fault(
        self, port: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        lines = ("Content-Type: application/json", "Transfer-Encoding: chunked")
        sent = exchanged(port, head("POST /validate HTTP/1.1", *LAST, *lines), b"no chunk\r\n")
        assert b" 400 " in sent[:20]
        assert "failed" not in caplog.text

    def test_it_ends_a_stream_without_a_body(self, port: int) -> None:
        first = head("HEAD /changes/stream HTTP/1.1", "Host: a")
        second = head("GET /health HTTP/1.1", *LAST)
        assert exchanged(port, first, second).count(b"HTTP/1.1 200") == 2
