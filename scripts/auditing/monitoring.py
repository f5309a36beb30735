"""Replay of monitoring periods: when units of an expiring type end, and who prolonged that."""

from dataclasses import dataclass, field

from indexer.identity import UnitId
from scripts.auditing.access import AccessReplay
from scripts.auditing.checks import Checks
from scripts.auditing.days import SECONDS_PER_DAY
from scripts.auditing.events import ChainEvent

#: An end that stands for every day too far away to be named: it never passes.
NEVER = 65_535
Key = tuple[str, int]


@dataclass(frozen=True)
class Extension:
    """Why a monitoring period ends later."""

    evidence_hash: str
    uri: str
    actor: str
    time: int
    transaction: str


@dataclass
class MonitoringReplay:
    """Last day of the monitoring period by (report id, vintage), UTC days since 1970-01-01."""

    access: AccessReplay
    checks: Checks
    ends: dict[Key, int] = field(default_factory=dict)
    extensions: dict[tuple[str, int, int], Extension] = field(default_factory=dict)

    def issued(self, event: ChainEvent, unit: UnitId) -> None:
        """Every block of a vintage ends on the same day."""
        day = event.arguments["monitoringEndDay"]
        known = self.ends.setdefault((unit.report_id, unit.vintage), day)
        self.checks.expect(
            day == known,
            "units",
            f"Unit {unit.hex} of {event.place} is monitored until day {day}, its vintage until "
            f"{known}.",
        )

    def prolonged(self, event: ChainEvent) -> None:
        """Follow a prolongation: to a later day, before the end, by an operator."""
        of = event.arguments
        key, day = (of["reportId"], of["vintage"]), of["monitoringEndDay"]
        self.access.require(event, of["actor"], ("prolong",))
        present = self.ends.get(key)
        self.checks.saw("units")
        self.checks.expect(
            present is None or (not passed(present, event.time) and present < day),
            "units",
            f"The monitoring of vintage {key[1]} of {key[0]} was prolonged to day {day} at "
            f"{event.place}, although it ended on day {present}.",
        )
        self.ends[key] = day
        self.extensions[*key, day] = Extension(
            of["evidenceHash"], of["uri"], of["actor"], event.time, event.transaction
        )

    def end_of(self, unit: UnitId) -> int:
        """The day after which a block of an expiring type ends; 0 for one that nobody issued."""
        return self.ends.get((unit.report_id, unit.vintage), 0)


def passed(day: int, time: int) -> bool:
    """Whether a day is over at a UNIX time."""
    return day != NEVER and time // SECONDS_PER_DAY > day
