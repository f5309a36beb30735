"""Replay of units: issuance, transfers, splits, merges and approvals of blocks (OGCR 5.2.3)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from indexer.identity import UnitId
from scripts.auditing.blocks import ENDED, LIVE, NOBODY, Block, Blocks
from scripts.auditing.endings import EndingReplay
from scripts.auditing.events import ChainEvent
from scripts.auditing.issuance import IssuanceReplay


class UnitReplay(Blocks):
    """Follows the events of blocks, and what each transaction made and burnt."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.issuance = IssuanceReplay(self.access, self.reports, self.checks)
        self.endings = EndingReplay(self)
        self._told: Counter[tuple[str, int]] = Counter()
        self._moved: Counter[tuple[str, int]] = Counter()
        self._place = ""

    def minted(self, event: ChainEvent) -> None:
        """Follow an issuance."""
        of = event.arguments
        self.access.require_running(event)
        unit = UnitId.from_token_id(of["tokenId"])
        self.issuance.follow(event, unit)
        self._begin(
            Block(
                unit,
                of["to"],
                of["status"],
                of["unitType"],
                event.time,
                event.transaction,
                expires=of["expires"],
            ),
            event,
        )
        self.monitoring.issued(event, unit)
        self.accounts.require_active(event, of["to"])

    def divided(self, event: ChainEvent) -> None:
        """Follow a split: the parts, in order, are the whole."""
        of = event.arguments
        registry = self.access.deployments.contracts["CRU"].address
        status = "buffer" if of["owner"] == registry else "held"
        whole = self.standing(of["tokenId"], of["owner"], (status,), event)
        parts = [UnitId.from_token_id(part) for part in of["parts"]]
        self._require_tiling(UnitId.from_token_id(of["tokenId"]), parts, event)
        if whole is None:
            return
        self._end(whole, event)
        for part in parts:
            self._begin(replace(whole, unit=part, approved=NOBODY), event)

    def joined(self, event: ChainEvent) -> None:
        """Follow a merge: the whole is the parts, in order."""
        of = event.arguments
        parts = [self.held(part, of["owner"], event) for part in of["parts"]]
        whole = UnitId.from_token_id(of["tokenId"])
        self._require_tiling(whole, [UnitId.from_token_id(part) for part in of["parts"]], event)
        known = [part for part in parts if part is not None]
        for part in known:
            self._end(part, event)
        if known:
            self._begin(replace(known[0], unit=whole, approved=NOBODY), event)

    def transferred(self, event: ChainEvent) -> None:
        """Follow a transfer; those from and to nobody must match what was issued, split, merged."""
        of = event.arguments
        self._place = event.place
        if NOBODY in (of["from"], of["to"]):
            way = "begin" if of["from"] == NOBODY else "end"
            self._moved[way, of["tokenId"]] += 1
            return
        self.access.require_running(event)
        block = self.held(of["tokenId"], of["from"], event)
        self.accounts.require_active(event, of["from"], of["to"])
        registry = self.access.deployments.contracts["CRU"].address
        self.checks.expect(
            of["to"] != registry,
            "units",
            f"Unit {of['tokenId']:#066x} was transferred to the token contract at {event.place}.",
        )
        if block is not None:
            self.blocks[of["tokenId"]] = replace(
                block,
                owner=of["to"],
                approved=NOBODY,
                updated_at=event.time,
                updated_in=event.transaction,
            )

    def approved(self, event: ChainEvent) -> None:
        """Follow an approval of one block."""
        of = event.arguments
        if of["approved"] == NOBODY:
            live = (*LIVE, *ENDED)
            block = self.existing(of["tokenId"], of["owner"], live, event)
        else:
            block = self.held(of["tokenId"], of["owner"], event)
            self.accounts.require_active(event, of["owner"])
        if block is not None:
            self.blocks[of["tokenId"]] = replace(block, approved=of["approved"])

    def operator_approved(self, event: ChainEvent) -> None:
        """Follow an approval of an operator for all blocks of an owner."""
        of = event.arguments
        if of["approved"]:
            self.accounts.require_active(event, of["owner"])
        self.operators[of["owner"], of["operator"]] = of["approved"]

    def end_transaction(self) -> None:
        """Compare what a transaction told of issuance, splits and merges with its transfers."""
        self.issuance.end_transaction()
        for way, token in (self._told - self._moved) + (self._moved - self._told):
            self.checks.discrepancy(
                "units",
                f"The transfers before {self._place} do not {way} unit {token:#066x} as often as "
                "its issuance, split or merge says.",
            )
        self._told.clear()
        self._moved.clear()

    def _begin(self, block: Block, event: ChainEvent) -> None:
        block = replace(block, updated_at=event.time, updated_in=event.transaction)
        token = block.unit.token_id
        self._place = event.place
        self.checks.expect(
            token not in self.blocks, "units", f"The {block.name} began twice, at {event.place}."
        )
        self._told["begin", token] += 1
        self.blocks[token] = block
        self.burnt.discard(token)

    def _end(self, block: Block, event: ChainEvent) -> None:
        token = block.unit.token_id
        self._place = event.place
        self._told["end", token] += 1
        self.blocks.pop(token, None)
        self.burnt.add(token)

    def _require_tiling(self, whole: UnitId, parts: Sequence[UnitId], event: ChainEvent) -> None:
        starts = [whole.first_kg]
        starts += [part.last_kg + 1 for part in parts]
        same = all((p.report_id, p.vintage) == (whole.report_id, whole.vintage) for p in parts)
        self.checks.expect(
            same
            and len(parts) > 1
            and all(part.quantity_kg for part in parts)
            and [part.first_kg for part in parts] == starts[:-1]
            and starts[-1] == whole.last_kg + 1,
            "units",
            f"The parts of unit {whole.hex} at {event.place} are not the whole, end to end.",
        )
        for part in parts:
            self.issuance.require_granules(part, event)
