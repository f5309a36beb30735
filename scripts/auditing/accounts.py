"""Replay of what the operators say of accounts, buffers and reasons beside the units themselves."""

from dataclasses import dataclass, field

from scripts.auditing.access import AccessReplay
from scripts.auditing.checks import Checks
from scripts.auditing.events import ChainEvent


@dataclass(frozen=True)
class Suspension:
    """The last suspension or reinstatement of an account."""

    is_suspended: bool
    evidence_hash: str
    reason: str
    actor: str
    time: int
    transaction: str


@dataclass
class AccountReplay:
    """Suspended accounts by address, and the retirement reasons that were added by their code."""

    access: AccessReplay
    checks: Checks
    suspensions: dict[str, Suspension] = field(default_factory=dict)
    reasons: dict[int, ChainEvent] = field(default_factory=dict)

    def suspended(self, event: ChainEvent) -> None:
        """Follow a suspension."""
        self._judge(event, "suspendAccount", suspends=True)

    def reinstated(self, event: ChainEvent) -> None:
        """Follow a reinstatement."""
        self._judge(event, "reinstateAccount", suspends=False)

    def reason_added(self, event: ChainEvent) -> None:
        """Follow a reason that was added, under a code of its own."""
        of = event.arguments
        self.access.require(event, of["actor"], ("addRetirementReason",))
        known = len(self.access.abi.enum_words("RetirementReason"))
        self.checks.expect(
            of["code"] >= known and of["code"] not in self.reasons,
            "units",
            f"The retirement reason {of['code']} was added at {event.place}, which it was before.",
        )
        self.reasons[of["code"]] = event

    def is_suspended(self, account: str) -> bool:
        """Whether the account may do nothing with units."""
        found = self.suspensions.get(account)
        return found is not None and found.is_suspended

    def reason_word(self, code: int) -> str | None:
        """The word of the contract's list, or the code of an added reason; None for none."""
        words = self.access.abi.enum_words("RetirementReason")
        if code == 0:
            return None
        return words[code] if code < len(words) else str(code)

    def require_active(self, event: ChainEvent, *accounts: str) -> None:
        """Name each account that acts or receives although it is suspended."""
        for account in accounts:
            self.checks.expect(
                not self.is_suspended(account),
                "units",
                f"{event.name} at {event.place} concerns {account}, which is suspended.",
            )

    def _judge(self, event: ChainEvent, function: str, *, suspends: bool) -> None:
        of = event.arguments
        self.access.require(event, of["actor"], (function,))
        self.checks.saw("units")
        self.checks.expect(
            self.is_suspended(of["account"]) != suspends,
            "units",
            f"{event.name} at {event.place} changes nothing for {of['account']}.",
        )
        self.suspensions[of["account"]] = Suspension(
            suspends,
            of["evidenceHash"],
            of["reason"],
            of["actor"],
            event.time,
            event.transaction,
        )
