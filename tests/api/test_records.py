"""Records: their versions, their representations, and what the chain took back of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from httpx import Response
from pyld import jsonld

from api.errors import NotAcceptableError
from api.representations import GEOJSON, JSON, JSONLD, negotiated
from schemas import assess, content_hash

from . import documents
from .people import DEVELOPER
from .world import World

FOREST, REPORT = "harz-mixed-forest", "harz-mixed-forest-2025"
PROJECT = f"/projects/{FOREST}"
SCHEMA, PROV = "https://schema.org/", "http://www.w3.org/ns/prov#"
GEO, OURS = "http://www.opengis.net/ont/geosparql#", "https://ogcr.org/ns/registry#"


def second_version() -> dict[str, Any]:
    """The project as its developer changed it."""
    return documents.forest(FOREST, description="Beech, sycamore and silver fir.")


@pytest.fixture(scope="module")
def recorded(file_world: World) -> World:
    """A world with a project of two versions that is validated, and a report."""
    file_world.done(DEVELOPER, file_world.post("/projects", documents.forest(FOREST), draft="true"))
    file_world.done(DEVELOPER, file_world.put(PROJECT, second_version(), draft="false"))
    file_world.validate(second_version())
    file_world.report(documents.report())
    return file_world


class TestVersions:
    """
    when a version is asked for             it is the document of then and hashes to its anchor
    given later ones                        it has the last status of its time, and links to them
    when the past is asked for              there are the versions of then
    when there is no such version           404, and which is the newest
    when the number is none                 400
    """

    @pytest.mark.parametrize(
        ("number", "document", "status"),
        [(1, documents.forest(FOREST), "draft"), (2, second_version(), "validated")],
    )
    def test_is_the_document_of_then(
        self, recorded: World, number: int, document: dict[str, Any], status: str
    ) -> None:
        feature = recorded.get(f"{PROJECT}/versions/{number}").json()
        record = feature["ogcr:record"]
        assert content_hash(feature) == content_hash(document) == record["content_hash"]
        assert feature["properties"]["status"] == status
        assert feature["properties"]["ogcr:version"] == number
        assert (record["version"], record["is_newest"]) == (number, number == 2)
        assert record["registered_by"] == recorded.address(DEVELOPER)
        assert record["transaction_hash"] == feature["ledger_reference"]["transaction_id"]
        assert record["quality"]["score"] == _score(document, feature)

    def test_has_links_to_those_around_it(self, recorded: World) -> None:
        for number, others in ((1, {"successor": 2}), (2, {"predecessor": 1})):
            feature = recorded.get(f"{PROJECT}/versions/{number}").json()
            links = {link["rel"]: link["href"] for link in feature["links"]}
            own = {**others, "self": number}
            for rel, at in own.items():
                assert links[rel] == f"https://registry.example{PROJECT}/versions/{at}"
            assert links["alternate"] == f"https://registry.example{PROJECT}"
            assert {"predecessor", "successor"} & set(links) == set(others)

    def test_stands_in_the_record(self, recorded: World) -> None:
        versions = recorded.project(FOREST)["ogcr:record"]["versions"]
        paths = [one["version_href"].removeprefix("https://registry.example") for one in versions]
        found = [recorded.get(path).json()["ogcr:record"]["content_hash"] for path in paths]
        assert found == [one["content_hash"] for one in versions]
        assert len(set(found)) == 2

    def test_the_second_is_not_there_before_it_came(self, recorded: World) -> None:
        (_, second) = recorded.project(FOREST)["ogcr:record"]["versions"]
        before = second["block_number"] - 1
        assert recorded.get(f"{PROJECT}/versions/1", as_of=before).status_code == 200
        missing = recorded.get(f"{PROJECT}/versions/2", as_of=before)
        assert missing.status_code == 404
        assert (
            missing.json()["detail"] == f"The project {FOREST} has no version 2; the newest is 1."
        )

    @pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", str(2**31)])
    def test_is_refused_when_it_is_no_number(self, recorded: World, number: str) -> None:
        refused = recorded.get(f"{PROJECT}/versions/{number}")
        assert (refused.status_code, refused.json()["details"][0]["field"]) == (400, "version")

    def test_of_a_report_is_the_document_of_then(self, recorded: World) -> None:
        path = f"{PROJECT}/monitoring/{REPORT}"
        feature = recorded.get(f"{path}/versions/1").json()
        assert content_hash(feature) == content_hash(documents.report())
        assert feature["properties"]["ogcr:status"] == "pending_verification"
        record = recorded.get(path).json()["ogcr:record"]
        assert feature["ogcr:record"]["quality"] == record["quality"]
        assert record["quality"]["score"] > 0
        missing = recorded.get(f"{path}/versions/2")
        assert missing.json()["detail"] == f"The report {REPORT} has no version 2; the newest is 1."


class TestRepresentations:
    """
    when the reader accepts a representation      it is given, and the answer says that it may vary
    when several are accepted                     the one that is preferred most
    when none is                                  406, naming those there are
    where there is a page for browsers            it is for whom likes that better than JSON
    when it is linked data                        every member means something, by our own context
    """

    @pytest.mark.parametrize(
        ("accept", "found"),
        [
            (None, GEOJSON),
            ("*/*", GEOJSON),
            ("application/*", GEOJSON),
            ("application/json", JSON),
            ("application/ld+json", JSONLD),
            ("Application/LD+JSON; profile=x", JSONLD),
            ("application/json;q=0.5, application/ld+json;q=0.9", JSONLD),
            ("application/geo+json;q=0, */*", JSON),
            ("text/html,application/xhtml+xml,*/*;q=0.8", GEOJSON),
            ("application/json;q=nonsense", JSON),
        ],
    )
    def test_is_the_preferred_one(self, accept: str | None, found: str) -> None:
        assert negotiated(accept) == found

    @pytest.mark.parametrize(
        ("accept", "is_page"),
        [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
            ("application/json, text/html;q=0.5", False),
            ("application/json, text/html;q=0", False),
            ("*/*", False),
        ],
    )
    def test_is_a_page_given_that_is_liked_better(
        self, world: World, accept: str, *, is_page: bool
    ) -> None:
        for path in ("/", "/statistics/validation"):
            shown = world.client.get(path, headers={"Accept": accept}).headers
            assert shown["content-type"].startswith("text/html") is is_page
            assert "Accept" in shown["vary"]

    @pytest.mark.parametrize("accept", ["text/turtle", "application/json;q=0", "image/*"])
    def test_is_refused_when_none_is_accepted(self, accept: str) -> None:
        with pytest.raises(NotAcceptableError, match="application/geo\\+json, application/json"):
            negotiated(accept)

    @pytest.mark.parametrize(
        "path",
        [
            "/projects",
            PROJECT,
            f"{PROJECT}/versions/1",
            f"{PROJECT}/monitoring",
            f"{PROJECT}/monitoring/{REPORT}",
            "/credits",
            "/collections/projects/items",
        ],
    )
    def test_is_given_as_it_is_accepted(self, recorded: World, path: str) -> None:
        plain = accepted(recorded, path, JSON)
        assert plain.headers["content-type"] == JSON
        assert "accept" in plain.headers["vary"].lower()
        assert plain.json()["type"] in ("Feature", "FeatureCollection")
        linked = accepted(recorded, path, JSONLD)
        assert linked.headers["content-type"] == JSONLD
        assert linked.headers["etag"] != plain.headers["etag"]
        assert linked.json()["@context"] == "https://registry.example/contexts/ogcr-1.jsonld"
        assert recorded.get(path).headers["content-type"] == GEOJSON
        refused = accepted(recorded, path, "text/turtle")
        assert (refused.status_code, refused.json()["code"]) == (406, "NOT_ACCEPTABLE")
        assert refused.headers["content-type"] == "application/problem+json"

    def test_a_project_is_linked_data(self, recorded: World) -> None:
        (node,) = expanded(recorded, PROJECT)
        assert node["@id"] == f"https://registry.example{PROJECT}"
        assert node["@type"] == [f"{GEO}Feature"]
        assert value(node, f"{SCHEMA}name").startswith("Mixed forest")
        assert value(node, f"{SCHEMA}identifier") == FOREST
        (created,) = node[f"{SCHEMA}dateCreated"]
        assert created["@type"] == "http://www.w3.org/2001/XMLSchema#dateTime"
        (geometry,) = node[f"{GEO}hasGeometry"]
        assert geometry["@type"] == ["http://www.opengis.net/ont/sf#Polygon"]
        (coordinates,) = geometry["https://purl.org/geojson/vocab#coordinates"]
        assert coordinates["@value"] == documents.forest(FOREST)["geometry"]["coordinates"]
        assert value(node, f"{OURS}developer") == recorded.address(DEVELOPER)
        (record,) = node[f"{OURS}record"]
        versions = record[f"{OURS}version"]
        who = [value(one, f"{PROV}wasAttributedTo") for one in versions]
        assert who == [recorded.address(DEVELOPER)] * 2
        (anchor,) = node[f"{PROV}wasGeneratedBy"]
        assert value(anchor, f"{OURS}ledger_id") == "eip155:31337"

    @pytest.mark.parametrize(
        "path", ["/projects", f"{PROJECT}/monitoring/{REPORT}", f"{PROJECT}/monitoring"]
    )
    def test_nothing_is_lost_as_linked_data(self, recorded: World, path: str) -> None:
        document = accepted(recorded, path, JSONLD).json()
        known = set(strings(jsonld.expand(document, options(recorded))))
        missing = {text for text in strings(document) if not _is_said(text, known)}
        assert missing <= {"https://registry.example/contexts/ogcr-1.jsonld"}

    def test_a_list_is_of_named_things(self, recorded: World) -> None:
        (node,) = expanded(recorded, "/projects")
        (member,) = node["http://www.w3.org/2000/01/rdf-schema#member"]
        assert member["@id"] == f"https://registry.example{PROJECT}"


class TestReorganisations:
    """
    when the chain never took a block back   there is none, and health counts none
    when it did                              the list tells of it, and health of the last one
    when a filter is given                   only those that match
    """

    def test_are_told_of(self, recorded: World) -> None:
        assert recorded.get("/reorganisations").json()["reorganisations"] == []
        counted = recorded.get("/health").json()["reorganisations"]
        assert counted == {"count": 0, "below_finality": 0, "last": None}
        lost = recorded.lose_blocks(2)
        recorded.mine()
        page = recorded.get("/reorganisations").json()
        (found,) = page["reorganisations"]
        assert page["numberMatched"] == 1
        assert (found["number"], found["depth"], found["below_finality"]) == (1, 2, False)
        assert (found["lost_block"], found["lost_block_hash"]) == (
            lost.block_number,
            lost.block_hash,
        )
        counted = recorded.get("/health").json()["reorganisations"]
        assert counted == {"count": 1, "below_finality": 0, "last": found}
        for filters, matched in (
            ({"below_finality": "true"}, 0),
            ({"below_finality": "false"}, 1),
            ({"since": "2140-01-01"}, 0),
            ({"since": found["noticed_at"], "until": found["noticed_at"]}, 1),
        ):
            assert recorded.get("/reorganisations", **filters).json()["numberMatched"] == matched


def accepted(world: World, path: str, accept: str) -> Response:
    """An answer in the representation that is accepted."""
    return world.client.get(path, headers={"Accept": accept})


def expanded(world: World, path: str) -> list[dict[str, Any]]:
    """What an answer says as linked data."""
    found: list[dict[str, Any]] = jsonld.expand(
        accepted(world, path, JSONLD).json(), options(world)
    )
    return found


def options(world: World) -> dict[str, Any]:
    """Let contexts come from this API, and from nowhere else."""

    def load(url: str, _: Any) -> dict[str, Any]:
        answer = world.client.get(url.removeprefix("https://registry.example"))
        assert answer.headers["content-type"] == JSONLD
        return {"contextUrl": None, "documentUrl": url, "document": answer.json()}

    return {"documentLoader": load}


def value(node: dict[str, Any], name: str) -> Any:
    """The one value of a property."""
    (found,) = node[name]
    return found["@value"]


def strings(document: Any) -> Iterator[str]:
    """Every text that is a value somewhere."""
    if isinstance(document, dict):
        for member in document.values():
            yield from strings(member)
    elif isinstance(document, list):
        for item in document:
            yield from strings(item)
    elif isinstance(document, str):
        yield document


def _is_said(text: str, known: set[str]) -> bool:
    """As a value, or as the last part of a name."""
    return text in known or any(name.endswith((f"#{text}", f"/{text}")) for name in known)


def _score(document: dict[str, Any], feature: dict[str, Any]) -> int:
    found = assess("pdd", document)
    assert found is not None
    assert feature["ogcr:record"]["quality"]["indicators"]
    return found.score
