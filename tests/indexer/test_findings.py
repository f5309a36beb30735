"""What is found out about anchored documents: by their rules, beside the chain, and in time."""

from __future__ import annotations

import copy
import hashlib
import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

import schemas
from indexer.database import engine, snapshot, transaction
from indexer.documents import DocumentStore
from indexer.errands.process import Errands
from indexer.errands.rounds import Rounds
from indexer.follower import Follower
from indexer.identity import methodology_key, project_id, report_id
from indexer.metrics import Metrics
from indexer.models import DocumentFinding, DocumentRetrieval, Footprint, GeometryConflict
from indexer.settings import IndexerSettings

from .stage import Registry
from .web import Page, Web, web

pytestmark = pytest.mark.chain

VALID = Path("schemas/examples/valid")
FOREST = json.loads((VALID / "pdd.harz-reforestation.json").read_text())
METHOD = json.loads((VALID / "methodology.reforestation.json").read_text())
KEY = methodology_key(METHOD["id"], METHOD["version"])
#: Longer than any test takes: `Scene.hurry` ends a wait.
RETRY_SECONDS = 20.0
FIRST, LAST = 20_148, 31_104  # 2025-03-01, 2055-02-28


class Scene:
    """A registry in which people register straight on chain, and an index that finds out."""

    def __init__(
        self, registry: Registry, settings: IndexerSettings, follower: Follower, site: Web
    ) -> None:
        self.registry = registry
        self.follower = follower
        self.site = site
        self.settings = settings.model_copy(
            update={
                "fetch_allow": ("127.0.0.1",),
                "fetch_http": True,
                "fetch_seconds": 5.0,
                "fetch_retry_seconds": RETRY_SECONDS,
            }
        )
        terms = (
            METHOD["unit_type"],
            METHOD["granularity_kg"],
            METHOD["buffer_rate_bps"],
            True,
            METHOD["expires"],
            METHOD["durability_years"],
            255,
        )
        arguments = (METHOD["id"], METHOD["version"], schemas.content_hash(METHOD), "", terms)
        self.send(registry.operator, "MethodologyRegistry", "registerMethodology", *arguments)
        self.send(registry.operator, "MethodologyRegistry", "activateMethodology", KEY)

    def send(self, sender: str, contract: str, function: str, *arguments: Any) -> None:
        self.registry.send(sender, contract, function, *arguments)
        self.registry.node.mine()

    def register(self, document: Any, uri: str = "", first: int = FIRST, last: int = LAST) -> str:
        """Register a PDD as a wallet would that never asked the API; gives the project's id."""
        digest = _digest(document)
        arguments = (digest, KEY, "reforestation", first, last, uri or f"{self.site.url}/{digest}")
        name = document["id"] if isinstance(document, dict) else "unreadable"
        self.send(
            self.registry.developers[0], "ProjectRegistry", "registerProject", name, arguments
        )
        return project_id(name)

    def serve(self, document: Any) -> None:
        """Put a document where its project says that it is."""
        content = document if isinstance(document, bytes) else schemas.content_bytes(document)
        self.site.pages[f"/{_digest(document)}"] = Page(content)

    def round(self) -> None:
        """Index to the head, then all errands that there are now."""
        self.follower.catch_up(5)
        with Rounds(self.settings) as rounds:
            while rounds.run():
                pass

    def hurry(self) -> None:
        """Let every wait be over."""
        with transaction(engine(self.settings.database_url)) as session:
            session.execute(update(DocumentRetrieval).values(next_attempt_at=0))

    def finding(self, key: str, column: str, table: str = "project") -> DocumentFinding:
        with snapshot(engine(self.settings.database_url)) as session:
            found = session.get(DocumentFinding, (table, key, column))
        assert found is not None
        return found

    def retrievals(self) -> list[DocumentRetrieval]:
        with snapshot(engine(self.settings.database_url)) as session:
            return list(session.scalars(select(DocumentRetrieval)))

    def retrieval(self, document: Any) -> DocumentRetrieval:
        with snapshot(engine(self.settings.database_url)) as session:
            found = session.get(DocumentRetrieval, "sha256:" + _digest(document)[2:])
        assert found is not None
        return found


@pytest.fixture
def scene(registry: Registry, settings: IndexerSettings, follower: Follower) -> Iterator[Scene]:
    with web() as site:
        yield Scene(registry, settings, follower, site)


