"""Calls about methodologies and their terms."""

from __future__ import annotations

from tests.contracts.samples import (
    MethodologyStatus,
    ProjectType,
    Terms,
    UnitType,
    content_hash,
)

from .drawing import NAMES, Arguments, Drawing


class MethodologyCalls(Drawing):
    """Calls about methodologies and their terms."""

    def methodologies_registerMethodology(self) -> Arguments:  # noqa: N802
        name = self.some(NAMES, ["", "a@b", "x" * 101])
        version = self.some([f"1.{self.random.randrange(6)}"], ["1", "1.", "1.0.0.0", "v1.0"])
        return (name, version, self.hash(), self.text(), self.terms())

    def terms(self) -> Terms:
        kind = self.any_of(UnitType)
        expires = kind in (UnitType.CFS, UnitType.CSP)
        granularity = self.any_of((1, 7, 1_000)) if kind == UnitType.CRU else 1_000
        rate = self.some((0, 1, 500, 3_333, 9_999), (10_000,))
        made = Terms(kind, granularity, rate, self.random.random() < 0.4, expires)
        made = made._replace(durability_years=self.some((1, 2, 30), (0, 1_000, 1_001)))
        if self.is_spoilt():
            return made._replace(granularity_kg=self.any_of((0, 500)))
        if self.is_spoilt():
            return made._replace(expires=not expires)
        return made._replace(project_types=self.some((255, 1 << ProjectType.Biochar), (0, 256)))

    def methodologies_activateMethodology(self) -> Arguments:  # noqa: N802
        return (self.methodology(MethodologyStatus.Registered),)

    def methodologies_deprecateMethodology(self) -> Arguments:  # noqa: N802
        return (self.methodology(MethodologyStatus.Active),)

    def methodology(self, status: int) -> bytes:
        held = self.w.methodologies
        good = [key for key, (is_now, _) in held.items() if is_now == status]
        return bytes(self.some(good, [*held, content_hash("unknown")]))
