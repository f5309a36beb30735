"""Issuance in the verification's own transaction, where the methodology says so."""

import pytest

from .encoding import selector
from .ledger import Contract, Ledger, reverts
from .reporting import YEAR_2023, YEAR_2024, Reporting, ReportStatus, Serial, UnitStatus
from .samples import ZERO_ADDRESS, Cast, Contracts, Stage, Terms

BOTH_YEARS = (YEAR_2023[0], YEAR_2024[1])
AUTOMATIC = Terms(automatic_issuance=True)


class TestAutomaticIssuance:
    """
    given the methodology says automatic   verification issues every vintage's whole granules, once
    given a buffer rate                    the buffer takes its share of each, rounded up
    given rounding leaves a rest           an operator may issue it later, when it makes a granule
    given the report is not verified       even the issuer issues nothing
    given the units are paused             the verification reverts as a whole
    given no units are connected           it reverts
    given the methodology does not         nothing is issued
    """

    def test_issues_every_vintage_in_the_verification(
        self, reporting: Reporting, units: Contract, cast: Cast
    ) -> None:
        report_id = reporting.pending(reporting.project(AUTOMATIC), days=BOTH_YEARS)
        receipt = reporting.verify(report_id, 1_000)
        blocks = [Serial(report_id, 2023, 0, 499), Serial(report_id, 2024, 0, 501)]
        assert [event.name for event in receipt.events] == [
            "MRVStatusChanged",
            "MRVVerified",
            *["CRUMinted", "Transfer"] * 2,
        ]
        assert [one["tokenId"] for one in receipt.named("CRUMinted")] == [
            block.token_id for block in blocks
        ]
        for block in blocks:
            assert units.ownerOf(block.token_id) == cast.developer
            assert units.issuedKg(report_id, block.vintage) == block.quantity_kg

    def test_issues_exactly_once(self, reporting: Reporting, units: Contract, cast: Cast) -> None:
        report_id = reporting.pending(reporting.project(AUTOMATIC))
        reporting.verify(report_id, 1_000)
        with reverts("MRVRegistryUnexpectedStatus", report_id, ReportStatus.Verified):
            reporting.verify(report_id, 1_000)
        with reverts("CRUExceedsVerified", report_id, 2024, 1, 0):
            units.mint(report_id, 2024, 1, sender=cast.operator)
        assert units.balanceOf(cast.developer) == 1

    @pytest.mark.parametrize("who", ["administrator", "operator", "developer", "verifier"])
    def test_reverts_when_anybody_else_calls_for_it(
        self, reporting: Reporting, units: Contract, cast: Cast, who: str
    ) -> None:
        report_id = reporting.verified()
        with reverts("AccessManagedUnauthorized", getattr(cast, who)):
            units.mintOnVerification(report_id, sender=getattr(cast, who))

    def test_reverts_given_the_report_is_not_verified(
        self, reporting: Reporting, reports: Contract, units: Contract, cast: Cast
    ) -> None:
        """The issuer is trusted to call, not to know when."""
        pending = reporting.pending(reporting.project())
        with reverts("CRUReportNotVerified", pending, ReportStatus.PendingVerification):
            units.mintOnVerification(pending, sender=reports.address)
        archived = reporting.verified(name="2")
        reports.archiveReport(archived, "", sender=cast.developer)
        with reverts("CRUReportNotVerified", archived, ReportStatus.Archived):
            units.mintOnVerification(archived, sender=reports.address)

    def test_gives_the_buffer_its_share_of_each_vintage(
        self, reporting: Reporting, units: Contract
    ) -> None:
        terms = Terms(granularity_kg=10, buffer_rate_bps=1_500, automatic_issuance=True)
        report_id = reporting.pending(reporting.project(terms), days=BOTH_YEARS)
        minted = reporting.verify(report_id, 1_000, ((2023, 333), (2024, 667))).named("CRUMinted")
        # The 3 kg that make no granule in 2023 count in 2024: 15 % of 33 and of 67 granules of
        # 10 kg are 4.95 and 10.05, rounded up.
        assert [(Serial.of(one["tokenId"])[1:], one["status"]) for one in minted] == [
            ((2023, 0, 280), UnitStatus.Held),
            ((2023, 280, 50), UnitStatus.Buffer),
            ((2024, 0, 560), UnitStatus.Held),
            ((2024, 560, 110), UnitStatus.Buffer),
        ]
        assert units.issuedKg(report_id, 2023) == 330

    def test_carries_what_rounding_leaves_given_it_is_no_granule(
        self, reporting: Reporting, reports: Contract, units: Contract, cast: Cast
    ) -> None:
        terms = Terms(granularity_kg=1_000, automatic_issuance=True)
        report_id = reporting.pending(reporting.project(terms))
        reporting.verify(report_id, 2_500)
        assert units.issuedKg(report_id, 2024) == 2_000
        with reverts("CRUNotMultipleOfGranularity", 500, 1_000):
            units.mint(report_id, 2024, 500, sender=cast.operator)
        assert reports.carriedKg(report_id) == 500
        with reverts("CRUExceedsVerified", report_id, 2024, 1_000, 0):
            units.mint(report_id, 2024, 1_000, sender=cast.operator)

    def test_issues_nothing_given_less_than_a_granule(
        self, reporting: Reporting, units: Contract
    ) -> None:
        terms = Terms(granularity_kg=1_000, automatic_issuance=True)
        report_id = reporting.pending(reporting.project(terms))
        assert reporting.verify(report_id, 999).named("CRUMinted") == []
        assert units.issuedKg(report_id, 2024) == 0

    def test_verifies_nothing_given_the_units_are_paused(
        self, reporting: Reporting, reports: Contract, units: Contract, cast: Cast
    ) -> None:
        report_id = reporting.pending(reporting.project(AUTOMATIC))
        units.pause(sender=cast.guardian)
        with reverts("EnforcedPause"):
            reporting.verify(report_id)
        assert reports.report(report_id).status == ReportStatus.PendingVerification

    def test_asks_no_receiver_given_the_developer_is_a_contract(
        self, stage: Stage, access: Contract, units: Contract, cast: Cast
    ) -> None:
        receiver = Reporting(stage).receiver()
        receiver.setAnswer(2, sender=cast.stranger)
        access.grantRole(2, receiver.address, 0, sender=cast.administrator)
        as_contract = cast._replace(developer=receiver.address)
        reporting = Reporting(Stage(stage.registry, as_contract))
        report_id = reporting.pending(reporting.project(AUTOMATIC))
        receipt = reporting.verify(report_id)
        assert receipt.named("Received") == []
        assert units.balanceOf(receiver.address) == 1

    def test_issues_nothing_given_the_methodology_leaves_it_to_an_operator(
        self, reporting: Reporting
    ) -> None:
        report_id = reporting.pending(reporting.project())
        assert reporting.verify(report_id).named("CRUMinted") == []

    def test_reverts_given_no_units_are_connected(
        self, stage: Stage, ledger: Ledger, registry: Contracts, cast: Cast
    ) -> None:
        report_registry = self.unconnected(ledger, registry, cast)
        reporting = Reporting(Stage(registry._replace(reports=report_registry), cast))
        project_id = reporting.project(AUTOMATIC)
        self.open(report_registry, registry.projects, project_id)
        report_id = reporting.pending(project_id)
        with reverts("MRVRegistryUnitsNotConnected", report_id):
            reporting.verify(report_id)

    def open(self, reports: Contract, projects: Contract, project_id: bytes) -> None:
        """As the registry of projects opens a project in the one it is connected to."""
        held = projects.project(project_id)
        kept = (held.developer, held.methodologyKey, held.projectType, held.startDay, held.endDay)
        projects.ledger.rpc("anvil_setBalance", [projects.address, hex(10**20)])
        reports.openProject(project_id, kept, sender=projects.address)

    def unconnected(self, ledger: Ledger, registry: Contracts, cast: Cast) -> Contract:
        """A second registry of reports beside the first, with the same roles."""
        code = ledger.deploy("MRVRegistry", ZERO_ADDRESS, sender=cast.administrator)
        linked = (registry.access, registry.projects, registry.methodologies)
        initialization = code.calldata("initialize", *(one.address for one in linked))
        proxy = ledger.deploy(
            "RegistryProxy", code.address, initialization, sender=cast.administrator
        )
        for role, function in ((2, "submitReport"), (1, "assignVerifier"), (4, "verifyReport")):
            (declared,) = code.overloads(function)
            registry.access.setTargetFunctionRole(
                proxy.address, [selector(declared)], role, sender=cast.administrator
            )
        return ledger.contract("MRVRegistry", proxy.address)
