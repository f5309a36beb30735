"""The change feed over HTTP, and the past by block, date and transaction."""

from __future__ import annotations

from typing import Any

import pytest

from indexer.follower import Follower
from indexer.identity import methodology_key, project_id

from ..indexer.mirror import indexed, records  # noqa: TID252
from . import documents
from .world import World

FOREST = "harz-mixed-forest"


def pages(world: World, **parameters: Any) -> list[dict[str, Any]]:
    """Every record, page by page, following `next`."""
    found: list[dict[str, Any]] = []
    after = 0
    while True:
        answer = world.get("/changes", after=after, limit=3, **parameters)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["changes"]
        if page["next"] == after:
            return found
        after = page["next"]


class TestChanges:
    """
    when followed page by page            every record comes once, and makes up the rows
    when only some are wanted             those come, and what is about the whole index
    given a branch replaces another       what it took away is taken back by new records
    when only what is final is wanted     nothing beyond it comes, and nothing is passed over
    given the oldest are kept no longer   it says so, and where to go on
    when the cursor is of another feed    it says how far this one is
    """

    def test_every_record_comes_once_when_followed(self, each_world: World) -> None:
        world = each_world
        world.register(documents.forest())
        world.validate(documents.forest())
        found = pages(world)
        assert [r["cursor"] for r in found] == [r.cursor for r in records(world.settings)]
        last = [r for r in found if r["table"] == "project"][-1]
        key = last["key"]["project_id"]
        (row,) = [row for (table, _), row in indexed(world.settings).items() if table == "project"]
        assert last["after"] == row
        assert (key, last["after"]["status"]) == (project_id(FOREST), "validated")
        assert last["before"].keys() < last["after"].keys()
        assert last["before"]["status"] == "under_review"

    def test_those_come_when_only_some_are_wanted(self, world: World) -> None:
        world.register(documents.forest())
        found = pages(world, table="project,pdd_version", kind="began")
        assert [(r["table"], r["kind"]) for r in found] == [
            (None, "restarted"),
            ("pdd_version", "began"),
            ("project", "began"),
        ]
        wrong = world.get("/changes", table="projects")
        assert wrong.status_code == 400
        assert "methodology, project" in wrong.json()["details"][0]["message"]

    def test_it_is_taken_back_given_a_branch_replaces_another(self, world: World) -> None:
        mark = world.node.snapshot()
        world.register(documents.forest())
        before = pages(world)
        world.node.revert(mark)
        world.mine(2)
        after = pages(world)
        # What is said of its finality is the only thing that moves.
        assert _bare(after[: len(before)]) == _bare(before)
        news = after[len(before) :]
        assert [r["kind"] for r in news] == ["rolled_back", "rolled_back", "reorganised"]
        assert [r["after"] for r in news] == [None, None, None]
        undone = {r["table"]: r["before"] for r in news if r["table"]}
        assert undone["project"]["document_id"] == FOREST

    def test_nothing_beyond_comes_when_only_what_is_final_is_wanted(self, world: World) -> None:
        world.mine(world.settings.finality_depth)
        world.register(documents.forest())
        assert {r["finality"] for r in pages(world)} >= {"latest"}
        final = pages(world, finality="finalized")
        assert {r["finality"] for r in final} <= {"finalized"}
        world.mine(world.settings.finality_depth + 1)
        assert pages(world, finality="finalized") == pages(world)

    def test_it_says_so_given_the_oldest_are_kept_no_longer(self, world: World) -> None:
        world.settings = world.settings.model_copy(update={"feed_records": 2})
        world.register(documents.forest())
        _reindex(world)
        world.validate(documents.forest())
        answer = world.get("/changes", after=1)
        assert answer.status_code == 410
        last = records(world.settings)[-1].cursor
        assert answer.json()["code"] == "RESOURCE_GONE"
        assert answer.json()["message"] == (
            f"Records up to cursor {last - 2} are kept no longer: take the rows as they are now "
            f"and follow from cursor {last}."
        )
        assert len(world.get("/changes").json()["changes"]) == 2

    def test_it_says_how_far_it_is_when_the_cursor_is_of_another(self, world: World) -> None:
        answer = world.get("/changes", after=10**9)
        assert answer.status_code == 400
        assert "The feed has come to cursor" in answer.json()["message"]


