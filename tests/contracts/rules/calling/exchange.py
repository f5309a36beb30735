"""Calls about units that leave for other registries, or come from them."""

from __future__ import annotations

from tests.contracts.reversing import ExportStatus, Import

from .drawing import Arguments
from .units import UnitCalls


class ExchangeCalls(UnitCalls):
    """Calls about units that leave for other registries, or come from them."""

    def exchange_startExport(self) -> Arguments:  # noqa: N802
        registry = self.some(("other.registry",), ("", "a b"))
        return (*self.with_kg(self.block()), registry, self.text())

    def export(self) -> int:
        good = [
            one for one, (is_now, _) in self.w.exports.items() if is_now == ExportStatus.Started
        ]
        return int(self.some(good, [*self.w.exports, self.block()]))

    def exchange_abortExport(self) -> Arguments:  # noqa: N802
        return (self.export(), self.text())

    def exchange_completeExport(self) -> Arguments:  # noqa: N802
        return (self.export(), self.hash(), self.text())

    def exchange_importUnits(self) -> Arguments:  # noqa: N802
        terms = self.terms()
        kg = terms.granularity_kg * self.random.randint(1, 5) + self.some([0], [1, 2**53])
        units = Import(
            to=self.account(),
            origin_registry=self.some(("registry.example", "Registry.Example"), ("", "a b")),
            origin_key=self.some([f"EX-{self.random.randrange(6)}", "ex-1"], ["", "a b"]),
            origin_project=self.some(("EX-1", "ex-2"), ("", "a b")),
            vintage=self.some((2021, 2024), (0, 1969, 2200)),
            kg=self.some([kg], [0]),
            unit_type=terms.unit_type,
            granularity_kg=terms.granularity_kg,
            expires=terms.expires,
            monitoring_end_day=self.some((self.w.day + 300, self.w.day), (self.w.day - 1, 0)),
            evidence_hash=self.hash(),
            uri=self.text(),
        )
        return (units.struct,)
