"""What every answer has in common: verbs, headers and id, and a word about our own faults."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.main import create_app

from .world import World

FOREST = "harz-mixed-forest"


@pytest.fixture(scope="module")
def reading(file_world: World) -> World:
    """One world for this file, which is only read."""
    return file_world


class TestAnswers:
    """
    when a path or verb is unknown     it is a problem like any other
    when a page of another host asks   it may read, without credentials
    when a request has an id           it keeps it, if it can be one
    """

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/nowhere", 404),
            ("GET", "/projects/", 404),
            ("DELETE", "/projects", 405),
            ("PATCH", f"/projects/{FOREST}", 405),
            ("POST", "/health", 405),
        ],
    )
    def test_it_is_a_problem_when_path_or_verb_is_unknown(
        self, reading: World, method: str, path: str, status: int
    ) -> None:
        answer = reading.client.request(method, path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
        assert ("allow" in answer.headers) == (status == 405)

    def test_it_names_the_verbs_when_one_is_unknown(self, reading: World) -> None:
        for path, verbs in (
            ("/projects", "GET, HEAD, POST"),
            (f"/projects/{FOREST}", "DELETE, GET, HEAD, PUT"),
            ("/credits/transfer", "POST"),
        ):
            assert reading.client.patch(path).headers["allow"] == verbs

    def test_dapps_may_read_from_anywhere(self, reading: World) -> None:
        origin = {"Origin": "https://dapp.example"}
        answer = reading.client.get("/projects", headers=origin)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "OGCR-Block-Number" in answer.headers["access-control-expose-headers"]
        assert "access-control-allow-credentials" not in answer.headers
        ask = origin | {"Access-Control-Request-Method": "POST"}
        assert reading.client.options("/projects", headers=ask).status_code == 200

    def test_a_request_keeps_its_own_id(self, reading: World) -> None:
        for given, kept in (("abc-1", True), ("a b", False), ("x" * 65, False)):
            answer = reading.client.get("/health", headers={"X-Request-ID": given})
            assert (answer.headers["x-request-id"] == given) == kept


class TestFaultsOfOurs:
    """
    when something breaks inside   a 500 without a word about it, with the headers of any answer
    """

    def test_it_tells_nothing_when_something_breaks(
        self, reading: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def breaks(*_: object) -> None:
            raise RuntimeError("secret of the inside")

        monkeypatch.setattr("api.routes.landing.landing_page", breaks)
        headers = {"Accept": "text/html", "Origin": "https://dapp.example"}
        answer = reading.client.get("/", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_ERROR")
        assert "secret" not in answer.text
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.json()["request_id"] in caplog.text
        assert "secret of the inside" in caplog.text


class TestWithoutIndex:
    """
    given an index without a block   lists answer 503, and health says why
    """

    def test_it_is_unavailable_given_an_empty_index(self, world: World, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path}/empty.db"
        settings = world.settings.model_copy(update={"database_url": url})
        with TestClient(create_app(settings)) as client:
            answer = client.get("/projects")
            assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
            assert answer.headers["retry-after"] == "2"
            health = client.get("/health")
            assert (health.status_code, health.json()["status"]) == (503, "broken")
            assert "indexer" in health.json()["faults"][0]
