"""Checks: how much of each kind an audit looked at, and every discrepancy in one sentence."""

from dataclasses import dataclass, field

#: What is checked, in the order of the report.
AREAS = {
    "events": "events, in an order that the contracts allow",
    "roles": "acts by an account that held the role at the time",
    "documents": "documents hash to their anchor and say what the chain says",
    "periods": "reporting periods of one project share no day",
    "units": "blocks of units, each with one owner or end",
    "reversals": "reversals, covered in the order of the rules and never beyond what is due",
    "exchange": "exports and imports, each key once and no unit alive twice",
    "sums": "sums: verified, issued, blocks, supply identity",
    "storage": "values in contract storage equal the replay of the events",
    "model": "rows of the indexed model equal the replay of the events",
}


@dataclass
class Check:
    """One kind of check: how many things were looked at, and what was found wrong."""

    seen: int = 0
    discrepancies: list[str] = field(default_factory=list)


class Checks:
    """All checks of one audit."""

    def __init__(self) -> None:
        self.areas = {area: Check() for area in AREAS}

    def saw(self, area: str, count: int = 1) -> None:
        """Count things that were looked at."""
        self.areas[area].seen += count

    def discrepancy(self, area: str, sentence: str) -> None:
        """Name what is wrong; the same sentence counts once."""
        found = self.areas[area].discrepancies
        if sentence not in found:
            found.append(sentence)

    def expect(self, holds: bool, area: str, sentence: str) -> bool:
        """Name what is wrong unless it holds; tells whether it does."""
        if not holds:
            self.discrepancy(area, sentence)
        return holds

    @property
    def discrepancies(self) -> list[str]:
        """Every discrepancy, in the order of the areas."""
        return [sentence for check in self.areas.values() for sentence in check.discrepancies]