def _digest(document: Any) -> str:
    if isinstance(document, bytes):
        return "0x" + hashlib.sha256(document).hexdigest()
    return "0x" + schemas.content_hash(document).removeprefix("sha256:")


def forest(**changes: Any) -> dict[str, Any]:
    """The forest with other members or properties."""
    made = copy.deepcopy(FOREST)
    for name, value in changes.items():
        (made if name in ("id", "geometry") else made["properties"])[name] = value
    return made


class TestExamined:
    """
    given the document is where the chain says   it is fetched, kept, and found valid
    given it breaks a rule                       it is invalid, with every reason
    given it is of another kind                  it is invalid
    given its period or name is not the chain's  the differences are kept, with both values
    given two that claim the same ground         the conflict is known though nobody asked the API
    given one at which the rules themselves fail it is told of that one, and the next is examined
    """

    def test_is_fetched_and_found_valid(self, scene: Scene) -> None:
        scene.serve(FOREST)
        key = scene.register(FOREST)
        scene.round()
        found = scene.finding(key, "pdd_hash")
        assert (found.status, found.reasons, found.differences) == ("valid", [], [])
        assert scene.finding(f"{key}/1", "pdd_hash", "pdd_version").status == "valid"
        held = DocumentStore(scene.settings.documents).get(schemas.content_hash(FOREST))
        assert held == schemas.content_bytes(FOREST)
        assert scene.site.asked == [f"/{_digest(FOREST)}"]

    def test_is_invalid_with_every_reason_given_it_breaks_rules(self, scene: Scene) -> None:
        broken = forest(country="Germany", creation_date="yesterday")
        scene.serve(broken)
        key = scene.register(broken)
        scene.round()
        found = scene.finding(key, "pdd_hash")
        assert found.status == "invalid"
        assert {reason["pointer"] for reason in found.reasons} == {
            "/properties/country",
            "/properties/creation_date",
        }

    def test_is_valid_given_heights_of_some_positions(self, scene: Scene) -> None:
        geometry = copy.deepcopy(FOREST["geometry"])
        geometry["coordinates"][0][1].append(280)
        uneven = forest(geometry=geometry)
        scene.serve(uneven)
        key = scene.register(uneven)
        scene.round()
        assert scene.finding(key, "pdd_hash").status == "valid"

    def test_the_next_is_examined_given_the_rules_fail_at_one(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        poison, sound, validate = forest(name="poison"), forest(id="sound"), schemas.validate

        def failing(kind: str, document: Any) -> list[schemas.Fault]:
            if document["properties"]["name"] == "poison":
                raise AssertionError(document["id"])
            return validate(kind, document)

        monkeypatch.setattr(schemas, "validate", failing)
        for document in (poison, sound):
            scene.serve(document)
        keys = [scene.register(document) for document in (poison, sound)]
        scene.round()
        first, second = (scene.finding(key, "pdd_hash") for key in keys)
        assert [reason["code"] for reason in first.reasons] == ["NOT_EXAMINED"]
        assert (first.status, second.status) == ("invalid", "valid")

    def test_is_invalid_given_it_is_of_another_kind(self, scene: Scene) -> None:
        DocumentStore(scene.settings.documents).put(schemas.content_bytes(METHOD))
        digest = _digest(METHOD)
        arguments = (digest, KEY, "reforestation", FIRST, LAST, "")
        developer = scene.registry.developers[0]
        scene.send(developer, "ProjectRegistry", "registerProject", "odd", arguments)
        scene.round()
        (reason,) = scene.finding(project_id("odd"), "pdd_hash").reasons
        assert reason["code"] == "UNKNOWN_PROFILE"
        assert "as pdd, the document is methodology" in reason["message"]
        assert scene.finding(KEY, "document_hash", "methodology").differences == [
            {
                "pointer": "/project_types",
                "document": sorted(METHOD["project_types"]),
                "chain": sorted(scene.registry.abi.enum_words("ProjectType")),
            }
        ]

    def test_differences_are_kept_given_the_period_is_not_the_chains(self, scene: Scene) -> None:
        scene.serve(FOREST)
        key = scene.register(FOREST, first=FIRST + 1, last=LAST - 1)
        scene.round()
        found = scene.finding(key, "pdd_hash")
        assert found.status == "valid"
        period = "/properties/project_duration"
        assert found.differences == [
            {"pointer": f"{period}/start", "document": "2025-03-01", "chain": "2025-03-02"},
            {"pointer": f"{period}/end", "document": "2055-02-28", "chain": "2055-02-27"},
        ]

    def test_the_conflict_is_known_given_two_claim_the_same_ground(self, scene: Scene) -> None:
        for document in (FOREST, forest() | {"id": "another-forest"}):
            scene.serve(document)
            scene.register(document)
        scene.round()
        with snapshot(engine(scene.settings.database_url)) as session:
            assert len(session.scalars(select(Footprint)).all()) == 2
            (conflict,) = session.scalars(select(GeometryConflict)).all()
        assert conflict.kind == "ground"


class TestReports:
    """
    given the period or the amount of a report is not the chain's   the differences are kept
    """

    def test_differences_are_kept_given_period_and_amount_are_not_the_chains(
        self, scene: Scene
    ) -> None:
        registry, store = scene.registry, DocumentStore(scene.settings.documents)
        for document in (FOREST, METHOD):
            store.put(schemas.content_bytes(document))
        project = scene.register(FOREST)
        access = (project, registry.validator)
        scene.send(registry.operator, "ProjectRegistry", "assignValidator", *access)
        judged = (project, _digest(FOREST), _digest(METHOD), "")
        scene.send(registry.validator, "ProjectRegistry", "validateProject", *judged)
        mrv = json.loads((VALID / "mrv.harz-first-year.json").read_text())
        store.put(schemas.content_bytes(mrv))
        submission = (_digest(mrv), FIRST + 5, FIRST + 100, "")
        developer = registry.developers[0]
        scene.send(developer, "MRVRegistry", "submitReport", project, mrv["id"], submission)
        key = report_id(project, mrv["id"])
        scene.send(registry.operator, "MRVRegistry", "assignVerifier", key, registry.verifier)
        decision = {
            "ogcr_version": "0.1.0",
            "profile": "decision",
            "subject": schemas.content_hash(mrv),
            "outcome": "verified",
            "actor_id": "verifier-01",
            "decided_on": "2026-03-02",
            "verified_removal": {"value": 12.5, "unit": "tCO2e"},
        }
        store.put(schemas.content_bytes(decision))
        verification = (_digest(mrv), 9_000, [], _digest(decision), "")
        scene.send(registry.verifier, "MRVRegistry", "verifyReport", key, verification)
        scene.round()
        period = {d["pointer"] for d in scene.finding(key, "report_hash", "report").differences}
        assert period == {"/properties/start_date", "/properties/end_date"}
        assert scene.finding(key, "statement_hash", "report").differences == [
            {"pointer": "/verified_removal", "document": "12500 kg", "chain": "9000 kg"}
        ]


class TestRetrieval:
    """
    given nothing is there                  it is missing, with the reason, and tried ever later
    given it comes to be there              it is held after the next attempt
    given it is handed in meanwhile         it is noticed without being fetched
    given what is there is another          it is missing, and nothing of it is kept
    given fetching is switched off          nobody is asked
    """

    def test_is_tried_ever_later_given_nothing_is_there(self, scene: Scene) -> None:
        key = scene.register(FOREST)
        waits = []
        for attempt in range(1, 5):
            scene.round()
            tried = scene.retrieval(FOREST)
            assert tried.attempts == attempt
            assert tried.outcome is not None
            assert tried.outcome.endswith("answers HTTP 404.")
            waits.append(tried.next_attempt_at - int(tried.last_attempt_at or 0))
            scene.hurry()
        assert scene.finding(key, "pdd_hash").status == "missing"
        for attempt, wait in enumerate(waits):
            longest = RETRY_SECONDS * 2**attempt
            assert longest / 2 <= wait <= longest + 2
        assert len([path for path in scene.site.asked if _digest(FOREST) in path]) == 4

    def test_is_held_after_the_next_attempt_given_it_comes(self, scene: Scene) -> None:
        key = scene.register(FOREST)
        scene.round()
        scene.serve(FOREST)
        scene.round()
        assert scene.finding(key, "pdd_hash").status == "missing"
        scene.hurry()
        scene.round()
        assert scene.finding(key, "pdd_hash").status == "valid"
        digests = {row.hash for row in scene.retrievals()}
        assert schemas.content_hash(FOREST) not in digests

    def test_is_noticed_without_fetching_given_it_is_handed_in(self, scene: Scene) -> None:
        key = scene.register(FOREST)
        scene.round()
        asked = len(scene.site.asked)
        DocumentStore(scene.settings.documents).put(schemas.content_bytes(FOREST))
        scene.hurry()
        scene.round()
        assert scene.finding(key, "pdd_hash").status == "valid"
        assert [p for p in scene.site.asked[asked:] if _digest(FOREST) in p] == []

    def test_nothing_is_kept_given_what_is_there_is_another(self, scene: Scene) -> None:
        key = scene.register(FOREST)
        other = schemas.content_bytes(forest(name="Another"))
        scene.site.pages[f"/{_digest(FOREST)}"] = Page(other)
        scene.round()
        assert scene.finding(key, "pdd_hash").status == "missing"
        assert "hashes to sha256:" in str(scene.retrieval(FOREST).outcome)
        assert list(DocumentStore(scene.settings.documents).hashes()) == []

    def test_nobody_is_asked_given_fetching_is_switched_off(self, scene: Scene) -> None:
        scene.settings = scene.settings.model_copy(update={"fetch_documents": False})
        scene.serve(FOREST)
        key = scene.register(FOREST)
        scene.round()
        assert scene.finding(key, "pdd_hash").status == "missing"
        assert "switched off" in str(scene.retrieval(FOREST).outcome)
        assert scene.site.asked == []


class TestReorganisations:
    """
    given the registration is gone     so is the finding; registered again it is found out anew
    given a version is gone            the finding is again that of the version before
    """

    def test_is_gone_with_the_registration(self, scene: Scene) -> None:
        mark = scene.registry.node.snapshot()
        scene.serve(FOREST)
        key = scene.register(FOREST)
        scene.round()
        scene.registry.node.revert(mark)
        scene.registry.node.mine(2)
        scene.follower.catch_up(5)
        with snapshot(engine(scene.settings.database_url)) as session:
            assert session.get(DocumentFinding, ("project", key, "pdd_hash")) is None
        scene.register(FOREST, first=FIRST + 1)
        scene.round()
        assert len(scene.finding(key, "pdd_hash").differences) == 1

    def test_is_that_of_the_version_before_given_a_version_is_gone(self, scene: Scene) -> None:
        store, registry = DocumentStore(scene.settings.documents), scene.registry
        second = forest(country="Germany")
        for document in (FOREST, second):
            store.put(schemas.content_bytes(document))
        key = scene.register(FOREST)
        scene.round()
        mark = registry.node.snapshot()
        pdd = (_digest(second), KEY, "reforestation", FIRST, LAST, "")
        scene.send(registry.developers[0], "ProjectRegistry", "updatePDD", key, pdd)
        scene.round()
        assert scene.finding(key, "pdd_hash").status == "invalid"
        registry.node.revert(mark)
        registry.node.mine()
        scene.round()
        found = scene.finding(key, "pdd_hash")
        assert (found.status, found.hash) == ("valid", schemas.content_hash(FOREST))


class TestProcess:
    """
    when the indexer runs          errands are done beside it, in another process
    given that process is killed   another one takes over
    when the indexer ends          it ends
    """

    def test_errands_are_done_beside_and_again_given_it_is_killed(self, scene: Scene) -> None:
        settings = scene.settings.model_copy(update={"errand_seconds": 0.1})
        metrics = Metrics()
        errands = Errands(settings, metrics)
        errands.start()
        try:
            scene.serve(FOREST)
            key = scene.register(FOREST)
            scene.follower.catch_up(5)
            _until(lambda: self._status(scene, key) == "valid")
            (child,) = multiprocessing.active_children()
            assert child.pid not in (None, os.getpid())
            os.kill(int(child.pid or 0), signal.SIGKILL)
            other = forest() | {"id": "another-forest"}
            scene.serve(other)
            second = scene.register(other)
            scene.follower.catch_up(5)
            _until(lambda: self._status(scene, second) == "valid")
        finally:
            errands.stop()
        assert multiprocessing.active_children() == []
        assert metrics.registry.get_sample_value("ogcr_errand_restarts_total") == 1

    def _status(self, scene: Scene, key: str) -> str | None:
        with snapshot(engine(scene.settings.database_url)) as session:
            found = session.get(DocumentFinding, ("project", key, "pdd_hash"))
        return found and found.status


def _until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "It did not come to be."
        threading.Event().wait(0.05)
