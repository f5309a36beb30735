"""Replay of who might judge: accreditations, organisations, and every decision (OGCR 6.2.2)."""

from dataclasses import dataclass, field
from typing import Any

from scripts.auditing.access import AccessReplay
from scripts.auditing.anchors import ZERO_HASH
from scripts.auditing.checks import Checks
from scripts.auditing.days import SECONDS_PER_DAY
from scripts.auditing.events import ChainEvent

#: The roles of contracts/libraries/Roles.sol that are accredited.
VALIDATOR, VERIFIER = 3, 4
Holder = tuple[str, int]


@dataclass(frozen=True)
class Decided:
    """A decision as its status change told it."""

    role: int
    subject_id: str
    judged: str
    statement: str
    statement_uri: str
    event: ChainEvent


@dataclass
class AccreditationReplay:
    """The event that gave each accreditation in force or lapsed, each organisation, each decision.

    Withdrawals and decisions are by (block, log index).
    """

    access: AccessReplay
    checks: Checks
    held: dict[Holder, ChainEvent] = field(default_factory=dict)
    ever_accredited: set[Holder] = field(default_factory=set)
    houses: dict[str, ChainEvent] = field(default_factory=dict)
    withdrawals: dict[tuple[int, int], ChainEvent] = field(default_factory=dict)
    decisions: dict[tuple[int, int], Decided] = field(default_factory=dict)

    @property
    def organisations(self) -> dict[str, str]:
        """For whom each account acts, zero for nobody but itself."""
        return {account: event.arguments["organisation"] for account, event in self.houses.items()}

    def granted(self, event: ChainEvent) -> None:
        """Follow an accreditation; the operator's, for an account of a known organisation."""
        of = event.arguments
        self.access.require(event, of["actor"], ("accredit",))
        types = len(self.access.abi.enum_words("ProjectType"))
        self.checks.expect(
            of["roleId"] in (VALIDATOR, VERIFIER)
            and 0 < of["projectTypes"] < 1 << types
            and of["startDay"] <= of["endDay"]
            and of["evidenceHash"] != ZERO_HASH
            and self.organisations.get(of["account"], ZERO_HASH) != ZERO_HASH,
            "events",
            f"The accreditation given to {of['account']} at {event.place} has no sound role, "
            "scope, days, evidence or organisation.",
        )
        self.held[of["account"], of["roleId"]] = event
        self.ever_accredited.add((of["account"], of["roleId"]))

    def withdrawn(self, event: ChainEvent) -> None:
        """Follow a withdrawal; the operator's, of an accreditation that there is."""
        of = event.arguments
        self.access.require(event, of["actor"], ("withdrawAccreditation",))
        before = self.held.pop((of["account"], of["roleId"]), None)
        self.checks.expect(
            before is not None and of["evidenceHash"] != ZERO_HASH and bool(of["reason"]),
            "events",
            f"{of['account']} lost an accreditation at {event.place} that it did not have, or "
            "without evidence and reason.",
        )
        self.withdrawals[event.block, event.log_index] = event

    def organisation_set(self, event: ChainEvent) -> None:
        """Follow whom an account acts for; an accredited one acts for somebody."""
        of = event.arguments
        self.access.require(event, of["actor"], ("setOrganisation",))
        is_accredited = any((of["account"], role) in self.held for role in (VALIDATOR, VERIFIER))
        self.checks.expect(
            of["organisation"] != ZERO_HASH or not is_accredited,
            "events",
            f"{of['account']} lost its organisation at {event.place} while it was accredited.",
        )
        self.houses[of["account"]] = event

    def decided(
        self, event: ChainEvent, role: int, subject_id: str, names: tuple[str, ...]
    ) -> None:
        """Keep a decision; `names` are the arguments of what was judged, by what, and where."""
        judged, statement, uri = (event.arguments[name] for name in names)
        place = (event.block, event.log_index)
        self.decisions[place] = Decided(role, subject_id, judged, statement, uri, event)

    def require_fit(
        self, event: ChainEvent, role: int, account: str, project_type: str, developer: str
    ) -> None:
        """Name an assignment or a decision whose judge was not fit for it that day."""
        fault = self.fault_of(role, account, project_type, developer, event.time)
        self.checks.saw("roles")
        self.checks.expect(
            fault is None,
            "roles",
            f"{account} was to judge, or judged, as {self.access.role_name(role)} at "
            f"{event.place}, but {fault}.",
        )

    def fault_of(
        self, role: int, account: str, project_type: str, developer: str, time: int
    ) -> str | None:
        """Why an account may not judge a project of that type and developer at a UNIX time."""
        granted = self.held.get((account, role))
        if granted is None:
            return "it was not accredited"
        of, day = granted.arguments, time // SECONDS_PER_DAY
        if project_type not in self.project_types(of["projectTypes"]):
            return f"its accreditation did not cover {project_type}"
        if not of["startDay"] <= day <= of["endDay"]:
            return "its accreditation was not valid that day"
        house = self.organisations.get(account, ZERO_HASH)
        if account == developer or house == self.organisations.get(developer, ZERO_HASH):
            return "it acted for the developer's own organisation"
        return None

    def project_types(self, bits: int) -> list[str]:
        """Words of a set of project types, in the order of their bits."""
        words = self.access.abi.enum_words("ProjectType")
        return [word for bit, word in enumerate(words) if bits >> bit & 1]

    def terms_of(self, account: str, role: int) -> dict[str, Any]:
        """What the contract's view answers for an account and a role."""
        granted = self.held.get((account, role))
        names = ("projectTypes", "startDay", "endDay")
        if granted is None:
            return {**dict.fromkeys(names, 0), "evidenceHash": ZERO_HASH}
        return {name: granted.arguments[name] for name in (*names, "evidenceHash")}
