"""Remembering: an answer is given again to the same question alone."""

from __future__ import annotations

from typing import Any

import schemas
from schemas.remembering import remembered

FIELD = [[10.59, 51.76], [10.61, 51.76], [10.61, 51.77], [10.59, 51.76]]


class TestRemembered:
    """
    given equal values          it is asked once
    given values that differ    also by kind or by the sign of zero, it is asked again
    given what is no JSON       it is asked every time
    """

    def test_is_asked_once_given_equal_values(self) -> None:
        asked: list[Any] = []

        @remembered
        def ask(value: Any) -> int:
            asked.append(value)
            return len(asked)

        values = ([1, 2.5], [1.0, 2.5], [True, 2.5], [0.0], [-0.0], ["1"], {"a": [None]})
        assert [ask(value) for value in (values[0], [1, 2.5])] == [1, 1]
        assert [ask(value) for value in values[1:]] == [2, 3, 4, 5, 6, 7]
        unknown = object()
        assert ask(unknown) != ask(unknown)

    def test_a_geometry_that_changes_is_another(self) -> None:
        geometry: dict[str, Any] = {"type": "Polygon", "coordinates": [[*FIELD]]}
        before = schemas.footprint(geometry)
        assert schemas.footprint(geometry) is before
        geometry["coordinates"][0][1] = [10.62, 51.76]
        assert schemas.footprint(geometry).area > before.area

    def test_faults_are_everyones_own(self) -> None:
        geometry = {"type": "Polygon", "coordinates": [FIELD[:-1]]}
        schemas.geometry_faults(geometry).clear()
        assert schemas.geometry_faults(geometry)
