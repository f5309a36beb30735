"""Blocks of units as far as the replay has come, and what must be true of one that is touched."""

from dataclasses import dataclass, field

from indexer.identity import UnitId
from scripts.auditing.access import AccessReplay
from scripts.auditing.accounts import AccountReplay
from scripts.auditing.checks import Checks
from scripts.auditing.events import ChainEvent
from scripts.auditing.monitoring import MonitoringReplay, passed
from scripts.auditing.reports import ReportReplay

NOBODY = "0x" + 40 * "0"
LIVE = ("held", "buffer", "locked")
ENDED = ("retired", "cancelled", "expired", "exported")


@dataclass(frozen=True)
class Block:
    """A block of units; its amount, vintage and report are in its id."""

    unit: UnitId
    owner: str
    status: str
    unit_type: str
    issued_at: int
    issued_in: str
    approved: str = NOBODY
    expires: bool = False
    reason: int = 0
    cancellation: str | None = None
    claim: tuple[int, int] = (0, 0)
    ended_at: int = 0
    ended_by: str | None = None
    beneficiary: str | None = None
    purpose: str | None = None
    retired_by: str | None = None
    updated_at: int = 0
    updated_in: str = ""

    @property
    def name(self) -> str:
        """For sentences."""
        return f"unit {self.unit.hex}"


@dataclass
class Blocks:
    """Every existing block by its token id, those that were burnt, and who may move whose."""

    access: AccessReplay
    reports: ReportReplay
    checks: Checks
    blocks: dict[int, Block] = field(default_factory=dict)
    burnt: set[int] = field(default_factory=set)
    operators: dict[tuple[str, str], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.monitoring = MonitoringReplay(self.access, self.checks)
        self.accounts = AccountReplay(self.access, self.checks)

    def held(self, token: int, owner: str, event: ChainEvent) -> Block | None:
        """The block that an event concerns, which the owner holds and whose time is not over."""
        return self.standing(token, owner, ("held",), event)

    def standing(
        self, token: int, owner: str, statuses: tuple[str, ...], event: ChainEvent
    ) -> Block | None:
        """Likewise, in one of the statuses."""
        block = self.existing(token, owner, statuses, event)
        self.checks.expect(
            block is None
            or not block.expires
            or not passed(self.monitoring.end_of(block.unit), event.time),
            "units",
            f"{event.name} at {event.place} concerns unit {token:#066x}, whose time is over.",
        )
        return block

    def existing(
        self, token: int, owner: str, statuses: tuple[str, ...], event: ChainEvent
    ) -> Block | None:
        """The block, which must be the owner's and in one of the statuses."""
        block = self.blocks.get(token)
        self.checks.saw("units")
        self.checks.expect(
            block is not None and block.status in statuses and block.owner == owner,
            "units",
            f"{event.name} at {event.place} concerns unit {token:#066x} as {' or '.join(statuses)} "
            f"by {owner}, which is "
            f"{f'{block.status} and of {block.owner}' if block else 'no existing block'}.",
        )
        return block
