"""Calls about units, from their issuance to their end."""

from __future__ import annotations

from itertools import pairwise

from tests.contracts.reporting import (
    ReportStatus,
    Serial,
    UnitStatus,
)
from tests.contracts.rules.blocks import LIVE
from tests.contracts.rules.issuance import issuable
from tests.contracts.rules.world import FOREVER

from .drawing import Arguments
from .reports import ReportCalls


class UnitCalls(ReportCalls):
    """Calls about units, from their issuance to their end."""

    def units_mint(self) -> Arguments:
        report_id = self.report(ReportStatus.Verified)
        held = self.w.reports.get(report_id)
        if not held or not held.terms:
            return (report_id, 2024, 1_000)
        left = {
            vintage: kg - self.issued(report_id, vintage)
            for vintage, kg in issuable(held.vintages, held.terms).items()
        }
        vintage = self.some([one for one, kg in left.items() if kg], [*left, 1999])
        return (report_id, vintage, self.portion(left.get(vintage, 0), held.terms.granularity_kg))

    def issued(self, report_id: bytes, vintage: int) -> int:
        held = self.w.series.get((report_id, vintage))
        return held.issued_kg if held else 0

    def portion(self, whole: int, granularity: int) -> int:
        """Some whole granules of an amount, or all of it; spoilt: too much, nothing, a fraction."""
        if self.is_spoilt():
            return int(self.any_of((0, whole + granularity, whole // 2 + 1, 2**64 - 1)))
        if self.random.random() < 0.4:
            return whole
        return self.random.randint(1, max(1, whole // granularity)) * granularity

    def units_mintBatch(self) -> Arguments:  # noqa: N802
        return ([self.units_mint() for _ in range(self.some((1, 2, 3), (0,)))],)

    def block(self, *statuses: int) -> int:
        held = self.w.blocks
        good = [
            one
            for one, block in held.items()
            if block.status in (statuses or (UnitStatus.Held,)) and not self.w.is_expired(one)
        ]
        return int(self.some(good, [*held, *self.gone, 1]))

    #: Filled by whoever plays: blocks that were split or merged away.
    gone: list[int]

    def with_kg(self, token_id: int) -> tuple[int, int]:
        series = self.w.series_of(token_id) if token_id in self.w.blocks else None
        whole = Serial.of(token_id).quantity_kg
        return token_id, self.portion(whole, series.granularity_kg if series else 1)

    def units_approve(self) -> Arguments:
        return (self.account(), self.block())

    def units_setApprovalForAll(self) -> Arguments:  # noqa: N802
        return (self.account(), self.random.random() < 0.6)

    def units_transferFrom(self) -> Arguments:  # noqa: N802
        token_id = self.block()
        held = self.w.blocks.get(token_id)
        return (self.some([held.owner] if held else [], self.accounts), self.account(), token_id)

    units_safeTransferFrom = units_transferFrom  # noqa: N815

    def units_transferBatch(self) -> Arguments:  # noqa: N802
        return (self.account(), self.blocks())

    def blocks(self) -> list[int]:
        """Some different blocks, mostly of one owner."""
        first = self.block()
        held = self.w.blocks.get(first)
        like = [
            one
            for one, block in self.w.blocks.items()
            if held and one != first and (block.owner == held.owner or self.is_spoilt())
        ]
        more = self.random.sample(like, min(len(like), self.random.randrange(3)))
        return [] if self.is_spoilt(0.05) else [first, *more]

    def units_transferPart(self) -> Arguments:  # noqa: N802
        return (self.account(), *self.with_kg(self.block()))

    def units_split(self) -> Arguments:
        token_id, first = self.with_kg(self.block())
        rest = Serial.of(token_id).quantity_kg - first
        parts = [first, max(0, rest)] if self.is_spoilt(0.9) else [first]
        return (token_id, self.some([parts], [[*parts, first]]))

    def units_merge(self) -> Arguments:
        held = sorted(self.w.blocks)
        good = [
            [one, other]
            for one, other in pairwise(held)
            if _are_adjacent(one, other)
            and self.w.blocks[one] == self.w.blocks[other]
            and self.w.blocks[one].status == UnitStatus.Held
        ]
        return (self.some(good, [self.blocks(), held[:3], held[1::-1]]),)

    def units_retire(self) -> Arguments:
        return (*self.with_kg(self.block()), self.retirement())

    def retirement(self) -> Arguments:
        reason = self.some([*range(1, 7), *self.w.labels], [0, 7, 99])
        claim = self.some([(0, 0), (19_723, 20_088)], [(2, 1), (0, 9)])
        return (reason, self.hash(), self.text(), *claim)

    def units_retireBatch(self) -> Arguments:  # noqa: N802
        return (self.blocks(), self.retirement())

    def units_cancel(self) -> Arguments:
        reason = self.some((1, 2), (0, 3, 4, 5, 6))
        return (*self.with_kg(self.block()), (reason, self.hash(), self.text()))

    def units_cancelSuspended(self) -> Arguments:  # noqa: N802
        held = self.w.blocks.items()
        good = [one for one, block in held if block.owner in self.w.suspended]
        token_id = self.some(good, [self.block()])
        reason = self.some((3, 4), (0, 1, 2, 5, 6))
        return (*self.with_kg(token_id), (reason, self.hash(), self.text()))

    def units_expire(self) -> Arguments:
        return (self.lapsed(),)

    def lapsed(self) -> int:
        good = [
            one
            for one, block in self.w.blocks.items()
            if block.status in LIVE and self.w.is_expired(one)
        ]
        return int(self.some(good, [self.block()]))

    def units_expireBatch(self) -> Arguments:  # noqa: N802
        return (list(dict.fromkeys(self.lapsed() for _ in range(self.some((1, 2), (0,))))),)

    def units_prolong(self) -> Arguments:
        good = [key for key, one in self.w.series.items() if one.expires]
        unopened = [(one, 2024) for one in self.w.reports]
        report_id, vintage = self.some([*good, *unopened], [(bytes(14), 2024)])
        series = self.w.series.get((report_id, vintage))
        end_day = series.monitoring_end_day if series else self.w.day + 400
        later = self.some((end_day + 30, end_day + 400), (0, end_day, FOREVER))
        return (report_id, vintage, min(later, FOREVER), self.hash(), self.text())

    def units_releaseBuffer(self) -> Arguments:  # noqa: N802
        good = [one for one, held in self.w.blocks.items() if held.status == UnitStatus.Buffer]
        return (*self.with_kg(self.some(good, [self.block()])), self.hash())

    def units_suspendAccount(self) -> Arguments:  # noqa: N802
        return (self.account(), self.hash(), self.text())

    def units_reinstateAccount(self) -> Arguments:  # noqa: N802
        return (self.some(sorted(self.w.suspended), self.accounts), self.hash(), self.text())

    def units_addRetirementReason(self) -> Arguments:  # noqa: N802
        code = self.some(range(7, 12), (0, 1, 6, 255))
        return (code, self.some(("article_6", "x" * 31), ("", "x" * 32, "Über", "a b")))


def _are_adjacent(one: int, other: int) -> bool:
    a, b = Serial.of(one), Serial.of(other)
    return (a.report_id, a.vintage, a.first_kg + a.quantity_kg) == b[:3]