class TestPast:
    """
    when a transaction is named                  the state is that of its block
    given a transaction without an event         it says so
    given the moment lies before a registration  the sentence names the block it came in
    """

    def test_the_state_is_that_of_its_block_when_a_transaction_is_named(
        self, each_world: World
    ) -> None:
        world = each_world
        feature = world.register(documents.forest())
        anchored = feature["ledger_reference"]
        world.validate(documents.forest())
        past = world.get(f"/projects/{FOREST}", as_of=anchored["transaction_id"]).json()
        assert past["ogcr:record"]["status"] == "submitted"
        assert past["ogcr:index"]["block_number"] == anchored["block_number"]
        upper = "0x" + anchored["transaction_id"][2:].upper()
        assert world.get(f"/projects/{FOREST}", as_of=upper).status_code == 200

    def test_it_says_so_given_a_transaction_without_an_event(self, world: World) -> None:
        answer = world.get("/projects", as_of="0x" + "ab" * 32)
        assert answer.status_code == 400
        (detail,) = answer.json()["details"]
        assert detail["field"] == "as_of"
        assert "holds no event of the transaction 0xabab" in detail["message"]

    def test_the_sentence_names_the_block_given_a_moment_before_it(self, world: World) -> None:
        before = world.node.head
        world.register(documents.forest())
        came = world.node.head
        world.validate(documents.forest())
        report = documents.report()
        world.report(report)
        world.verify(report)
        unit = world.get("/credits").json()["features"][0]["id"]
        said = {
            f"/projects/{FOREST}": f"There was no project {FOREST} at block {before}: it came in "
            f"block {came}; ask for as_of={came} or later.",
            f"/credits/{unit}": f"at block {before}: it came in block",
        }
        for path, sentence in said.items():
            answer = world.get(path, as_of=before)
            assert answer.status_code == 404
            assert sentence in answer.json()["message"]
        answer = world.get(f"/projects/{FOREST}/monitoring/{report['id']}", as_of=came)
        assert (
            f"had no report {report['id']} at block {came}: it came in" in answer.json()["message"]
        )
        name = documents.methodology()
        key = methodology_key(name["id"], name["version"])
        answer = world.get(f"/methodologies/{key}", as_of=1)
        assert "at block 1: it came in block" in answer.json()["message"]
        never = world.get("/projects/nowhere", as_of=before).json()["message"]
        assert never == "There is no project nowhere; GET /projects lists those there are."


class TestFinality:
    """
    given a block of each kind   each row says how sure its block is
    """

    @pytest.mark.parametrize(("blocks", "word"), [(0, "latest"), (40, "safe"), (70, "finalized")])
    def test_each_row_says_how_sure_it_is(self, world: World, blocks: int, word: str) -> None:
        # anvil's own tags count 32 and 64 blocks.
        world.mine(70)
        project, report = documents.forest(), documents.report()
        world.register(project)
        world.validate(project)
        world.report(report)
        world.verify(report)
        world.mine(blocks)
        feature = world.project(FOREST)
        (unit,) = world.get("/credits", status="held").json()["features"]
        (entry,) = feature["ogcr:record"]["reports"]
        read = world.get(f"/projects/{FOREST}/monitoring/{report['id']}").json()
        assert feature["ogcr:index"]["finality"] == "latest"
        assert unit["properties"]["ogcr:finality"] == word
        assert entry["finality"] == read["properties"]["ogcr:finality"] == word
        assert {v["finality"] for v in read["ogcr:record"]["vintages"]} == {word}


def _bare(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in r.items() if name != "finality"} for r in found]


def _reindex(world: World) -> None:
    """Let an indexer with the world's changed settings take over."""

    world.follower.close()
    world.follower = Follower(world.settings)
    world.follower.catch_up()
