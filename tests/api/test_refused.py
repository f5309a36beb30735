"""The trail of denied attempts: what the contracts refused here, though no event tells of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from api.refused import trail
from indexer.database import engine

from . import documents
from .people import DEVELOPER, STRANGER
from .world import World


class TestTrail:
    """
    when a signer without the role signs      the attempt is kept: who, what, why, which request
    when a proposal's sender lacks the role   the attempt is kept too
    when the same is tried again              it is kept again
    when a call goes through, or is faulty    nothing is kept
    when an operator asks for it              it is printed, the oldest first
    """

    @pytest.fixture(autouse=True)
    def start(self) -> None:
        self.began = time.time()

    def test_keeps_who_was_refused_what_and_why(self, world: World) -> None:
        task = world.post("/projects", documents.forest()).json()
        raw = world.signed(STRANGER, task["to_sign"])
        for _ in range(2):
            answer = world.post(f"/tasks/{task['id']}", {"signed_transaction": raw})
            assert answer.status_code == 403
        first, second = self._trail(world)
        assert first.pop("id") != second.pop("id")
        assert self.began < first.pop("at") <= second.pop("at") < time.time()
        assert second.pop("request_id") == answer.headers["X-Request-ID"]
        assert first.pop("request_id") != answer.headers["X-Request-ID"]
        assert first == second
        assert first == {
            "sender": world.node.accounts[STRANGER],
            "contract": "ProjectRegistry",
            "function": "registerProject",
            "error": "AccessManagedUnauthorized",
            "status": 403,
        }

    def test_keeps_what_a_proposals_sender_was_refused(self, world: World) -> None:
        sender = world.node.accounts[STRANGER]
        answer = world.post(f"/projects?sender={sender}", documents.forest())
        assert answer.status_code == 403
        (kept,) = self._trail(world)
        assert (kept["sender"], kept["request_id"]) == (sender, answer.headers["X-Request-ID"])

    def test_keeps_nothing_of_what_goes_through_or_is_faulty(self, world: World) -> None:
        sender = world.node.accounts[DEVELOPER]
        assert world.post(f"/projects?sender={sender}", documents.forest()).status_code == 202
        faulty = documents.forest() | {"type": "Nonsense"}
        assert world.post("/projects", faulty).status_code == 422
        assert world.get("/projects/nowhere").status_code == 404
        assert self._trail(world) == []

    def test_prints_it_when_an_operator_asks(self, world: World) -> None:
        sender = world.node.accounts[STRANGER]
        world.post(f"/projects?sender={sender}", documents.forest())
        done = subprocess.run(
            [sys.executable, "-m", "api", "--refused"],
            env=os.environ | {"DATABASE_URL": world.settings.database_url},
            capture_output=True,
            text=True,
            check=True,
        )
        assert [json.loads(line) for line in done.stdout.splitlines()] == self._trail(world)

    def _trail(self, world: World) -> list[dict[str, object]]:
        made = engine(world.settings.index_url)
        found = list(trail(made))
        made.dispose()
        return found
