"""Calls about reversals and what covers them."""

from __future__ import annotations

from tests.contracts.reporting import (
    Serial,
    UnitStatus,
)
from tests.contracts.reversing import UnitIntegrity
from tests.contracts.rules.reversals import VERIFIED, buffer_of
from tests.contracts.samples import (
    content_hash,
)

from .drawing import Arguments
from .units import UnitCalls


class ReversalCalls(UnitCalls):
    """Calls about reversals and what covers them."""

    def reversals_recordReversal(self) -> Arguments:  # noqa: N802
        report_id = self.report(*VERIFIED)
        kg = self.some((1, 500, 999, 1_000, 3_000), (0, 2**64 - 1))
        held = self.w.reports.get(report_id)
        if not held or not held.terms:
            return (report_id, kg, True, self.hash(), self.text(), [], [])
        due = -(-kg // held.terms.granularity_kg) * held.terms.granularity_kg
        buffer = self.drawn(
            min(due, buffer_of(self.w, held.project_id)), self.buffers(held.project_id)
        )
        left = due - sum(kg for _, kg in buffer)
        live = self.drawn(
            self.any_of((0, left)), self.holdings(held.developer, held.terms.unit_type)
        )
        return (report_id, kg, True, self.hash(self.any_of("abcd")), self.text(), buffer, live)

    def buffers(self, project_id: bytes) -> list[int]:
        return [
            one
            for one, held in self.w.blocks.items()
            if (held.status == UnitStatus.Buffer or self.is_spoilt(0.02))
            and (self.w.series_of(one).project_id == project_id or self.is_spoilt(0.05))
        ]

    def holdings(self, owner: str, unit_type: int) -> list[int]:
        return [
            one
            for one, held in self.w.blocks.items()
            if ((held.owner == owner and held.status == UnitStatus.Held) or self.is_spoilt(0.03))
            and (self.w.series_of(one).unit_type == unit_type or self.is_spoilt(0.05))
        ]

    def drawn(self, kg: int, among: list[int]) -> list[tuple[int, int]]:
        """Portions of different blocks that sum to so much, as far as they go."""
        found = []
        for token_id in self.random.sample(among, len(among)):
            taken = min(kg, Serial.of(token_id).quantity_kg)
            if taken:
                found.append((token_id, taken))
            kg -= taken
        if found and self.is_spoilt():
            found[-1] = self.with_kg(found[-1][0])
        return found

    def reversal(self) -> bytes:
        good = [one for one, held in self.w.reversals.items() if held.outstanding_kg]
        return bytes(self.some(good, [*self.w.reversals, content_hash("unknown")]))

    def reversals_drawOnLiable(self) -> Arguments:  # noqa: N802
        reversal_id = self.reversal()
        held = self.w.reversals.get(reversal_id)
        if not held:
            return (reversal_id, self.drawn(1_000, self.holdings(self.cast.developer, 0)))
        owner = held.liable
        return (reversal_id, self.drawn(held.outstanding_kg, self.holdings(owner, held.unit_type)))

    def reversals_compensate(self) -> Arguments:
        reversal_id = self.reversal()
        held = self.w.reversals.get(reversal_id)
        owner = self.any_of(self.accounts)
        kg, kind = (held.outstanding_kg, held.unit_type) if held else (1_000, 0)
        return (reversal_id, self.drawn(kg, self.holdings(owner, kind)))

    def reversals_markImpaired(self) -> Arguments:  # noqa: N802
        reversal_id = self.some(self.w.reversals, [content_hash("unknown")])
        held = self.w.reversals.get(reversal_id)
        retired = [
            one
            for one, block in self.w.blocks.items()
            if block.status == UnitStatus.Retired
            and (not held or Serial.of(one).report_id == held.report_id or self.is_spoilt())
        ]
        kg = held.due_kg - held.impaired_kg if held else 1_000
        return (reversal_id, self.drawn(kg, retired))

    def reversals_markCompensated(self) -> Arguments:  # noqa: N802
        marked = [
            (reversal_id, token_id)
            for (token_id, reversal_id), (integrity, _) in self.w.marks.items()
            if integrity == UnitIntegrity.Impaired
        ]
        others = [(one, self.block()) for one in self.w.reversals]
        unknown = [(content_hash("unknown"), 1)]
        reversal_id, token_id = self.some(marked, others or unknown)
        return (reversal_id, self.some([[token_id]], [[]]))
