"""Replay of how blocks end: retired, cancelled, expired, exported; and how a buffer is released."""

from dataclasses import replace
from typing import Any

from indexer.identity import UnitId
from scripts.auditing.blocks import NOBODY, Block, Blocks
from scripts.auditing.events import ChainEvent
from scripts.auditing.monitoring import passed

HOLDERS = ("voluntary", "other")
OPERATORS = ("erroneous_issuance", "fraud")
#: What a block may be before it is locked, unlocked or exported.
EXPORTABLE = {"locked": "held", "held": "locked", "exported": "locked"}


class EndingReplay:
    """Follows every end of a block, and the operator's release of a block of the buffer."""

    def __init__(self, units: Blocks) -> None:
        self.units = units
        self.access, self.checks, self.accounts = units.access, units.checks, units.accounts
        self.releases: dict[int, ChainEvent] = {}

    def retired(self, event: ChainEvent) -> None:
        """Follow a retirement, which is final and which no pause stops."""
        of = event.arguments
        block = self.units.held(of["tokenId"], of["owner"], event)
        known = of["reason"] in self.accounts.reasons or 0 < of["reason"] < len(
            self.access.abi.enum_words("RetirementReason")
        )
        self.checks.expect(
            of["kg"] == UnitId.from_token_id(of["tokenId"]).quantity_kg
            and known
            and of["claimStartDay"] <= of["claimEndDay"],
            "units",
            f"Unit {of['tokenId']:#066x} was retired at {event.place} with {of['kg']} kg and the "
            f"reason {of['reason']}.",
        )
        self._require_disposer(block, of["actor"], event)
        self._end(
            event,
            block,
            "retired",
            reason=of["reason"],
            beneficiary=of["beneficiary"],
            purpose=of["purpose"],
            claim=(of["claimStartDay"], of["claimEndDay"]),
            retired_by=of["actor"],
        )

    def cancelled(self, event: ChainEvent) -> None:
        """Follow a cancellation: the holder's, an operator's after suspension, or a reversal's."""
        of = event.arguments
        self.access.require_running(event)
        registry = self.access.deployments.contracts["CRU"].address
        status = "buffer" if of["owner"] == registry else "held"
        block = self.units.standing(of["tokenId"], of["owner"], (status,), event)
        if of["reason"] in HOLDERS:
            self._require_disposer(block, of["actor"], event)
        elif of["reason"] in OPERATORS:
            self.access.require(event, of["actor"], ("cancelSuspended",))
            self.checks.expect(
                self.accounts.is_suspended(of["owner"]),
                "units",
                f"A unit of {of['owner']} was cancelled for {of['reason']} at {event.place}, "
                "without a suspension.",
            )
        self.checks.expect(
            of["kg"] == UnitId.from_token_id(of["tokenId"]).quantity_kg and of["purpose"] != "",
            "units",
            f"Unit {of['tokenId']:#066x} was cancelled at {event.place} with {of['kg']} kg and "
            f"the purpose “{of['purpose']}”.",
        )
        self._end(
            event,
            block,
            "cancelled",
            cancellation=of["reason"],
            beneficiary=of["beneficiary"],
            purpose=of["purpose"],
        )

    def expired(self, event: ChainEvent) -> None:
        """Follow the record that a monitoring period is over; anybody's."""
        of = event.arguments
        self.access.require_running(event)
        live = ("held", "buffer", "locked")
        block = self.units.existing(of["tokenId"], of["owner"], live, event)
        end = self.units.monitoring.end_of(UnitId.from_token_id(of["tokenId"]))
        self.checks.expect(
            block is None or (block.expires and passed(end, event.time)),
            "units",
            f"Unit {of['tokenId']:#066x} expired at {event.place}, before its time.",
        )
        self._end(event, block, "expired")

    def export_status_changed(self, event: ChainEvent) -> None:
        """Follow what the exchange does to a block: locked, held again, or exported."""
        of = event.arguments
        self.access.require_running(event)
        before = (EXPORTABLE.get(of["status"], "none"),)
        find = self.units.existing if of["status"] == "held" else self.units.standing
        block = find(of["tokenId"], of["owner"], before, event)
        if of["status"] == "exported":
            self.accounts.require_active(event, of["owner"])
            self._end(event, block, "exported", ended_by=None)
        elif block is not None:
            self._change(event, block, status=of["status"], approved=NOBODY)

    def released(self, event: ChainEvent) -> None:
        """Follow a release of the buffer to the developer, after monitoring."""
        of = event.arguments
        self.access.require(event, of["actor"], ("releaseBuffer",))
        registry = self.access.deployments.contracts["CRU"].address
        block = self.units.existing(of["tokenId"], registry, ("buffer",), event)
        unit = UnitId.from_token_id(of["tokenId"])
        report = self.units.reports.states.get(unit.report_id)
        self.checks.expect(
            block is not None
            and not block.expires
            and passed(self.units.monitoring.end_of(unit), event.time)
            and report is not None
            and of["to"] == report.project.developer
            and of["kg"] == unit.quantity_kg,
            "units",
            f"Unit {unit.hex} cannot have been released from the buffer at {event.place}.",
        )
        self.releases[of["tokenId"]] = event
        if block is not None:
            self._change(event, block, status="held")

    def _end(self, event: ChainEvent, block: Block | None, status: str, **values: Any) -> None:
        ended: dict[str, Any] = {"status": status, "approved": NOBODY, "ended_at": event.time}
        if "actor" in event.arguments:
            ended["ended_by"] = event.arguments["actor"]
        if block is not None:
            self._change(event, block, **ended | values)

    def _change(self, event: ChainEvent, block: Block, **values: Any) -> None:
        changed = replace(block, **values, updated_at=event.time, updated_in=event.transaction)
        self.units.blocks[block.unit.token_id] = changed

    def _require_disposer(self, block: Block | None, actor: str, event: ChainEvent) -> None:
        """Only the owner, whom it approved for the block, and its operators may end it; nobody who
        is suspended."""
        self.checks.expect(
            block is None
            or actor in (block.owner, block.approved)
            or self.units.operators.get((block.owner, actor), False),
            "units",
            f"{actor} ended unit {event.arguments['tokenId']:#066x} at {event.place} without being "
            "its owner or approved.",
        )
        self.accounts.require_active(event, event.arguments["owner"], actor)
