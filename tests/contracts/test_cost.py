"""What the main actions cost through proxies and access manager, and how much room the code has."""

import pytest

from .ledger import Contract, Ledger
from .reporting import YEAR_2023, Reporting, Retirement, Submission
from .samples import Cast, Terms, content_hash

#: EIP-170, bytes.
CODE_LIMIT = 24_576

#: Gas that was measured; a change of more than a hundredth either way is to be looked at.
MEASURED = {
    "submit a project's first report": 225_400,
    "submit the next": 213_300,
    "assign a verifier": 156_000,
    "verify": 103_900,
    "issue a vintage's first block to a new owner": 155_000,
    "issue its next block": 120_800,
    "issue ten blocks": 535_500,
    "verify, issue and fill the buffer": 255_200,
    "split in two": 102_500,
    "merge two": 83_500,
    "transfer to a new holder": 70_250,
    "transfer to a holder": 53_100,
    "retire": 62_650,
}


@pytest.mark.parametrize(
    "name",
    ["RegistryAccessControl", "MethodologyRegistry", "ProjectRegistry", "MRVRegistry", "CRU"],
)
def test_code_fits_the_limit_of_the_chain(ledger: Ledger, name: str) -> None:
    # The code that creates a contract holds the code that stays, and little else.
    assert len(ledger.compiled[name].initcode) < CODE_LIMIT


class TestGas:
    """
    whatever main action is taken    it costs what is written down above
    """

    def test_is_what_was_measured(self, reporting: Reporting, units: Contract, cast: Cast) -> None:
        used = {**self.of_units(reporting, units, cast), **self.of_reports(reporting)}
        assert set(used) == set(MEASURED)
        wrong = {
            action: (gas, MEASURED[action])
            for action, gas in used.items()
            if gas != pytest.approx(MEASURED[action], rel=0.01)
        }
        assert not wrong, "measured, written down"

    def of_reports(self, reporting: Reporting) -> dict[str, int]:
        project_id, reports = reporting.project(), reporting.reports
        developer = reporting.cast.developer
        first, second = (Submission(content_hash(one), *YEAR_2023) for one in "ab")
        automatic = Terms(automatic_issuance=True, buffer_rate_bps=1_000)
        issuing = reporting.pending(reporting.project(automatic, "automatic"))
        submitted = reports.submitReport(project_id, "report-2023", first, sender=developer)
        next_days = second._replace(start_day=YEAR_2023[1] + 1, end_day=YEAR_2023[1] + 366)
        following = reports.submitReport(project_id, "report-2024", next_days, sender=developer)
        return {
            "submit a project's first report": submitted.gas_used,
            "submit the next": following.gas_used,
            "assign a verifier": reporting.assign(submitted.value).gas_used,
            "verify": reporting.verify(submitted.value).gas_used,
            "verify, issue and fill the buffer": reporting.verify(issuing).gas_used,
        }

    def of_units(self, reporting: Reporting, units: Contract, cast: Cast) -> dict[str, int]:
        report_id, many = reporting.verified(1_000, name="2"), reporting.verified(1_000, name="3")
        own, operator = cast.developer, cast.operator
        first = units.mint(report_id, 2024, 500, sender=operator)
        second = units.mint(report_id, 2024, 500, sender=operator)
        ten = units.mintBatch([(many, 2024, 100)] * 10, sender=operator)
        split = units.split(first.value, [200, 300], sender=own)
        merge = units.merge(split.value, sender=own)
        new = units.transferFrom(own, cast.holder, first.value, sender=own)
        known = units.transferFrom(own, cast.holder, second.value, sender=own)
        retire = units.retire(second.value, 500, Retirement(), sender=cast.holder)
        return {
            "issue a vintage's first block to a new owner": first.gas_used,
            "issue its next block": second.gas_used,
            "issue ten blocks": ten.gas_used,
            "split in two": split.gas_used,
            "merge two": merge.gas_used,
            "transfer to a new holder": new.gas_used,
            "transfer to a holder": known.gas_used,
            "retire": retire.gas_used,
        }
