"""The event stream: told as it happens, resumed where it broke off, rollbacks said."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn

from api.main import create_app

from ..patience import PATIENCE_SECONDS  # noqa: TID252
from . import documents
from .world import World


@dataclass(frozen=True)
class Told:
    """One event as it was received, and when."""

    id: int
    event: str
    data: dict[str, Any]
    at: float


@dataclass(frozen=True)
class Served:
    """A real server, at a URL."""

    url: str
    _server: uvicorn.Server

    def __str__(self) -> str:
        return self.url

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Asking, until the server has seen that nobody listens any more: what it logs then belongs
        to the test, and shows on the terminal when that has ended."""
        others = len(self._server.server_state.tasks)
        yield
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self._server.server_state.tasks) > others:
            assert time.monotonic() < deadline, "The server did not see that its reader left."
            time.sleep(0.01)


@pytest.fixture
def served(world: World) -> Iterator[Served]:
    """The world's registry behind a real server that tells two readers at most."""
    with serving(world, most_streams=2) as server:
        yield server


@contextmanager
def serving(world: World, **settings: Any) -> Iterator[Served]:
    """A real server of its own for a world's registry."""
    app = create_app(world.settings.model_copy(update=settings))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app, log_level="warning", log_config=None, timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", server)
        server.should_exit = True
        thread.join()


@contextmanager
def reading(served: Served, last: int | None = None, **query: Any) -> Iterator[Iterator[Told]]:
    """Events of a stream, as they come."""
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    timeout, url = httpx.Timeout(10), f"{served}/changes/stream"
    stream = httpx.stream("GET", url, params=query, headers=headers, timeout=timeout)
    with served.asked(), stream as response:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield _events(response.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[Told]:
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        elif "id" in fields:
            data = json.loads(fields["data"])
            yield Told(int(fields["id"]), fields["event"], data, time.monotonic())
            fields = {}


def until_kind(events: Iterator[Told], kind: str) -> list[Told]:
    """Events up to the first of a kind."""
    found = []
    for told in events:
        found.append(told)
        if told.event == kind:
            return found
    pytest.fail(f"The stream ended before a record of kind {kind} came.")


class TestStream:
    """
    given a reader                     it is told what GET /changes gives, in that order
    when something happens             it is told within a moment of its indexing
    when the connection broke off      it goes on after the last event that was seen
    when a reorganisation comes        it is told what was rolled back
    given too many readers             503; one that leaves makes room
    when the last event is no number   400
    when the credential is revoked     it ends with the next news, and says why
    """

    def test_ends_when_the_credential_is_revoked(self, world: World, served: Served) -> None:
        key = world.api_key(scopes=["projects:read"])
        headers, timeout = {"Authorization": f"Bearer {key}"}, httpx.Timeout(10)
        stream = httpx.stream("GET", f"{served}/changes/stream", headers=headers, timeout=timeout)
        with served.asked(), stream as response:
            lines = response.iter_lines()
            assert next(lines) == "retry: 2000"
            assert world.client.delete(f"/keys/{key[5:21]}", headers=headers).status_code == 200
            world.register(documents.forest())
            left = list(lines)
        assert left[-3] == "event: error"
        assert "revoked" in json.loads(left[-2].removeprefix("data: "))["message"]

    def test_tells_what_the_feed_gives(self, world: World, served: Served) -> None:
        world.register(documents.forest())
        expected = world.get("/changes", table="project").json()["changes"]
        with reading(served, table="project") as events:
            found = [next(events) for _ in expected]
        assert [one.id for one in found] == [one["cursor"] for one in expected]
        assert [one.event for one in found] == [one["kind"] for one in expected]
        assert [one.data["after"] for one in found] == [one["after"] for one in expected]

    def test_tells_at_once(self, world: World, served: Served) -> None:
        last = world.get("/changes", limit=1000).json()["last"]
        with reading(served, last, table="project") as events:
            time.sleep(0.5)
            world.register(documents.forest())
            indexed = time.monotonic()
            told = next(events)
        assert told.data["after"]["document_id"] == "harz-mixed-forest"
        assert told.at - indexed < 5

    def test_goes_on_after_the_last_event(self, world: World, served: Served) -> None:
        world.register(documents.forest())
        with reading(served) as events:
            first = [next(events) for _ in range(3)]
        world.validate(documents.forest())
        rest = world.get("/changes", after=first[-1].id, limit=1000).json()["changes"]
        with reading(served, first[-1].id) as events:
            found = [next(events).id for _ in rest]
        assert found == [one["cursor"] for one in rest]

    def test_tells_what_was_rolled_back(self, world: World, served: Served) -> None:
        mark = world.node.snapshot()
        world.register(documents.forest())
        last = world.get("/changes", limit=1000).json()["last"]
        world.node.revert(mark)
        with reading(served, last) as events:
            world.mine(9)
            found = until_kind(events, "reorganised")
        taken_back = [one.data["table"] for one in found if one.event == "rolled_back"]
        assert "project" in taken_back

    def test_has_room_for_so_many_readers(self, served: Served) -> None:
        with reading(served), reading(served):
            refused = httpx.get(f"{served}/changes/stream")
            assert (refused.status_code, refused.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with served.asked(), httpx.stream("GET", f"{served}/changes/stream") as again:
                if again.status_code == 200:
                    return
            time.sleep(0.1)
        pytest.fail("Readers who left made no room.")

    @pytest.mark.parametrize("last", ["soon", "-1", "9" * 30, "999999"])
    def test_refuses_a_cursor_that_was_never_given(self, world: World, last: str) -> None:
        answer = world.client.get("/changes/stream", headers={"Last-Event-ID": last})
        assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
