"""Issuance by an operator: never more than was verified, in whole granules, each kilogram once."""

import pytest

from .ledger import Contract, reverts
from .reporting import YEAR_2023, YEAR_2024, Reporting, ReportStatus, Serial, UnitStatus
from .samples import ZERO_ADDRESS, Cast, Terms, UnitType

UNKNOWN = b"\x07" * 14
LIMIT = 2**53 - 1
#: 2064-12-31, forty years after the reporting period, in UTC days since 1970-01-01.
END_2064 = 34_698


class TestMint:
    """
    when the caller is no operator                               it reverts
    given the report is unknown, unverified or ended             it reverts, naming its status
    when the amount is zero                                      it reverts
    when the amount is no multiple of the granularity            it reverts
    when the amount is more than verified less issued            it reverts, naming what is left
    otherwise                                                    the developer holds the next block
    """

    def test_gives_the_developer_the_next_block(
        self, reporting: Reporting, units: Contract, reports: Contract, cast: Cast
    ) -> None:
        report_id = reporting.verified(1_000)
        for first, kg in ((0, 600), (600, 399), (999, 1)):
            block = Serial(report_id, 2024, first, kg)
            receipt = units.mint(report_id, 2024, kg, sender=cast.operator)
            assert receipt.value == block.token_id
            assert [event.name for event in receipt.events] == ["CRUMinted", "Transfer"]
            assert receipt.events[0].arguments == {
                "tokenId": block.token_id,
                "projectId": reports.report(report_id).projectId,
                "to": cast.developer,
                "reportId": report_id,
                "vintage": 2024,
                "kg": kg,
                "unitType": UnitType.CRU,
                "status": UnitStatus.Held,
                "expires": False,
                "monitoringEndDay": END_2064,
            }
            assert receipt.events[1].arguments == {
                "from": ZERO_ADDRESS,
                "to": cast.developer,
                "tokenId": block.token_id,
            }
        assert units.issuedKg(report_id, 2024) == 1_000
        assert units.balanceOf(cast.developer) == 3

    def test_lets_the_block_be_read_back(
        self, reporting: Reporting, units: Contract, cast: Cast
    ) -> None:
        report_id = reporting.verified(1_000, Terms(unit_type=UnitType.PCR, granularity_kg=1_000))
        token_id = units.mint(report_id, 2024, 1_000, sender=cast.operator).value
        assert units.unit(token_id)._asdict() == {
            "reportId": report_id,
            "vintage": 2024,
            "firstKg": 0,
            "quantityKg": 1_000,
            "unitType": UnitType.PCR,
            "status": UnitStatus.Held,
            "owner": cast.developer,
            "retirementReason": 0,
            "endedAt": 0,
            "expires": False,
            "monitoringEndDay": END_2064,
        }

    def test_reverts_when_one_kilogram_too_much(
        self, reporting: Reporting, units: Contract, operator: str
    ) -> None:
        report_id = reporting.verified(1_000)
        with reverts("CRUExceedsVerified", report_id, 2024, 1_001, 1_000):
            units.mint(report_id, 2024, 1_001, sender=operator)
        units.mint(report_id, 2024, 400, sender=operator)
        with reverts("CRUExceedsVerified", report_id, 2024, 601, 600):
            units.mint(report_id, 2024, 601, sender=operator)

    def test_reverts_when_issued_twice(
        self, reporting: Reporting, units: Contract, operator: str
    ) -> None:
        report_id = reporting.verified(1_000)
        units.mint(report_id, 2024, 1_000, sender=operator)
        with reverts("CRUExceedsVerified", report_id, 2024, 1_000, 0):
            units.mint(report_id, 2024, 1_000, sender=operator)

    def test_reverts_when_the_amount_is_zero(
        self, reporting: Reporting, units: Contract, operator: str
    ) -> None:
        report_id = reporting.verified(1_000)
        with reverts("CRUZeroAmount"):
            units.mint(report_id, 2024, 0, sender=operator)

    @pytest.mark.parametrize("kg", [1, 999, 1_500, 2**64 - 1])
    def test_reverts_when_the_amount_is_no_whole_granule(
        self, reporting: Reporting, units: Contract, operator: str, kg: int
    ) -> None:
        report_id = reporting.verified(5_000, Terms(granularity_kg=1_000))
        with reverts("CRUNotMultipleOfGranularity", kg, 1_000):
            units.mint(report_id, 2024, kg, sender=operator)

    @pytest.mark.parametrize("kg", [LIMIT + 1, 2**64 - 1])
    def test_issues_the_largest_amount_and_no_more(
        self, reporting: Reporting, units: Contract, operator: str, kg: int
    ) -> None:
        report_id = reporting.verified(LIMIT)
        with reverts("CRUExceedsVerified", report_id, 2024, kg, LIMIT):
            units.mint(report_id, 2024, kg, sender=operator)
        token_id = units.mint(report_id, 2024, LIMIT, sender=operator).value
        assert Serial.of(token_id) == Serial(report_id, 2024, 0, LIMIT)

    @pytest.mark.parametrize("vintage", [0, 2023, 2025, 65535])
    def test_reverts_when_the_vintage_was_not_verified(
        self, reporting: Reporting, units: Contract, operator: str, vintage: int
    ) -> None:
        report_id = reporting.verified(1_000)
        with reverts("CRUExceedsVerified", report_id, vintage, 1, 0):
            units.mint(report_id, vintage, 1, sender=operator)

    def test_draws_each_vintage_from_its_own_amount(
        self, reporting: Reporting, units: Contract, operator: str
    ) -> None:
        report_id = reporting.verified(1_000, days=(YEAR_2023[0], YEAR_2024[1]))
        units.mint(report_id, 2023, 499, sender=operator)
        with reverts("CRUExceedsVerified", report_id, 2023, 1, 0):
            units.mint(report_id, 2023, 1, sender=operator)
        units.mint(report_id, 2024, 501, sender=operator)

    @pytest.mark.parametrize(
        ("steps", "status"),
        [
            ((), ReportStatus.Submitted),
            (("assign",), ReportStatus.PendingVerification),
            (("assign", "reject"), ReportStatus.Rejected),
            (("withdraw",), ReportStatus.Withdrawn),
        ],
    )
    def test_reverts_given_the_report_is_not_verified(
        self,
        reporting: Reporting,
        units: Contract,
        operator: str,
        steps: tuple[str, ...],
        status: int,
    ) -> None:
        report_id = reporting.submit(reporting.project())
        for step in steps:
            getattr(reporting, step)(report_id)
        with reverts("CRUReportNotVerified", report_id, status):
            units.mint(report_id, 2024, 1, sender=operator)

    @pytest.mark.parametrize("report_id", [UNKNOWN, bytes(14)])
    def test_reverts_given_the_report_is_unknown(
        self, units: Contract, operator: str, report_id: bytes
    ) -> None:
        with reverts("CRUReportNotVerified", report_id, ReportStatus["None"]):
            units.mint(report_id, 2024, 1, sender=operator)

    @pytest.mark.parametrize("who", ["developer", "verifier", "administrator", "guardian"])
    def test_reverts_when_the_caller_is_no_operator(
        self, reporting: Reporting, units: Contract, cast: Cast, who: str
    ) -> None:
        report_id = reporting.verified()
        with reverts("AccessManagedUnauthorized", getattr(cast, who)):
            units.mint(report_id, 2024, 1, sender=getattr(cast, who))
        with reverts("AccessManagedUnauthorized", getattr(cast, who)):
            units.mintBatch([(report_id, 2024, 1)], sender=getattr(cast, who))


