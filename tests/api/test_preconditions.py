"""If-Match: a change of a document holds for the version that its author saw, or not at all."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from api.entity_tags import entity_tag, known_as, version_of, versions_in
from api.errors import ParameterError
from api.main import create_app

from . import documents
from .people import DEVELOPER, VERIFIER
from .world import World

FOREST, REPORT = "/projects/harz-mixed-forest", "/projects/harz-mixed-forest/monitoring"


@pytest.fixture(scope="module")
def stage(file_world: World) -> World:
    file_world.register(documents.forest())
    return file_world


def changed(world: World, path: str, body: Any, tag: str | None, method: str = "PUT") -> Response:
    headers = {} if tag is None else {"If-Match": tag}
    return world.client.request(method, path, json=body, headers=headers)


def renamed(name: str) -> dict[str, Any]:
    pdd = deepcopy(documents.forest())
    pdd["properties"]["name"] = name
    return pdd


class TestTags:
    """
    given other bytes                      another strong tag
    given the same content                 a reader is told that it is known, by the tag it has
    given a list                           its strong tags count for a write, whatever they hold
    when it is no list of tags             it is refused
    """

    def test_differ_with_the_bytes(self) -> None:
        version, kind = version_of("submitted", 1), "application/json"
        tags = [entity_tag(b"{}", body, kind, version) for body in (b"1", b"2")]
        other = entity_tag(b"{}", b"1", "application/ld+json", version)
        assert len({*tags, other}) == 3
        for tag in tags:
            assert known_as(f'"x", {tag}', tags[0]) == tag
            assert known_as(f"W/{tag}", tags[0]) == tags[0]
            assert known_as(other, tag) is None
        assert known_as("*", tags[0]) == tags[0]
        assert known_as("*", None) is None
        assert known_as(f"W/{other}", entity_tag(b"{}", b"1", kind)) is None

    def test_name_versions_for_a_write(self) -> None:
        version = version_of("submitted", 1)
        tag = entity_tag(b"{}", b"", "application/json", version)
        assert versions_in(f'"a,b" , {tag},') == [version]
        assert versions_in(f"W/{tag}") == versions_in('"of-something-else"') == []

    @pytest.mark.parametrize("listed", ["", "abc", '"open', '"a" "b"x', "*, *", 'w/"a"'])
    def test_are_refused_when_they_are_none(self, listed: str) -> None:
        with pytest.raises(ParameterError, match="entity tags"):
            versions_in(listed)


class TestChange:
    """
    given the tag that was read                      the change is taken, however many blocks came
    given the tag of an earlier version, a weak or an unknown one   412, with the tag of now
    given a star                                     any version will do, but there must be one
    when it is no list of tags                       400
    given a validated project                        metadata follows the same rule
    given a rejected report                          so does its next version, by PUT or POST
    when a reorganisation takes the change back      the tag of before fits again
    given a write that is about no document          400 rather than not heeded
    when the registry requires it                    428, with the tag to send
    """

    def test_is_taken_with_the_tag_that_was_read(self, stage: World) -> None:
        world = stage
        tag = world.get(FOREST).headers["etag"]
        world.mine(world.settings.finality_depth + 2)
        assert world.get(FOREST).headers["etag"] != tag
        again = world.client.get(FOREST, headers={"If-None-Match": tag})
        assert again.status_code in (200, 304)
        assert changed(world, FOREST, renamed("Harz B"), tag).status_code == 202
        assert changed(world, FOREST, renamed("Harz B"), f'"x", {tag}').status_code == 202
        assert changed(world, FOREST, renamed("Harz B"), "*").status_code == 202

    def test_is_refused_with_the_tag_of_another_version(self, stage: World) -> None:
        world = stage
        seen = world.get(FOREST).headers["etag"]
        mark = world.node.snapshot()
        unsent = changed(world, FOREST, renamed("Harz C"), seen).json()
        # Around the API, which would send again what the reorganisation takes back.
        raw = world.signed(DEVELOPER, unsent["to_sign"])
        world.node.rpc("eth_sendRawTransaction", raw)
        world.mine()
        now = world.get(FOREST).headers["etag"]
        for tag in (seen, f"W/{now}", '"unknown"'):
            refused = changed(world, FOREST, renamed("Harz D"), tag)
            assert refused.status_code == 412, tag
            assert refused.json()["code"] == "PRECONDITION_FAILED"
            assert refused.json()["details"][0]["current"] == refused.headers["etag"] == now
        assert changed(world, FOREST, renamed("Harz D"), now).status_code == 202
        world.node.revert(mark)
        world.mine(8)
        assert changed(world, FOREST, renamed("Harz D"), now).status_code == 412
        assert changed(world, FOREST, renamed("Harz D"), seen).status_code == 202

    def test_is_refused_where_there_is_nothing(self, stage: World) -> None:
        refused = changed(stage, "/projects/nowhere", documents.forest("nowhere"), "*")
        assert refused.status_code == 412
        assert "etag" not in refused.headers
        assert refused.json()["details"][0]["current"] is None

    def test_is_refused_when_it_is_no_list(self, stage: World) -> None:
        refused = changed(stage, FOREST, documents.forest(), "abc")
        assert refused.status_code == 400
        assert refused.json()["details"][0]["field"] == "If-Match"

    def test_is_not_left_aside_where_it_says_nothing(self, stage: World) -> None:
        refused = changed(stage, "/credits/transfer", {}, "*", "POST")
        assert refused.status_code == 400
        assert refused.json()["details"][0]["field"] == "If-Match"

    def test_holds_for_metadata_and_reports(self, stage: World) -> None:
        world, report = stage, documents.report()
        world.validate(documents.forest())
        seen, metadata = world.get(FOREST).headers["etag"], documents.metadata("harz-mixed-forest")
        world.done(DEVELOPER, changed(world, FOREST, metadata, seen))
        more = {**metadata, "description": "Oaks as well"}
        assert changed(world, FOREST, more, seen).status_code == 412
        path = f"{REPORT}/{report['id']}"
        assert changed(world, REPORT, report, "*", "POST").status_code == 412
        world.report(report)
        early = world.get(path).headers["etag"]
        world.done(VERIFIER, world.post(f"{path}/verify", documents.rejected(report)))
        late, second = world.get(path).headers["etag"], documents.report(end="2025-11-30")
        for method, where in (("PUT", path), ("POST", REPORT)):
            assert changed(world, where, second, early, method).status_code == 412
            taken = changed(world, where, second, late, method)
            assert taken.status_code == 202, taken.text
        wrong = changed(world, path, {**second, "id": "another"}, None)
        assert wrong.status_code == 422
        assert wrong.json()["details"][0]["code"] == "REPORT_MISMATCH"
        nowhere = changed(world, f"{REPORT}/none", second, None)
        assert nowhere.status_code == 404

    def test_is_required_where_the_registry_says_so(self, stage: World) -> None:
        settings = stage.settings.model_copy(update={"require_if_match": True})
        with TestClient(create_app(settings), headers=stage.shown) as client:
            asked = client.put(FOREST, json=documents.metadata("harz-mixed-forest"))
            new = client.post("/projects", json=documents.forest("elsewhere", east=3.0))
        assert asked.status_code == 428
        assert asked.json()["code"] == "PRECONDITION_REQUIRED"
        assert asked.headers["etag"] == stage.get(FOREST).headers["etag"]
        assert new.status_code == 202
