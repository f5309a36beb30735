"""The fork point as a pure function, on chains of every shape."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from indexer.reorg import WIDTH, Stored, fork_point


class TestForkPoint:
    """
    given the chain parts anywhere   it is the newest stored block below
    given any length                 few questions are asked, none of them long
    """

    @given(st.integers(0, 2000), st.data())
    def test_is_the_newest_common_block(self, length: int, data: st.DataObject) -> None:
        canonical = data.draw(st.integers(0, length))
        stored = [Stored(7 * place, f"{place}") for place in range(length)]
        asked: list[int] = []

        def ask(numbers: Sequence[int]) -> list[str | None]:
            asked.append(len(numbers))
            places = [number // 7 for number in numbers]
            return [f"{place}" if place < canonical else None for place in places]

        found = fork_point(stored, ask)
        assert found == (stored[canonical - 1] if canonical else None)
        assert len(asked) <= 4
        assert all(count <= WIDTH for count in asked)
