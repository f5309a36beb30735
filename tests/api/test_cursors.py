"""Cursors: lists that are read page by page while the registry goes on."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import Response
from hypothesis import given
from hypothesis import strategies as st

from api.cursors import START, Cursor, print_of
from indexer.identity import project_id

from . import documents
from .world import World

SCALARS = st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.text("aä/0\n", max_size=9)


@pytest.fixture(scope="module")
def listed(each_file_world: World) -> World:
    """A world with five projects."""
    for number in range(5):
        registered(each_file_world, number)
    return each_file_world


def registered(world: World, number: int) -> None:
    """Register a project that lies beside the others."""
    document = documents.forest(f"forest-{number}", east=float(number))
    document["properties"]["name"] = f"Forest {number % 2}"
    world.register(document)


def linked(page: Response, rel: str) -> str | None:
    """Where a link of a page leads, as its body and its header agree."""
    found = {link["rel"]: link["href"] for link in page.json()["links"]}
    in_header = {name: link["url"] for name, link in page.links.items()}
    assert found == in_header
    href = found.get(rel)
    return href and href.removeprefix("https://registry.example")


def walked(world: World, path: str, rel: str = "next") -> list[list[str]]:
    """The ids of each page from one on."""
    pages, at = [], path
    while at:
        page = world.client.get(at)
        assert page.status_code == 200, page.text
        pages.append([feature["id"] for feature in page.json()["features"]])
        at = linked(page, rel)
    return pages


class TestCursor:
    """
    when it is written and read again      it is the same
    when one character of it is changed    it is refused
    """

    @given(st.lists(SCALARS, max_size=4), st.integers(0, 2**40), st.booleans())
    def test_is_read_as_it_was_written(self, values: list[Any], block: int, back: bool) -> None:
        cursor = Cursor("0f" * 6, tuple(values), block, 3, (1_000_000, 5), back)
        assert Cursor.read(str(cursor)) == cursor

    @given(st.data())
    def test_is_refused_when_a_character_is_changed(self, data: st.DataObject) -> None:
        text = str(Cursor("0f" * 6, ("validated", 7, "0xab"), 1_000))
        place = data.draw(st.integers(0, len(text) - 2))
        other = data.draw(st.sampled_from("abcXYZ019-_").filter(lambda c: c != text[place]))
        with pytest.raises(ValueError, match="give `\\*` to begin"):
            Cursor.read(text[:place] + other + text[place + 1 :])

    @pytest.mark.parametrize("text", ["", "abc", "WzFd", "é", "=" * 9, "A" * 4001])
    def test_is_refused_when_it_is_none(self, text: str) -> None:
        with pytest.raises(ValueError, match="give `\\*` to begin"):
            Cursor.read(text)


class TestReadingByCursor:
    """
    when a list is read by cursors            its pages are those of the same list by offset
    when it is read backwards                 they are the same ones, also from the last page on
    when rows come and change meanwhile       every page is of the state of the first one
    when a reorganisation takes that back     410, and how to begin again
    when a reorganisation is after that       the pages go on
    when it is the cursor of another list     400, and why
    when there is an offset as well           it counts from there
    when its values are no values of the sort 400
    """

    @pytest.mark.parametrize("sort", ["-created_at", "created_at", "id", "-id", "name,-id"])
    @pytest.mark.parametrize("sort_more", ["", ",approved_at", ",-approved_at,status"])
    def test_gives_the_pages_of_the_list(self, listed: World, sort: str, sort_more: str) -> None:
        wanted = f"/projects?sort={sort}{sort_more}&limit=2"
        whole = walked(listed, wanted)
        assert [len(page) for page in whole] == [2, 2, 1]
        assert walked(listed, f"{wanted}&cursor=*") == whole

    def test_gives_them_backwards_as_well(self, listed: World) -> None:
        first = "/projects?sort=name&limit=2&cursor=*"
        whole = walked(listed, first)
        last = linked(listed.client.get(first), "last")
        assert last is not None
        back = walked(listed, last, "prev")
        ids = [name for page in reversed(back) for name in page]
        assert ids == [name for page in whole for name in page]
        third = linked(listed.client.get(linked(listed.client.get(first), "next") or ""), "next")
        assert walked(listed, third or "", "prev")[::-1] == whole

    def test_counts_once(self, listed: World) -> None:
        first = listed.client.get("/projects?limit=2&cursor=*")
        second = listed.client.get(linked(first, "next") or "").json()
        assert (second["numberMatched"], second["numberReturned"]) == (5, 2)

    def test_is_of_one_state_when_rows_come_and_change(self, listed: World) -> None:
        mark = listed.node.snapshot()
        first = listed.client.get("/projects?sort=-updated_at&limit=2&cursor=*")
        before = walked(listed, "/projects?sort=-updated_at&limit=2&cursor=*")
        listed.node.rpc("evm_increaseTime", 10)  # a fast machine does all of it in one second
        registered(listed, 7)
        key = project_id("forest-0")
        listed.relay(1, "ProjectRegistry", "assignValidator", key, listed.address(6))
        assert walked(listed, linked(first, "next") or "") == before[1:]
        again = walked(listed, "/projects?sort=-updated_at&limit=9&cursor=*")
        assert set(again[0][:2]) == {"forest-0", "forest-7"}
        assert len(again[0]) == 6
        self._revert(listed, mark)

    def test_ends_when_a_reorganisation_takes_its_block(self, listed: World) -> None:
        mark = listed.node.snapshot()
        listed.mine(2)
        kept = listed.client.get("/projects?limit=2&cursor=*")
        listed.node.send(listed.address(9), listed.address(9), "0x")
        listed.mine()
        lost = listed.client.get("/projects?limit=2&cursor=*")
        listed.node.reorganise(1)
        listed.follower.catch_up()
        assert len(walked(listed, linked(kept, "next") or "")) == 2
        gone = listed.client.get(linked(lost, "next") or "")
        block = lost.json()["ogcr:index"]["block_number"]
        assert (gone.status_code, gone.json()["code"]) == (410, "RESOURCE_GONE")
        assert gone.json()["detail"] == (
            f"The chain took back block {block}, which this cursor's pages are of; begin again "
            "with cursor=*."
        )
        self._revert(listed, mark)

    @pytest.mark.parametrize(
        "changed",
        ["/projects?sort=id&limit=2", "/projects?limit=2&status=draft", "/credits?limit=2"],
    )
    def test_is_refused_in_another_list(self, listed: World, changed: str) -> None:
        cursor = self._next(listed)
        refused = listed.client.get(f"{changed}&cursor={cursor}").json()
        assert [(one["field"], one["code"]) for one in refused["details"]] == [
            ("cursor", "INVALID_PARAMETER")
        ]
        assert "another list or other filters" in refused["details"][0]["message"]

    def test_goes_on_with_another_limit(self, listed: World) -> None:
        rest = listed.client.get(f"/projects?limit=3&cursor={self._next(listed)}").json()
        assert rest["numberReturned"] == 3

    def test_counts_an_offset_from_there(self, listed: World) -> None:
        whole = [name for page in walked(listed, "/projects?limit=2") for name in page]
        page = listed.get("/projects", cursor=START, offset=1, limit=2)
        assert [one["id"] for one in page.json()["features"]] == whole[1:3]
        assert walked(listed, linked(page, "next") or "") == [whole[3:5]]
        assert walked(listed, linked(page, "prev") or "", "prev") == [whole[:1]]

    @pytest.mark.parametrize("values", [(), ("a", "b"), (2**62, 5), (None, "0x00"), (1.5, "0x")])
    def test_is_refused_with_values_of_another_sort(
        self, listed: World, values: tuple[Any, ...]
    ) -> None:
        true = Cursor.read(self._next(listed))
        made_up = Cursor(true.list_print, (*values, 0), true.block, 0, true.totals)
        refused = listed.client.get(f"/projects?limit=2&cursor={made_up}")
        assert (refused.status_code, refused.json()["details"][0]["field"]) == (400, "cursor")

    @pytest.mark.parametrize("totals", [(5,), (5, 1, 1)])
    def test_is_refused_with_totals_of_another_list(
        self, listed: World, totals: tuple[int, ...]
    ) -> None:
        of_list = print_of("/credits", [])
        made_up = Cursor(
            of_list, (), listed.get("/health").json()["index"]["block_number"], 0, totals
        )
        refused = listed.get("/credits", cursor=str(made_up))
        assert (refused.status_code, refused.json()["details"][0]["field"]) == (400, "cursor")

    def test_is_refused_when_it_is_none(self, listed: World) -> None:
        refused = listed.get("/projects", cursor="abc")
        assert (refused.status_code, refused.json()["details"][0]["field"]) == (400, "cursor")
        assert "give `*` to begin" in refused.json()["details"][0]["message"]

    @staticmethod
    def _next(world: World) -> str:
        href = linked(world.client.get("/projects?limit=2&cursor=*"), "next") or ""
        return href.split("cursor=")[1]

    @staticmethod
    def _revert(world: World, mark: str) -> None:
        world.node.revert(mark)
        world.follower.catch_up()


class TestPagesByOffset:
    """
    when a list is read by offset   the links lead to both ends and to the neighbours
    """

    def test_has_links_to_its_neighbours(self, listed: World) -> None:
        page = listed.get("/projects", limit=2, offset=2)
        offsets = {rel: (linked(page, rel) or "").split("offset=")[1] for rel in page.links}
        assert offsets == {"self": "2", "first": "0", "prev": "0", "next": "4", "last": "4"}
        assert linked(listed.get("/projects", limit=2, offset=4), "next") is None
        assert "link" not in listed.get("/projects/forest-0").headers
