"""Idempotency keys: a write that is sent again is answered again, and happened once."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import text, update
from starlette.datastructures import Headers

from api.access.asked import Asked
from api.access.scopes import SCOPES
from api.documentation import example
from api.errors import ConflictError, ParameterError
from api.idempotency.keys import key_of
from api.idempotency.store import TURN_SECONDS, Answer, Given, Turn, begin, keep, release
from api.idempotency.tables import KeptAnswer
from api.main import create_app
from api.migrations import migrate
from api.operations import OPERATIONS
from api.registry import Registry
from api.settings import ApiSettings

from .people import BUYER, DEVELOPER
from .world import World

KEY = "7f0c1a52-9f6e-4c55-8a35-0c9a4f1f2f5e"


def written(world: World, method: str, path: str, body: Any, key: str, **query: Any) -> Response:
    headers = {"Idempotency-Key": key}
    return world.client.request(method, path, json=body, params=query or None, headers=headers)


@pytest.fixture
def held(units_world: World) -> World:
    """A world whose developer holds units of a validated project."""
    return units_world


def unit(world: World) -> dict[str, Any]:
    found = world.get("/credits", status="held", owner=world.address(DEVELOPER)).json()
    properties: dict[str, Any] = found["features"][0]["properties"]
    return properties


class TestKey:
    """
    given a quoted string or a bare word   that is the key, the same in either form
    given 255 characters                   that is the key still
    when it is empty, long or not ASCII    it is refused with what to give instead
    when it is given twice                 it is refused
    """

    @pytest.mark.parametrize("text", [KEY, f'"{KEY}"', f'  "{KEY}"  '])
    def test_is_the_same_in_either_form(self, text: str) -> None:
        assert key_of(Headers({"Idempotency-Key": text})) == KEY
        assert key_of(Headers({})) is None

    @pytest.mark.parametrize("text", ["k" * 255, f'"{"k" * 255}"'])
    def test_may_be_as_long_as_that(self, text: str) -> None:
        assert key_of(Headers({"Idempotency-Key": text})) == "k" * 255

    @pytest.mark.parametrize(
        "text", ["", '""', '"open', "two words", "k" * 256, f'"{"k" * 256}"', '"a";b=1', "\x7f"]
    )
    def test_is_refused_when_it_cannot_be_used(self, text: str) -> None:
        with pytest.raises(ParameterError) as refused:
            key_of(Headers({"Idempotency-Key": text}))
        assert "1 to 255 printable" in refused.value.message

    def test_is_refused_when_it_is_given_twice(self) -> None:
        twice = [(b"idempotency-key", b"one"), (b"idempotency-key", b"two")]
        with pytest.raises(ParameterError, match="once"):
            key_of(Headers(raw=twice))


class TestWrites:
    """
    when the same is sent again          the first answer, marked as such, and nothing happens
    when it was refused                  the refusal is given again
    when the answer told a new salt      the same salt again, which no database holds in plain
    when the key comes with another body, path, query or precondition   422, and nothing happens
    when the key cannot be used          400
    when another process is asked        it gives the first answer as well
    when the node is in trouble          503 is not kept
    """

    def test_gives_the_first_answer_when_the_same_is_sent_again(self, held: World) -> None:
        body = {"units": [unit(held)["serial_number"]], "to": held.address(BUYER)}
        first = written(held, "POST", "/credits/transfer", body, "transfer-1")
        again = written(held, "POST", "/credits/transfer", body, "transfer-1")
        quoted = written(held, "POST", "/credits/transfer", body, '"transfer-1"')
        assert first.status_code == 202
        assert "idempotency-replayed" not in first.headers
        for answer in (again, quoted):
            assert (answer.status_code, answer.content) == (202, first.content)
            assert answer.headers["location"] == first.headers["location"]
            assert answer.headers["idempotency-replayed"] == "true"
            assert answer.headers["x-request-id"] != first.headers["x-request-id"]

    def test_tells_the_same_salt_and_keeps_it_sealed(self, held: World) -> None:
        path = f"/credits/{unit(held)['serial_number']}/retire"
        body = {"reason": "voluntary_claim", "beneficiary": {"name": "Brewery"}, "purpose": "2025"}
        first = written(held, "POST", path, body, "retire-1")
        assert first.status_code == 202, first.text
        again = written(held, "POST", path, body, "retire-1")
        other = written(held, "POST", path, body, "retire-2")
        assert again.json() == first.json()
        assert other.json()["id"] != first.json()["id"]
        salt = first.json()["beneficiary"]["salt"]
        (_, _, file) = held.settings.index_url.partition(":///")
        with sqlite3.connect(file) as database:
            kept = [str(row) for row in database.execute("SELECT * FROM idempotency_key")]
        assert kept
        assert not any(salt in row or "retire-1" in row for row in kept)

    def test_gives_a_refusal_again(self, held: World) -> None:
        body = {"units": [], "to": held.address(BUYER)}
        first = written(held, "POST", "/credits/transfer", body, "refused-1")
        again = written(held, "POST", "/credits/transfer", body, "refused-1")
        assert first.status_code == again.status_code == 422
        assert again.json() == first.json()
        assert again.headers["content-type"] == "application/problem+json"
        assert again.headers["idempotency-replayed"] == "true"

    def test_refuses_the_key_of_another_request(self, held: World) -> None:
        body = {"units": [unit(held)["serial_number"]], "to": held.address(BUYER)}
        key = "other-1"
        assert written(held, "POST", "/credits/transfer", body, key).status_code == 202
        pair = {"Idempotency-Key": key, "If-Match": '"x"'}
        answers = [
            written(held, "POST", "/credits/transfer", body | {"units": []}, key),
            written(held, "POST", "/credits/merge", body, key),
            written(held, "POST", "/credits/transfer", body, key, sender=held.address(DEVELOPER)),
            held.client.post("/credits/transfer", json=body, headers=pair),
        ]
        for answer in answers:
            assert answer.status_code == 422, answer.text
            assert answer.json()["details"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"
            assert answer.json()["details"][0]["field"] == "Idempotency-Key"

    def test_refuses_a_key_that_cannot_be_used(self, held: World) -> None:
        answer = written(held, "POST", "/credits/transfer", {}, "two words")
        assert answer.status_code == 400
        assert answer.json()["details"][0]["field"] == "Idempotency-Key"

    def test_gives_the_first_answer_in_another_process(self, held: World) -> None:
        body = {"units": [unit(held)["serial_number"]], "to": held.address(BUYER)}
        first = written(held, "POST", "/credits/transfer", body, "process-1")
        with TestClient(create_app(held.settings), headers=held.shown) as client:
            headers = {"Idempotency-Key": "process-1"}
            again = client.post("/credits/transfer", json=body, headers=headers)
        assert (again.status_code, again.content) == (202, first.content)
        assert again.headers["idempotency-replayed"] == "true"

    def test_does_not_keep_trouble_with_the_node(self, held: World) -> None:
        body = {"units": [unit(held)["serial_number"]], "to": held.address(BUYER)}
        settings = held.settings.model_copy(
            update={"rpc_urls": ("http://127.0.0.1:9",), "chain_id": 31337, "request_timeout": 0.2}
        )
        sender = held.address(DEVELOPER)
        with TestClient(create_app(settings), headers=held.shown) as client:
            headers = {"Idempotency-Key": "trouble-1"}
            query = {"sender": sender}
            troubled = client.post("/credits/transfer", json=body, params=query, headers=headers)
        assert troubled.status_code == 503
        answer = written(held, "POST", "/credits/transfer", body, "trouble-1", sender=sender)
        assert answer.status_code == 202
        assert "idempotency-replayed" not in answer.headers


class TestTurns:
    """
    given the same request is being answered    409, and when to come again
    when its process died meanwhile             the next one answers, and the dead one keeps nothing
    when many send it at once                   one answers, on either database
    given an answer that shows a secret         it is not kept, only that it was given
    given another principal                     the key is another one
    when the day is over                        the key is free again
    """

    @pytest.fixture
    def parts(self, database_url: str, tmp_path: Path) -> Iterator[Registry]:
        made = Registry(
            ApiSettings(database_url=database_url, seal_key_file=tmp_path / "keys" / "api.key")
        )
        migrate(made.engine)
        yield made
        made.close()

    def test_asks_to_come_again_while_it_is_being_answered(self, parts: Registry) -> None:
        turn = begin(parts, "anonymous", KEY, "a")
        assert isinstance(turn, Turn)
        for wanted, status in (("a", 409), ("b", 422)):
            with pytest.raises(Exception, match="request") as refused:
                begin(parts, "anonymous", KEY, wanted)
            assert refused.value.status == status  # type: ignore[attr-defined]
        with pytest.raises(Exception, match="being answered") as busy:
            begin(parts, "anonymous", KEY, "a")
        seconds = int(busy.value.headers["Retry-After"])  # type: ignore[attr-defined]
        assert 1 <= seconds <= TURN_SECONDS
        assert isinstance(begin(parts, "key:other", KEY, "b"), Turn)

    def test_goes_to_the_next_one_when_its_process_died(self, parts: Registry) -> None:
        dead = begin(parts, "anonymous", KEY, "a")
        assert isinstance(dead, Turn)
        with parts.transaction() as session:
            session.execute(update(KeptAnswer).values(turn_until=time.time() - 1))
        alive = begin(parts, "anonymous", KEY, "a")
        assert isinstance(alive, Turn)
        keep(parts, dead, Answer(500, [], b"late"), Asked(), is_secret=False)
        release(parts, dead)
        with pytest.raises(ConflictError, match="being answered"):
            begin(parts, "anonymous", KEY, "a")
        answer, asked = Answer(202, [("location", "/x")], b"\xff"), Asked([["mrv:write"]])
        keep(parts, alive, answer, asked, is_secret=False)
        given = begin(parts, "anonymous", KEY, "a")
        assert isinstance(given, Given)
        assert (given.answer(parts), given.asked) == (answer, asked)

    def test_is_one_alone_when_many_send_it_at_once(self, parts: Registry) -> None:
        start = threading.Barrier(8)

        def attempt(_: int) -> str:
            start.wait()
            try:
                return type(begin(parts, "anonymous", "rush", "a")).__name__
            except Exception as error:
                return type(error).__name__

        with ThreadPoolExecutor(8) as pool:
            found = sorted(pool.map(attempt, range(8)))
        assert found == ["ConflictError"] * 7 + ["Turn"]

    def test_keeps_no_secret(self, parts: Registry) -> None:
        turn = begin(parts, "anonymous", KEY, "a")
        assert isinstance(turn, Turn)
        answer = Answer(201, [("location", "/keys/1")], b"ogcr_secret")
        keep(parts, turn, answer, Asked(), is_secret=True)
        given = begin(parts, "anonymous", KEY, "a")
        assert isinstance(given, Given)
        with pytest.raises(Exception, match="at /keys/1") as refused:
            given.answer(parts)
        assert refused.value.details[0].code == "ANSWER_NOT_KEPT"  # type: ignore[attr-defined]
        with parts.transaction() as session:
            assert session.scalar(text("SELECT answer FROM idempotency_key")) is None

    def test_is_free_again_when_the_day_is_over(self, parts: Registry) -> None:
        turn = begin(parts, "anonymous", KEY, "a")
        assert isinstance(turn, Turn)
        keep(parts, turn, Answer(202, [], b""), Asked(), is_secret=False)
        with parts.transaction() as session:
            left = session.scalar(text("SELECT expires_at FROM idempotency_key")) - time.time()
            assert 86_390 < left <= 86_400
            session.execute(update(KeptAnswer).values(expires_at=int(time.time()) - 1))
        assert isinstance(begin(parts, "anonymous", KEY, "b"), Turn)


class TestProcesses:
    """
    given two processes on one PostgreSQL   what many send at once happens once
    """

    def test_do_it_once_between_them(
        self, deployed: Any, fresh_postgres_url: str, tmp_path: Path
    ) -> None:
        with World.opened(deployed, tmp_path, fresh_postgres_url) as world:
            body, start = {"url": "http://127.0.0.1:9/"}, threading.Barrier(8)
            headers = {**world.shown, "Idempotency-Key": KEY}
            with TestClient(create_app(world.settings)) as other:
                clients = [world.client, other] * 4

                def attempt(client: TestClient) -> Response:
                    start.wait()
                    return client.post("/webhooks", json=body, headers=headers)

                with ThreadPoolExecutor(8) as pool:
                    answers = list(pool.map(attempt, clients))
                again = other.post("/webhooks", json=body, headers=headers)
            made = [answer for answer in answers if answer.status_code == 201]
            refused = [answer for answer in answers if answer.status_code == 409]
            assert (len(made), len(refused)) == (1, 7)
            assert {answer.json()["details"][0]["code"] for answer in refused} <= {
                "IDEMPOTENCY_KEY_IN_USE",
                "ANSWER_NOT_KEPT",
            }
            assert again.json()["details"][0]["location"] == made[0].headers["location"]
            assert world.get("/webhooks").json()["numberMatched"] == 1


class TestEveryWrite:
    """
    every operation that is no read answers again, whatever its route does
    every one says so in the documentation
    every answer with a member that holds a secret is marked as such
    a path that nobody documented is asked anew
    """

    def test_answers_again(self, held: World) -> None:
        held.show(held.api_key(*range(10), scopes=SCOPES))
        parameter = re.compile(r"{[A-Za-z_]+}")
        for method, template in OPERATIONS:
            if method == "get":
                continue
            path, key = parameter.sub("none", template), f"every {method} {template}"
            answers = [written(held, method, path, {}, f'"{key}"') for _ in range(2)]
            assert answers[0].status_code < 500, (method, path, answers[0].text)
            assert answers[0].status_code not in (401, 403, 405, 429), (method, path)
            assert "idempotency-replayed" not in answers[0].headers, (method, path)
            assert answers[1].headers.get("idempotency-replayed") == "true", (method, path)
            assert answers[1].content == answers[0].content

    def test_is_described(self, held: World) -> None:
        document = held.app.openapi()
        for method, path in OPERATIONS:
            names = [p["name"] for p in document["paths"][path][method].get("parameters", ())]
            assert ("Idempotency-Key" in names) == (method != "get"), (method, path)

    def test_marks_every_secret(self) -> None:
        telling = ("secret", "token", "password", "private")
        for (method, path), operation in OPERATIONS.items():
            if method == "get" or operation.answer is None:
                continue
            shown = [
                name
                for name in operation.answer.model_fields
                if (any(word in name for word in telling) or name == "key")
                and example(operation.example).get(name)
            ]
            assert not shown or operation.secret, (method, path, shown)

    def test_asks_anew_for_what_nobody_documented(self, held: World) -> None:
        for _ in range(2):
            answer = written(held, "POST", "/nowhere", {}, "nowhere-1")
            assert answer.status_code == 404
            assert "idempotency-replayed" not in answer.headers
