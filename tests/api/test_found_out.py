"""What the indexer found out beside the chain, as readers see it: failed calls, documents."""

from __future__ import annotations

from indexer.identity import methodology_key, project_id
from schemas import content_hash

from . import documents
from .people import DEVELOPER, OPERATOR, STRANGER
from .world import World

FOREST = "harz-mixed-forest"


class TestFailedCalls:
    """
    given nobody searches            there is none, and nothing is said to be searched
    when calls were refused          they are listed, the newest first, with a sentence
    when some are wanted             only those are counted and given
    when the past is asked for       only what had happened
    """

    def test_none_is_said_to_be_searched_given_nobody_searches(self, world: World) -> None:
        answer = world.get("/failed-calls").json()
        assert (answer["failed_calls"], answer["searched_to_block"]) == ([], None)

    def test_they_are_listed_when_calls_were_refused(self, each_world: World) -> None:
        world = each_world
        world.direct(STRANGER, "CRU", "pause")
        first = world.node.head
        unknown = project_id("nowhere")
        world.direct(OPERATOR, "ProjectRegistry", "assignValidator", unknown, world.address(6))
        world.errands()
        answer = world.get("/failed-calls").json()
        assert answer["searched_to_block"] == world.node.head
        assert answer["numberMatched"] == 2
        second, refused = answer["failed_calls"]
        assert refused["block_number"] == first < second["block_number"]
        assert (refused["contract"], refused["function"]) == ("CRU", "pause")
        assert refused["sender"] == refused["origin"] == world.address(STRANGER)
        assert refused["error"]["name"] == "AccessManagedUnauthorized"
        assert refused["error"]["message"] == (
            f"The account {world.address(STRANGER)} does not hold the role that this call needs; "
            "ask the registry to grant it."
        )
        assert second["arguments"] == {"projectId": unknown, "validator": world.address(6)}

    def test_only_those_are_given_when_some_are_wanted(self, world: World) -> None:
        world.direct(STRANGER, "CRU", "pause")
        world.direct(STRANGER, "MRVRegistry", "pause")
        past = world.node.head - 1
        world.direct(DEVELOPER, "CRU", "pause")
        world.errands()

        def count(**filters: object) -> int:
            found: int = world.get("/failed-calls", **filters).json()["numberMatched"]
            return found

        assert count() == 3
        assert count(sender=world.address(STRANGER)) == 2
        assert count(contract="CRU") == 2
        assert count(contract="CRU", sender=world.address(DEVELOPER)) == 1
        assert count(function="pause", error="AccessManagedUnauthorized") == 3
        assert count(error="EnforcedPause") == 0
        assert count(as_of=past) == 1
        assert count(until="2000-01-01") == 0
        assert world.get("/failed-calls", contract="x;y").status_code == 400


class TestFindings:
    """
    given nobody has looked          the document is unexamined
    given a document is missing      the record says so, and when it is tried again
    when it is handed in             it is examined in the next round, and found valid
    given it differs from the chain  project and report say where
    """

    def test_it_is_found_out_step_by_step(self, each_world: World) -> None:
        world = each_world
        document = documents.forest(country="AT")
        arguments = (content_hash(document), _methodology(), "reforestation", 20148, 31104, "")
        name = document["id"]
        world.direct(DEVELOPER, "ProjectRegistry", "registerProject", name, arguments)
        assert world.project(name)["ogcr:record"]["document"]["status"] == "unexamined"
        assert world.project(name)["properties"]["ogcr:document_finding"] == "unexamined"
        world.errands()
        missing = world.project(name)["ogcr:record"]["document"]
        assert missing["status"] == "missing"
        assert missing["retrieval"]["attempts"] == 1
        assert missing["retrieval"]["outcome"] == "The chain names no address of it."
        assert missing["retrieval"]["next_attempt_at"] > missing["retrieval"]["last_attempt_at"]
        supplied = world.put(f"/documents/{content_hash(document)}", document)
        assert supplied.status_code == 201
        world.errands()
        found = world.project(name)["ogcr:record"]["document"]
        assert (found["status"], found["reasons"], found["retrieval"]) == ("valid", [], None)
        assert world.project(name)["properties"]["ogcr:document_finding"] == "valid"

    def test_project_and_report_say_where_it_differs(self, world: World) -> None:
        document, report = documents.forest(), documents.report()
        key = project_id(document["id"])
        world.keep(document)
        world.keep(report)
        arguments = (content_hash(document), _methodology(), "reforestation", 20149, 31104, "")
        world.direct(DEVELOPER, "ProjectRegistry", "registerProject", document["id"], arguments)
        world.validate(document)
        submission = (content_hash(report), 20200, 20300, "")
        world.direct(DEVELOPER, "MRVRegistry", "submitReport", key, report["id"], submission)
        world.errands()
        record = world.project(document["id"])["ogcr:record"]
        assert record["document"]["differences"] == [
            {
                "pointer": "/properties/project_duration/start",
                "document": "2025-03-01",
                "chain": "2025-03-02",
            }
        ]
        assert record["decision"]["finding"]["status"] == "valid"
        (feature,) = world.get(f"/projects/{document['id']}/monitoring").json()["features"]
        assert feature["properties"]["ogcr:document_finding"] == "differing"
        read = world.get(f"/projects/{document['id']}/monitoring/{report['id']}").json()
        pointers = [d["pointer"] for d in read["ogcr:record"]["document"]["differences"]]
        assert pointers == ["/properties/start_date", "/properties/end_date"]


def _methodology() -> str:
    named = documents.methodology()
    return methodology_key(named["id"], named["version"])
