"""Reporting periods that accepted reports take, by project."""

from bisect import bisect_right, insort


class TakenPeriods:
    """Whole UTC days, both ends included; at each moment no two of a project may share one.

    What is taken already overlaps nothing when the chain is sound, so a new period is compared
    with its neighbour alone.
    """

    def __init__(self) -> None:
        self._taken: dict[str, list[tuple[int, int, str]]] = {}

    def take(self, project: str, report: str, days: tuple[int, int]) -> str | None:
        """Take the days for the report; gives a report of the project that shares one of them."""
        taken = self._taken.setdefault(project, [])
        place = bisect_right(taken, days[1], key=lambda period: period[0])
        neighbour = taken[place - 1] if place else None
        insort(taken, (*days, report))
        return neighbour[2] if neighbour and neighbour[1] >= days[0] else None

    def free(self, project: str, report: str) -> None:
        """Give the report's days back."""
        kept = [period for period in self._taken.get(project, ()) if period[2] != report]
        self._taken[project] = kept

    def of(self, project: str) -> list[tuple[int, int, str]]:
        """First day, last day and report of each taken period, ascending."""
        return list(self._taken.get(project, ()))
