"""Links: blocks of a settled range that cannot all be of one chain."""

from __future__ import annotations

import re

import pytest

from indexer.ahead import check_links
from indexer.chain import Header
from indexer.errors import ChainMoved


def header(number: int, parent: str | None = None) -> Header:
    """A block of the chain in which block n has the hash `0xn`, unless it has another parent."""
    return Header(number, f"0x{number}", parent or f"0x{number - 1}", number, 0)


class TestCheckLinks:
    """
    given blocks that follow one another                   they can
    given gaps between them, or a parent that is unknown   they can
    when the first does not follow the one before          it says which
    when another does not                                  it says which
    """

    def test_takes_blocks_that_follow_one_another(self) -> None:
        check_links("0x6", 7, [header(7), header(8), header(9)])

    def test_takes_what_cannot_be_known(self) -> None:
        check_links("0x6", 7, [header(9, "0xother"), header(11, "0xother")])
        check_links(None, 7, [header(7, "0xother"), header(8)])

    @pytest.mark.parametrize(
        ("headers", "wrong"),
        [
            ([header(7, "0xother"), header(8)], 7),
            ([header(7), header(8, "0xother"), header(9)], 8),
            ([header(7), header(9), header(10, "0xother")], 10),
        ],
    )
    def test_says_which_does_not_follow(self, headers: list[Header], wrong: int) -> None:
        words = re.escape(f"Block {wrong} does not follow the one before it.")
        with pytest.raises(ChainMoved, match=words):
            check_links("0x6", 7, headers)