class TestBuffer:
    """
    given a buffer rate   the buffer holds the last sub-block: the rate, rounded up to granules
    given all is taken    no block goes to the developer and zero is returned
    """

    @pytest.mark.parametrize(
        ("kg", "granularity", "rate", "buffer"),
        [
            (1_000, 1, 1_000, 100),
            (1_000, 1, 1, 1),
            (10_000, 1, 1, 1),
            (10_001, 1, 1, 2),
            (5_000, 1_000, 1, 1_000),
            (5_000, 1_000, 2_000, 1_000),
            (5_000, 1_000, 2_001, 2_000),
            (LIMIT, 1, 9_999, -(-LIMIT * 9_999 // 10_000)),
        ],
    )
    def test_holds_the_last_part_given_a_rate(
        self,
        reporting: Reporting,
        units: Contract,
        cast: Cast,
        kg: int,
        granularity: int,
        rate: int,
        buffer: int,
    ) -> None:
        terms = Terms(granularity_kg=granularity, buffer_rate_bps=rate)
        report_id = reporting.verified(kg, terms)
        receipt = units.mint(report_id, 2024, kg, sender=cast.operator)
        own = Serial(report_id, 2024, 0, kg - buffer)
        kept = Serial(report_id, 2024, kg - buffer, buffer)
        assert receipt.value == own.token_id
        assert [
            (one["tokenId"], one["to"], one["status"]) for one in receipt.named("CRUMinted")
        ] == [
            (own.token_id, cast.developer, UnitStatus.Held),
            (kept.token_id, units.address, UnitStatus.Buffer),
        ]
        assert units.unit(kept.token_id).status == UnitStatus.Buffer
        assert units.ownerOf(kept.token_id) == units.address
        assert units.issuedKg(report_id, 2024) == kg

    def test_takes_all_given_one_granule(
        self, reporting: Reporting, units: Contract, cast: Cast
    ) -> None:
        report_id = reporting.verified(5_000, Terms(granularity_kg=1_000, buffer_rate_bps=500))
        receipt = units.mint(report_id, 2024, 1_000, sender=cast.operator)
        assert receipt.value == 0
        assert len(receipt.named("CRUMinted")) == 1
        assert units.ownerOf(Serial(report_id, 2024, 0, 1_000).token_id) == units.address
        assert units.balanceOf(cast.developer) == 0


class TestMintBatch:
    """
    when it is empty             it reverts
    when one request is refused  all are
    otherwise                    each is issued in order
    """

    def test_issues_each_in_order(self, reporting: Reporting, units: Contract, cast: Cast) -> None:
        first, second = reporting.verified(1_000), reporting.verified(500, name="2")
        requests = [(first, 2024, 600), (second, 2024, 500), (first, 2024, 400)]
        receipt = units.mintBatch(requests, sender=cast.operator)
        assert receipt.value == [
            Serial(first, 2024, 0, 600).token_id,
            Serial(second, 2024, 0, 500).token_id,
            Serial(first, 2024, 600, 400).token_id,
        ]
        assert units.balanceOf(cast.developer) == 3

    def test_issues_nothing_when_one_is_refused(
        self, reporting: Reporting, units: Contract, cast: Cast
    ) -> None:
        report_id = reporting.verified(1_000)
        with reverts("CRUExceedsVerified", report_id, 2024, 401, 400):
            units.mintBatch([(report_id, 2024, 600), (report_id, 2024, 401)], sender=cast.operator)
        with reverts("CRUReportNotVerified", UNKNOWN, ReportStatus["None"]):
            units.mintBatch([(report_id, 2024, 600), (UNKNOWN, 2024, 1)], sender=cast.operator)
        assert units.issuedKg(report_id, 2024) == 0

    def test_reverts_when_it_is_empty(self, units: Contract, operator: str) -> None:
        with reverts("CRUEmptyBatch"):
            units.mintBatch([], sender=operator)


class TestPausedIssuance:
    """
    given the units are paused   nothing is issued
    """

    def test_reverts_given_the_units_are_paused(
        self, reporting: Reporting, units: Contract, cast: Cast
    ) -> None:
        report_id = reporting.verified()
        units.pause(sender=cast.guardian)
        with reverts("EnforcedPause"):
            units.mint(report_id, 2024, 1, sender=cast.operator)
        with reverts("EnforcedPause"):
            units.mintBatch([(report_id, 2024, 1)], sender=cast.operator)
