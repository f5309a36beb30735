"""Two static analysers and a symbolic prover find nothing against the contracts."""

import pytest

from scripts.proving import forge, slither, symbolic, wake

pytestmark = pytest.mark.slow


class TestAnalysis:
    """
    whatever the contracts say    Slither objects to nothing that is not excused where it stands
    whatever the contracts say    Wake objects to nothing that is not excused where it stands
    for all values                the arithmetic of serial numbers, periods and counters holds
    whatever holders do           forge finds every invariant of the units to hold
    """

    def test_finds_nothing_when_slither_reads_the_contracts(self) -> None:
        findings = slither.findings()
        assert not findings, "\n\n".join(findings)

    def test_finds_nothing_when_wake_reads_the_contracts(self) -> None:
        findings = wake.findings()
        assert not findings, "\n\n".join(findings)

    def test_proves_every_property_when_halmos_tries_all_values(self) -> None:
        unproved = [one for one in symbolic.proofs() if not one.is_proved]
        assert not unproved

    def test_holds_every_invariant_when_forge_plays_the_holders(self) -> None:
        count, fallen = forge.failures()
        assert count
        assert not fallen, "\n\n".join(fallen)
