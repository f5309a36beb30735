"""Reading: lists and their filters, single records, documents, and what each says of its block."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from indexer.identity import project_id
from schemas import content_hash, validate

from . import documents
from .people import BUYER, DEVELOPER, OTHER_DEVELOPER, VERIFIER
from .reads import AIR, DRAFT, FIJI, FOREST, played
from .world import World


@pytest.fixture(scope="module")
def reading(each_file_world: World) -> World:
    """A world that is only read: three projects and a draft, two reports, several units."""
    played(each_file_world)
    return each_file_world


def names(world: World, path: str, **parameters: Any) -> list[str]:
    """The ids of the Features that a list gives."""
    answer = world.get(path, **parameters)
    assert answer.status_code == 200, answer.text
    return [feature["id"] for feature in answer.json()["features"]]


class TestListProjects:
    """
    when a filter is given                   only what matches is counted and given
    when a box crosses the antimeridian      what lies on both sides is found, and nothing else
    when it is sorted and paged              the pages make up the whole, with links and totals
    when the past is asked for               it is given as it was; a day, as it was at its end
    when a parameter is unknown or unusable  it says which, and which are known
    """

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({}, {FOREST, FIJI, AIR, DRAFT}),
            ({"status": "submitted"}, {FIJI, AIR}),
            ({"status": "approved"}, {FOREST}),
            ({"status": "validated"}, {FOREST}),
            ({"status": "draft"}, {DRAFT}),
            ({"methodology": "OGCR-REF-01"}, {FOREST, FIJI, DRAFT}),
            ({"methodology": "OGCR-REF-01@1.2.0"}, {FOREST, FIJI, DRAFT}),
            ({"methodology": "OGCR-REF-01@1.3.0"}, set()),
            ({"actor": "developer-harz-01"}, {FOREST, DRAFT}),
            ({"bbox": "10,51,11,52"}, {FOREST}),
            ({"bbox": "10.5921,51.7642,10.5921,51.7642"}, {FOREST}),
            ({"bbox": "10.601,51.7665,10.6042,51.767"}, {FOREST}),
            ({"bbox": "0,0,1,1"}, set()),
            ({"bbox": "179,-18,-179,-16"}, {FIJI}),
            ({"bbox": "-180,-90,180,90"}, {FOREST, FIJI, AIR, DRAFT}),
            ({"bbox": "-170,-18,170,-16"}, set()),
            ({"created_from": "2000-01-01"}, {FOREST, FIJI, AIR, DRAFT}),
            ({"created_to": "2000-01-01"}, set()),
            ({"approved_from": "2000-01-01", "approved_to": "2140-01-01"}, {FOREST}),
            ({"status": "submitted", "bbox": "-30,60,-20,70"}, {AIR}),
            ({"country": "DE"}, {FOREST, DRAFT}),
            ({"project_type": "direct_air_capture"}, {AIR}),
        ],
    )
    def test_only_what_matches_is_given(
        self, reading: World, filters: dict[str, str], found: set[str]
    ) -> None:
        answer = reading.get("/projects", **filters).json()
        assert {feature["id"] for feature in answer["features"]} == found
        assert (answer["numberMatched"], answer["numberReturned"]) == (len(found), len(found))
        assert all(validate("pdd", feature) == [] for feature in answer["features"])

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("forest", {FOREST, DRAFT}),
            ("Forest", {FOREST, DRAFT}),
            ("mixed spru", {FOREST, DRAFT}),
            ("spruce harz-draft", {DRAFT}),
            ("bark beetle", {FOREST, DRAFT}),
            ("fòrést", {FOREST, DRAFT}),
            ("orest", set()),
            ("forest mangroves", set()),
            (FIJI, {FIJI}),
            ('"forest" OR x*', set()),
            ("mixed & forest | !", {FOREST, DRAFT}),
        ],
    )
    def test_words_are_searched_for(self, reading: World, words: str, found: set[str]) -> None:
        assert set(names(reading, "/projects", q=words)) == found
        assert set(names(reading, "/collections/projects/items", q=words)) == found

    def test_words_are_searched_for_in_the_past(self, reading: World) -> None:
        versions = reading.project(FOREST)["ogcr:record"]["versions"]
        began = versions[0]["block_number"]
        assert names(reading, "/projects", q="forest", as_of=began) == [FOREST]
        assert names(reading, "/projects", q="forest", as_of=began - 1) == []
        assert names(reading, "/projects", q="forest", status="draft") == [DRAFT]

    @pytest.mark.parametrize("words", ["", "- & *", "a b c d e f g h i j k", "x" * 201])
    def test_what_is_no_search_is_refused(self, reading: World, words: str) -> None:
        refused = reading.get("/projects", q=words)
        assert (refused.status_code, refused.json()["details"][0]["field"]) == (400, "q")

    def test_the_developer_is_an_actor(self, reading: World) -> None:
        assert names(reading, "/projects", actor=reading.address(OTHER_DEVELOPER)) == [FIJI]
        checksummed = reading.keys[OTHER_DEVELOPER].address
        assert names(reading, "/projects", actor=checksummed) == [FIJI]

    def test_the_pages_make_up_the_whole(self, reading: World) -> None:
        whole = names(reading, "/projects", sort="id")
        assert names(reading, "/projects", sort="-id") == whole[::-1]
        found, path = [], "/projects?sort=id&limit=1"
        while path:
            page = reading.get(path).json()
            assert page["numberMatched"] == len(whole)
            found += [feature["id"] for feature in page["features"]]
            links = {link["rel"]: link["href"] for link in page["links"]}
            path = links.get("next", "").removeprefix("https://registry.example")
        assert found == whole

    def test_the_past_is_given_as_it_was(self, reading: World) -> None:
        created = reading.project(FOREST)["ogcr:record"]["versions"][0]["block_number"]
        assert names(reading, "/projects", as_of=created - 1) == []
        assert names(reading, "/projects", as_of=created) == [FOREST]
        past = reading.get(f"/projects/{FOREST}", as_of=created)
        assert past.json()["properties"]["status"] == "submitted"
        assert past.json()["ogcr:record"]["reports"] == []
        assert past.headers["ogcr-block-number"] == str(created)
        assert names(reading, "/projects", as_of="2000-01-01") == []
        assert len(names(reading, "/projects", as_of="2140-01-01T00:00:00Z")) == 4
        assert reading.get("/projects", as_of=10**9).status_code == 400

    def test_a_day_is_meant_to_its_end(self, reading: World) -> None:
        newest = reading.node.rpc("eth_getBlockByNumber", "latest", False)["timestamp"]
        today = datetime.fromtimestamp(int(newest, 16), UTC).date()
        assert len(names(reading, "/projects", as_of=today.isoformat())) == 4

    @pytest.mark.parametrize(
        ("query", "named"),
        [
            ("colour=green", "colour"),
            ("limit=1&limit=2", "limit"),
            ("limit=0", "limit"),
            ("limit=1001", "limit"),
            ("offset=-1", "offset"),
            ("offset=9007199254740993", "offset"),
            ("status=finished", "status"),
            ("bbox=1,2,3", "bbox"),
            ("bbox=1,2,3,nan", "bbox"),
            ("bbox=0,50,1,40", "bbox"),
            ("bbox=-181,0,1,1", "bbox"),
            ("created_from=yesterday", "created_from"),
            ("created_from=2025-02-30", "created_from"),
            ("approved_to=20250101T00", "approved_to"),
            ("as_of=tomorrow", "as_of"),
            ("as_of=-1", "as_of"),
            ("sort=colour", "sort"),
            ("sort=--name", "sort"),
            ("sort=name,-name", "sort"),
            ("sort=name,", "sort"),
            ("actor=", "actor"),
            ("methodology=a b", "methodology"),
            ("actor=%00", "actor"),
        ],
    )
    def test_it_says_which_parameter_when_it_is_unusable(
        self, reading: World, query: str, named: str
    ) -> None:
        answer = reading.get(f"/projects?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
        assert [detail["field"] for detail in answer.json()["details"]] == [named]

    def test_it_names_the_known_ones_when_one_is_not(self, reading: World) -> None:
        message = reading.get("/projects?colour=green").json()["message"]
        assert "“colour” is not known" in message
        assert all(name in message for name in ("status", "bbox", "limit", "as_of"))


class TestReadProject:
    """
    when it is named by document id or hash   it is the same project
    when it has reports, units, a decision    they are there, with links
    when its document is damaged              it says so, and a new copy mends it
    when there is none of that name           it is not found
    """

    def test_it_is_the_same_however_it_is_named(self, reading: World) -> None:
        project = reading.project(FOREST)
        assert reading.project(project_id(FOREST)) == project
        assert content_hash(project) == content_hash(documents.forest())
        assert validate("pdd", project) == []

    def test_it_tells_all_that_the_registry_knows(self, reading: World) -> None:
        project = reading.project(FOREST)
        record = project["ogcr:record"]
        assert record["developer"] == reading.address(DEVELOPER)
        assert {r["id"]: r["status"] for r in record["reports"]} == {
            "harz-mixed-forest-2025": "verified",
            "second": "rejected",
        }
        assert sum(sums["quantity_kg"] for sums in record["units"]) == 1_000_000
        assert record["decision"]["content_hash"].startswith("sha256:")
        version = record["versions"][0]
        assert version["content_hash"] == content_hash(documents.forest())
        assert project["ledger_reference"]["transaction_id"] == version["transaction_hash"]
        for link in project["links"]:
            if link["rel"] in ("self", "canonical", "related-mrv", "collection"):
                path = link["href"].removeprefix("https://registry.example")
                assert reading.get(path).status_code == 200, link

    def test_it_is_not_found_when_there_is_none(self, reading: World) -> None:
        for name in ("nowhere", "0x" + "ab" * 32, "%00", "a b", "ä", "'; DROP TABLE project;--"):
            answer = reading.get(f"/projects/{name}")
            assert (answer.status_code, answer.json()["code"]) == (404, "RESOURCE_NOT_FOUND")

    def test_a_new_copy_mends_it_when_the_document_is_damaged(self, world: World) -> None:
        pdd = documents.forest("damaged", east=5.0)
        world.register(pdd)
        digest = content_hash(pdd)
        path = world.settings.documents / f"{digest.removeprefix('sha256:')}.json"
        path.write_bytes(path.read_bytes().replace(b"beech", b"birch"))
        assert world.project("damaged")["properties"]["ogcr:document_status"] == "corrupt"
        assert world.get(f"/documents/{digest}").status_code == 503
        assert world.put(f"/documents/{digest}", pdd).status_code == 201
        assert world.project("damaged")["properties"]["ogcr:document_status"] == "held"


class TestReadReports:
    """
    when a filter is given   only what matches is given
    when one is read         it hashes to its anchor and shows its vintages
    """

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({}, ["harz-mixed-forest-2025", "second"]),
            ({"sort": "-start_date"}, ["second", "harz-mixed-forest-2025"]),
            ({"status": "verified"}, ["harz-mixed-forest-2025"]),
            ({"status": "rejected"}, ["second"]),
            ({"status": "pending"}, []),
            ({"period_to": "2025-12-31"}, ["harz-mixed-forest-2025"]),
            ({"period_from": "2026-01-01"}, ["second"]),
            ({"period_from": "2025-12-31", "period_to": "2026-01-01"}, None),
        ],
    )
    def test_only_what_matches_is_given(
        self, reading: World, filters: dict[str, str], found: list[str] | None
    ) -> None:
        expected = found if found is not None else ["harz-mixed-forest-2025", "second"]
        assert names(reading, f"/projects/{FOREST}/monitoring", **filters) == expected

    def test_the_verifier_is_a_filter(self, reading: World) -> None:
        path = f"/projects/{FOREST}/monitoring"
        assert len(names(reading, path, verifier=reading.address(VERIFIER))) == 2
        assert names(reading, path, verifier=reading.address(BUYER)) == []

    def test_it_shows_what_was_verified(self, reading: World) -> None:
        path = f"/projects/{FOREST}/monitoring/harz-mixed-forest-2025"
        report = reading.get(path).json()
        assert content_hash(report) == content_hash(documents.report())
        assert validate("mrv", report) == []
        (vintage,) = report["ogcr:record"]["vintages"]
        assert (vintage["vintage"], vintage["verified_kg"]) == (2025, 1_000_000)
        by_hash = report["ogcr:record"]["report_id"]
        assert reading.get(f"/projects/{FOREST}/monitoring/{by_hash}").json() == report
        assert reading.get(f"/projects/{AIR}/monitoring/{by_hash}").status_code == 404


class TestListUnits:
    """
    when a filter is given   only what matches is counted, summed and given
    when one is read         it is valid against the schema of units
    """

    @pytest.mark.parametrize(
        ("filters", "kg"),
        [
            ({}, 1_000_000),
            ({"status": "held"}, 750_000),
            ({"status": "buffer"}, 150_000),
            ({"retired": "true"}, 100_000),
            ({"retired": "false"}, 900_000),
            ({"project": FOREST}, 1_000_000),
            ({"project": FIJI}, 0),
            ({"project": FOREST, "report": "harz-mixed-forest-2025"}, 1_000_000),
            ({"report": "second"}, 0),
            ({"vintage": 2025}, 1_000_000),
            ({"vintage": 2026}, 0),
            ({"issuance_year": 1999}, 0),
            ({"unit_type": "CFS"}, 1_000_000),
            ({"unit_type": "CRU"}, 0),
        ],
    )
    def test_only_what_matches_is_given(
        self, reading: World, filters: dict[str, Any], kg: int
    ) -> None:
        answer = reading.get("/credits", **filters).json()
        assert answer["ogcr:quantity_kg"] == kg
        found = [feature["properties"]["quantity_kg"] for feature in answer["features"]]
        assert (sum(found), len(found)) == (kg, answer["numberMatched"])
        assert all(validate("cru", feature) == [] for feature in answer["features"])

    def test_an_owner_that_is_no_address_is_refused_in_words(self, reading: World) -> None:
        (detail,) = reading.get("/credits", owner="0x12").json()["details"]
        assert detail["message"] == (
            "owner: “0x12” does not fit; an address is “0x” and 40 hexadecimal digits."
        )

    def test_owner_and_report_are_filters(self, reading: World) -> None:
        owned = reading.get("/credits", owner=reading.address(BUYER)).json()
        assert owned["ogcr:quantity_kg"] == 850_000
        report = owned["features"][0]["properties"]["ogcr:report_key"]
        assert reading.get("/credits", report=report).json()["numberMatched"] == 3

    def test_units_are_given_as_they_were(self, reading: World) -> None:
        whole = reading.get("/credits", sort="quantity_kg").json()["features"][-1]
        issued = whole["ledger_reference"]["block_number"] - 1
        past = reading.get("/credits", as_of=issued, status="held").json()
        assert [f["properties"]["quantity_kg"] for f in past["features"]] == [850_000]


class TestReadOthers:
    """
    when methodologies are read        their terms and documents are there
    when a document is read            it is exactly the bytes that hash, never executable
    when it is known already           it is not sent again
    when the service is read           it says where it stands, and where to begin
    whatever is read                   it says its block, and the head is that of the body
    """

    def test_methodologies_show_their_terms(self, reading: World) -> None:
        listed = reading.get("/methodologies").json()
        assert listed["numberMatched"] == 2
        ids = {entry["id"] for entry in listed["methodologies"]}
        assert ids == {"OGCR-REF-01", documents.example("methodology.air-capture")["id"]}
        forest = reading.get("/methodologies?project_type=reforestation").json()
        assert [entry["id"] for entry in forest["methodologies"]] == ["OGCR-REF-01"]
        one = reading.get("/methodologies/OGCR-REF-01@1.2.0").json()
        assert one["document"] == documents.methodology()
        assert reading.get(f"/methodologies/{one['key']}").json() == one
        assert reading.get("/methodologies?status=deprecated").json()["methodologies"] == []
        assert reading.get("/methodologies/none@1.0").status_code == 404

    def test_a_document_is_the_bytes_that_hash(self, reading: World) -> None:
        digest = content_hash(documents.forest())
        answer = reading.get(f"/documents/{digest}")
        assert "sha256:" + hashlib.sha256(answer.content).hexdigest() == digest
        assert answer.headers["content-type"] == "application/geo+json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "immutable" in answer.headers["cache-control"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        for name in (digest.replace("sha256:", "0x"), digest.removeprefix("sha256:")):
            assert reading.get(f"/documents/{name}").content == answer.content
        tag = {"If-None-Match": answer.headers["etag"]}
        again = reading.client.get(f"/documents/{digest}", headers=tag)
        assert (again.status_code, again.content) == (304, b"")
        plain = reading.get(f"/documents/{content_hash(documents.methodology())}")
        assert plain.headers["content-type"] == "application/json"
        assert reading.get("/documents/sha256:" + "0" * 64).status_code == 404
        assert reading.get("/documents/nonsense").status_code == 404

    def test_the_service_says_where_it_stands(self, reading: World) -> None:
        health = reading.get("/health")
        assert (health.status_code, health.json()["status"]) == (200, "ok")
        assert health.json()["index"]["block_number"] == reading.node.head
        assert health.headers["ogcr-block-number"] == str(reading.node.head)
        landing = reading.get("/").json()
        for link in landing["links"]:
            path = link["href"].removeprefix("https://registry.example")
            assert reading.get(path).status_code == 200
        page = reading.client.get("/", headers={"Accept": "text/html"})
        assert page.headers["content-type"].startswith("text/html")

    def test_every_derived_answer_says_its_block(self, reading: World) -> None:
        for path in ("/projects", f"/projects/{FOREST}", "/credits", "/methodologies"):
            answer = reading.get(path)
            assert answer.headers["ogcr-block-hash"] == answer.json()["ogcr:index"]["block_hash"]
            assert answer.headers["ogcr-finality"] == "latest"
            assert answer.headers["ogcr-lag"] == "0"

    def test_the_head_is_that_of_the_body(self, reading: World) -> None:
        for path in ("/projects", "/credits", f"/documents/{content_hash(documents.forest())}"):
            head, body = reading.client.head(path), reading.client.get(path)
            assert (head.status_code, head.content) == (200, b"")
            assert head.headers["content-length"] == body.headers["content-length"]


MONITORING = f"/projects/{FOREST}/monitoring"
#: What OGCR 4.2 names of each list: attribute, path, a filter by it, how many match, the sort by
#: it, and the member of a Feature that then ascends (none where the sort is by what is not shown).
SECTION_4_2 = [
    ("status", "/projects", {"status": "submitted"}, 2, "status", "status"),
    ("methodology", "/projects", {"methodology": "OGCR-REF-01"}, 3, "methodology", None),
    ("actor", "/projects", {"actor": "developer-harz-01"}, 2, "actor", "ogcr:developer"),
    ("bounding box", "/projects", {"bbox": "10,51,11,52"}, 1, "country", "country"),
    ("creation date", "/projects", {"created_from": "2000-01-01"}, 4, "created_at", None),
    ("creation date", "/projects", {"created_to": "2000-01-01"}, 0, "created_at", None),
    ("approval date", "/projects", {"approved_from": "2000-01-01"}, 1, "approved_at", None),
    ("approval date", "/projects", {"approved_to": "2000-01-01"}, 0, "approved_at", None),
    ("reporting period", MONITORING, {"period_from": "2026-01-01"}, 1, "end_date", "end_date"),
    ("reporting period", MONITORING, {"period_to": "2025-12-31"}, 1, "start_date", "start_date"),
    ("verification status", MONITORING, {"status": "verified"}, 1, "status", "ogcr:status"),
    ("verifier", MONITORING, {"verifier": "the verifier"}, 2, "verifier", "ogcr:verifier"),
    ("project", "/credits", {"project": FOREST}, 3, "project", "ogcr:project_key"),
    ("issuance year", "/credits", {"issuance_year": 1999}, 0, "issuance_year", "issued_at"),
    ("owner", "/credits", {"owner": "the buyer"}, 2, "owner", "owner"),
    ("retirement status", "/credits", {"retired": "true"}, 1, "status", "status"),
    ("retirement status", "/credits", {"status": "retired"}, 1, "status", "status"),
]


class TestSection42:
    """
    when a list is filtered by what 4.2 names   only what matches is counted and given
    when it is sorted by that                   it ascends, and descends with a minus
    when the filter is no value of it           400, and how to mend it
    """

    @pytest.mark.parametrize(
        ("attribute", "path", "wanted", "matched", "sort", "member"), SECTION_4_2
    )
    def test_is_filtered_and_sorted_by(
        self,
        reading: World,
        attribute: str,
        path: str,
        wanted: dict[str, Any],
        matched: int,
        sort: str,
        member: str | None,
    ) -> None:
        people = {"the verifier": VERIFIER, "the buyer": BUYER}
        filters = {k: reading.address(people[v]) if v in people else v for k, v in wanted.items()}
        assert reading.get(path, **filters).json()["numberMatched"] == matched, attribute
        up = reading.get(path, sort=sort).json()["features"]
        down = reading.get(path, sort=f"-{sort}").json()["features"]
        assert [one["id"] for one in up] == [one["id"] for one in down][::-1]
        if member is not None:
            values = [one["properties"].get(member) or "" for one in up]
            assert values == sorted(values)

    @pytest.mark.parametrize(
        ("path", "wanted"),
        [
            ("/projects", {"status": "x"}),
            ("/projects", {"methodology": "?"}),
            ("/projects", {"actor": ""}),
            ("/projects", {"country": "Germany"}),
            ("/projects", {"project_type": "x"}),
            ("/projects", {"bbox": "1,2"}),
            ("/projects", {"created_from": "x"}),
            ("/projects", {"approved_to": "x"}),
            (MONITORING, {"period_from": "x"}),
            (MONITORING, {"status": "x"}),
            (MONITORING, {"verifier": "x"}),
            ("/credits", {"project": "?"}),
            ("/credits", {"issuance_year": "x"}),
            ("/credits", {"owner": "x"}),
            ("/credits", {"retired": "x"}),
        ],
    )
    def test_is_refused_what_is_no_value(
        self, reading: World, path: str, wanted: dict[str, str]
    ) -> None:
        refused = reading.get(path, **wanted)
        assert (refused.status_code, refused.json()["code"]) == (400, "VALIDATION_ERROR")
        assert [one["field"] for one in refused.json()["details"]] == list(wanted)
