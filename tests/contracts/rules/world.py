"""What the rules of the registry are about: the state of all contracts, told from the outside.

A rule is a generator: it yields every reason to refuse a call that applies, in no order, and
returns what the call changes. A contract may name any one of the reasons, with these arguments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from tests.contracts.reporting import Serial
from tests.contracts.samples import Accreditation, Pdd, Standing, Terms

Refusal = tuple[Any, ...]
Effect = Callable[[], None]
Rule = Generator[Refusal, None, Effect | None]
Check = Generator[Refusal, None, None]

URI_LIMIT, REASON_LIMIT, PURPOSE_LIMIT = 512, 500, 200
AMOUNT_LIMIT = 2**53 - 1
FOREVER = 2**16 - 1
#: The first member of every enumeration of statuses.
NONE = 0
#: Role ids of contracts/libraries/Roles.sol, by the names of tests/contracts/permissions.py.
ROLES = {
    "administrator": 0,
    "operator": 1,
    "developer": 2,
    "validator": 3,
    "verifier": 4,
    "guardian": 5,
    "issuer": 6,
    "reversal_ledger": 7,
    "exchange": 8,
    "steward": 9,
}


@dataclass
class Project:
    developer: str
    status: int
    pdd: Pdd
    version: int = 1
    validator: str = ""
    decided_version: int = 0


@dataclass
class Report:
    project_id: bytes
    status: int
    report_hash: bytes
    start_day: int
    end_day: int
    version: int = 1
    verifier: str = ""
    terms: Terms | None = None
    project_type: int = 0
    developer: str = ""
    monitoring_end_day: int = 0
    verified_kg: int = 0
    vintages: list[tuple[int, int]] = field(default_factory=list)


@dataclass
class Block:
    owner: str
    status: int
    approved: str = ""
    reason: int = 0


@dataclass
class Series:
    """One vintage of one report; opened when something is issued or prolonged for it."""

    project_id: bytes
    granularity_kg: int
    unit_type: int
    expires: bool
    monitoring_end_day: int
    issued_kg: int = 0


@dataclass
class Reversal:
    report_id: bytes
    project_id: bytes
    liable: str
    unit_type: int
    due_kg: int
    covered_kg: int = 0
    impaired_kg: int = 0

    @property
    def outstanding_kg(self) -> int:
        return self.due_kg - self.covered_kg


class World:
    """Everything that anybody did, as far as the rules ask for it."""

    def __init__(self, units: str, day: int) -> None:
        self.units = units
        self.day = day
        self.members: dict[str, set[str]] = {role: set() for role in ROLES}
        self.organisations: dict[str, bytes] = {}
        self.accreditations: dict[tuple[str, int], Accreditation] = {}
        self.paused: set[str] = set()
        self.suspended: set[str] = set()
        self.methodologies: dict[bytes, tuple[int, Terms]] = {}
        self.projects: dict[bytes, Project] = {}
        self.reports: dict[bytes, Report] = {}
        self.series: dict[tuple[bytes, int], Series] = {}
        self.blocks: dict[int, Block] = {}
        self.allowances: set[tuple[str, str]] = set()
        self.labels: dict[int, str] = {}
        self.deficits: defaultdict[bytes, int] = defaultdict(int)
        self.reversals: dict[bytes, Reversal] = {}
        self.reversed: defaultdict[bytes, int] = defaultdict(int)
        self.hits: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
        self.marks: dict[tuple[int, bytes], tuple[int, int]] = {}
        self.exports: dict[int, tuple[int, str]] = {}
        self.imported: set[bytes] = set()

    def series_of(self, token_id: int) -> Series:
        block = Serial.of(token_id)
        return self.series[block.report_id, block.vintage]

    def is_over(self, end_day: int) -> bool:
        return end_day != FOREVER and self.day > end_day

    def is_expired(self, token_id: int) -> bool:
        series = self.series_of(token_id)
        return series.expires and self.is_over(series.monitoring_end_day)

    def standing(self, account: str, role: str, project_type: int, developer: str) -> int:
        held = self.accreditations.get((account, ROLES[role]))
        if account not in self.members[role]:
            return Standing.RoleNotHeld
        if held is None:
            return Standing.NotAccredited
        if not held.project_types >> project_type & 1:
            return Standing.OutOfScope
        if self.day < held.start_day:
            return Standing.NotYetValid
        if self.day > held.end_day:
            return Standing.Lapsed
        organisation = self.organisations.get(developer, b"")
        is_one = organisation and organisation == self.organisations.get(account, b"")
        return Standing.SameOrganisation if is_one or account == developer else Standing.Fit


def within(error: str, text: str, limit: int) -> Check:
    length = len(text.encode())
    if length > limit:
        yield (error, length, limit)
