"""What somebody who searches finds a text by, and that the search goes with the index."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect

from indexer.database import create_index_tables, drop_index_tables, engine
from indexer.words import words_of


class TestWords:
    """
    of any text            its letters and digits, each word once, in order
    given case or accents  they do not count
    given too much         it is cut short
    """

    @pytest.mark.parametrize(
        ("texts", "words"),
        [
            (["harz-mixed_forest", "Mixed Forest"], ["forest", "harz", "mixed"]),
            (["Bürgerwald Straße", None], ["burgerwald", "strasse"]),
            (["CO₂e 2025.5"], ["2025", "5", "co2e"]),
            (["Ångström ﬁr"], ["angstrom", "fir"]),
            (["Лес 森林 غابة"], ["лес", "غابة", "森林"]),
            (['\' OR "x" & !*:|'], ["or", "x"]),
            (["", None], []),
        ],
    )
    def test_are_letters_and_digits(self, texts: list[str | None], words: list[str]) -> None:
        assert words_of(texts) == words

    def test_are_cut_short(self) -> None:
        (word,) = words_of(["x" * 5_000])
        assert len(word) == 60
        assert len(words_of([" ".join(map(str, range(9_000)))])) == 400


def test_the_search_goes_with_the_index(database_url: str) -> None:
    database = engine(database_url)
    for _ in range(2):
        create_index_tables(database)
        drop_index_tables(database, feed=True)
        left = [name for name in inspect(database).get_table_names() if "footprint" in name]
        assert left == []
    database.dispose()
