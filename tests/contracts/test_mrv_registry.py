"""Reports: submission, assignment, withdrawal, resubmission, archival, connection of units."""

import eth_abi
import pytest
from eth_utils import keccak, to_hex

from .ledger import Contract, Ledger, reverts
from .reporting import YEAR_2023, YEAR_2024, Reporting, ReportStatus, Submission, Verification
from .samples import ZERO_ADDRESS, ZERO_HASH, Cast, Pdd, ProjectStatus, Stage, content_hash

UNKNOWN = b"\x07" * 14


@pytest.fixture
def reporting(stage: Stage) -> Reporting:
    return Reporting(stage)


@pytest.fixture
def project_id(reporting: Reporting) -> bytes:
    return reporting.project()


class TestSubmitReport:
    """
    when the document id is empty, too long or holds other characters   it reverts
    when the hash is zero                                               it reverts
    when the URI is longer than 512 bytes                               it reverts
    when the caller is not the project's developer                      it reverts
    given the project is unknown or not validated           it reverts, naming its status
    given the id is taken                                               it reverts
    otherwise                                  it stores the report and emits what an index needs
    """

    def test_stores_and_emits_given_a_validated_project(
        self, reporting: Reporting, reports: Contract, project_id: bytes, cast: Cast
    ) -> None:
        submission = Submission(content_hash("report-1"))
        receipt = reports.submitReport(project_id, "report-1", submission, sender=cast.developer)
        report_id = reports.reportIdOf(project_id, "report-1")
        assert receipt.value == report_id
        assert [event.name for event in receipt.events] == ["MRVSubmitted", "MRVStatusChanged"]
        assert receipt.events[0].arguments == {
            "reportId": report_id,
            "projectId": project_id,
            "developer": cast.developer,
            "documentId": "report-1",
            "version": 1,
            "reportHash": submission.report_hash,
            "startDay": YEAR_2024[0],
            "endDay": YEAR_2024[1],
            "uri": "ipfs://report",
        }
        assert receipt.events[1].arguments == {
            "reportId": report_id,
            "from": ReportStatus["None"],
            "to": ReportStatus.Submitted,
            "actor": cast.developer,
            "reportHash": submission.report_hash,
            "statementHash": ZERO_HASH,
            "statementUri": "",
            "reason": "",
        }
        assert reports.report(report_id)._asdict() == {
            "reportHash": submission.report_hash,
            "projectId": project_id,
            "verifier": ZERO_ADDRESS,
            "status": ReportStatus.Submitted,
            "startDay": YEAR_2024[0],
            "endDay": YEAR_2024[1],
            "version": 1,
            "verifiedKg": 0,
            "decidedAt": 0,
            "statementHash": ZERO_HASH,
        }

    @pytest.mark.parametrize("name", ["", "a" * 101, "a b", "a.b", "ä", "a/b", 'a"b'])
    def test_reverts_when_the_document_id_is_unsound(
        self, reports: Contract, project_id: bytes, developer: str, name: str
    ) -> None:
        with reverts("MRVRegistryInvalidDocumentId", name):
            reports.submitReport(project_id, name, Submission(content_hash("x")), sender=developer)

    def test_reverts_when_the_hash_is_zero(
        self, reports: Contract, project_id: bytes, developer: str
    ) -> None:
        with reverts("MRVRegistryZeroHash"):
            reports.submitReport(project_id, "r", Submission(ZERO_HASH), sender=developer)

    def test_reverts_when_the_uri_is_too_long(
        self, reports: Contract, project_id: bytes, developer: str
    ) -> None:
        fitting = Submission(content_hash("x"), uri="u" * 512)
        reports.simulate("submitReport", project_id, "r", fitting, sender=developer)
        with reverts("MRVRegistryTextTooLong", 513, 512):
            longer = fitting._replace(uri="u" * 513)
            reports.submitReport(project_id, "r", longer, sender=developer)

    def test_reverts_when_the_caller_develops_another_project(
        self, reports: Contract, project_id: bytes, other_developer: str
    ) -> None:
        with reverts("MRVRegistryNotDeveloper", project_id, other_developer):
            reports.submitReport(
                project_id, "r", Submission(content_hash("x")), sender=other_developer
            )

    def test_reverts_when_the_caller_is_no_developer(
        self, reports: Contract, project_id: bytes, stranger: str
    ) -> None:
        with reverts("AccessManagedUnauthorized", stranger):
            reports.submitReport(project_id, "r", Submission(content_hash("x")), sender=stranger)

    @pytest.mark.parametrize(
        "status", [one for one in ProjectStatus if one.name not in ("None", "Validated")]
    )
    def test_reverts_given_the_project_is_not_validated(
        self, stage: Stage, reports: Contract, developer: str, status: int
    ) -> None:
        project_id = stage.project(status)
        with reverts("MRVRegistryProjectNotValidated", project_id, status):
            reports.submitReport(project_id, "r", Submission(content_hash("x")), sender=developer)

    def test_reverts_given_the_project_is_unknown(self, reports: Contract, developer: str) -> None:
        unknown = content_hash("nowhere")
        with reverts("MRVRegistryProjectNotValidated", unknown, ProjectStatus["None"]):
            reports.submitReport(unknown, "r", Submission(content_hash("x")), sender=developer)

    def test_reverts_given_the_id_is_taken(
        self, reporting: Reporting, reports: Contract, project_id: bytes, developer: str
    ) -> None:
        report_id = reporting.submit(project_id, "r", YEAR_2023)
        with reverts("MRVRegistryAlreadySubmitted", report_id):
            reports.submitReport(project_id, "r", Submission(content_hash("x")), sender=developer)

    def test_names_reports_apart_given_two_projects_use_one_document_id(
        self, reporting: Reporting, project_id: bytes
    ) -> None:
        other_project = reporting.project(name="project-2")
        assert reporting.submit(project_id, "r") != reporting.submit(other_project, "r")


class TestAssignVerifier:
    """
    given the report is neither submitted nor pending    it reverts
    when the verifier lacks the role                     it reverts
    when the verifier is the developer or the validator  it reverts
    when the verifier is the one assigned already        it reverts
    given the report is submitted                        it becomes pending
    given the report is pending                          the verifier changes, the status stays
    """

    def test_makes_the_report_pending_given_it_is_submitted(
        self, reporting: Reporting, reports: Contract, project_id: bytes, cast: Cast
    ) -> None:
        report_id = reporting.submit(project_id)
        receipt = reporting.assign(report_id)
        assert receipt.named("VerifierAssigned") == [
            {"reportId": report_id, "verifier": cast.verifier, "actor": cast.operator}
        ]
        (change,) = receipt.named("MRVStatusChanged")
        assert (change["from"], change["to"]) == (
            ReportStatus.Submitted,
            ReportStatus.PendingVerification,
        )
        assert reports.report(report_id).verifier == cast.verifier

    def test_changes_the_verifier_alone_given_the_report_is_pending(
        self,
        reporting: Reporting,
        reports: Contract,
        access: Contract,
        project_id: bytes,
        cast: Cast,
    ) -> None:
        report_id = reporting.pending(project_id)
        access.grantRole(4, cast.stranger, 0, sender=cast.administrator)
        receipt = reports.assignVerifier(report_id, cast.stranger, sender=cast.operator)
        assert [event.name for event in receipt.events] == ["VerifierAssigned"]
        with reverts("MRVRegistryNotAssignedVerifier", report_id, cast.verifier):
            reporting.verify(report_id)

    def test_reverts_when_the_verifier_is_assigned_already(
        self, reporting: Reporting, project_id: bytes, verifier: str
    ) -> None:
        report_id = reporting.pending(project_id)
        with reverts("MRVRegistryInvalidVerifier", report_id, verifier):
            reporting.assign(report_id)

    @pytest.mark.parametrize("who", ["developer", "validator"])
    def test_reverts_when_the_verifier_is_involved_in_the_project(
        self,
        reporting: Reporting,
        reports: Contract,
        access: Contract,
        project_id: bytes,
        cast: Cast,
        who: str,
    ) -> None:
        report_id = reporting.submit(project_id)
        involved = getattr(cast, who)
        access.grantRole(4, involved, 0, sender=cast.administrator)
        with reverts("MRVRegistryInvalidVerifier", report_id, involved):
            reports.assignVerifier(report_id, involved, sender=cast.operator)

    @pytest.mark.parametrize("who", ["stranger", "operator", "other_validator"])
    def test_reverts_when_the_verifier_lacks_the_role(
        self, reporting: Reporting, reports: Contract, project_id: bytes, cast: Cast, who: str
    ) -> None:
        report_id = reporting.submit(project_id)
        without = getattr(cast, who)
        with reverts("MRVRegistryInvalidVerifier", report_id, without):
            reports.assignVerifier(report_id, without, sender=cast.operator)
        with reverts("MRVRegistryInvalidVerifier", report_id, ZERO_ADDRESS):
            reports.assignVerifier(report_id, ZERO_ADDRESS, sender=cast.operator)

    def test_reverts_given_the_report_is_unknown(self, reporting: Reporting) -> None:
        with reverts("MRVRegistryUnexpectedStatus", UNKNOWN, ReportStatus["None"]):
            reporting.assign(UNKNOWN)

    def test_reverts_when_the_developer_chooses(
        self, reporting: Reporting, reports: Contract, project_id: bytes, cast: Cast
    ) -> None:
        report_id = reporting.submit(project_id)
        with reverts("AccessManagedUnauthorized", cast.developer):
            reports.assignVerifier(report_id, cast.verifier, sender=cast.developer)


class TestWithdrawAndResubmit:
    """
    given the report is submitted or pending           the developer may withdraw it
    given the report is rejected or withdrawn          the developer may submit a new version
    when the new version has the old hash              it reverts
    given any other status                             both revert, naming it
    """

    @pytest.mark.parametrize("step", ["submit", "pending"])
    def test_withdraws_given_no_decision(
        self, reporting: Reporting, reports: Contract, project_id: bytes, cast: Cast, step: str
    ) -> None:
        report_id = getattr(reporting, step)(project_id)
        receipt = reports.withdrawReport(report_id, "typing error", sender=cast.developer)
        (change,) = receipt.named("MRVStatusChanged")
        assert (change["to"], change["reason"]) == (ReportStatus.Withdrawn, "typing error")

    def test_reverts_when_another_withdraws(
        self, reporting: Reporting, reports: Contract, project_id: bytes, other_developer: str
    ) -> None:
        report_id = reporting.submit(project_id)
        with reverts("MRVRegistryNotDeveloper", project_id, other_developer):
            reports.withdrawReport(report_id, "", sender=other_developer)

    @pytest.mark.parametrize("step", ["reject", "verify", "withdraw"])
    def test_reverts_when_withdrawn_given_a_decision(
        self, reporting: Reporting, reports: Contract, project_id: bytes, developer: str, step: str
    ) -> None:
        report_id = reporting.pending(project_id)
        getattr(reporting, step)(report_id)
        status = reports.report(report_id).status
        with reverts("MRVRegistryUnexpectedStatus", report_id, status):
            reports.withdrawReport(report_id, "", sender=developer)

    @pytest.mark.parametrize("step", ["reject", "withdraw"])
    def test_submits_a_new_version_given_it_came_back(
        self, reporting: Reporting, reports: Contract, project_id: bytes, step: str
    ) -> None:
        report_id = reporting.pending(project_id, "r")
        getattr(reporting, step)(report_id)
        receipt = reporting.resubmit(project_id, "r", "r, second", YEAR_2023)
        assert [event.name for event in receipt.events] == ["MRVSubmitted", "MRVStatusChanged"]
        held = reports.report(report_id)
        assert (held.version, held.reportHash) == (2, content_hash("r, second"))
        assert (held.startDay, held.endDay, held.status) == (*YEAR_2023, ReportStatus.Submitted)

    def test_needs_a_new_assignment_given_it_was_resubmitted(
        self, reporting: Reporting, project_id: bytes
    ) -> None:
        report_id = reporting.pending(project_id, "r")
        reporting.reject(report_id)
        reporting.resubmit(project_id, "r", "r, second")
        with reverts("MRVRegistryUnexpectedStatus", report_id, ReportStatus.Submitted):
            reporting.verify(report_id)
        reporting.assign(report_id)
        reporting.verify(report_id)

    def test_reverts_when_the_new_version_has_the_old_hash(
        self, reporting: Reporting, project_id: bytes
    ) -> None:
        report_id = reporting.pending(project_id, "r")
        reporting.reject(report_id)
        with reverts("MRVRegistryUnchangedReport", report_id, content_hash("r")):
            reporting.resubmit(project_id, "r", "r")

    @pytest.mark.parametrize("step", ["submit", "pending"])
    def test_reverts_when_resubmitted_given_no_decision(
        self, reporting: Reporting, reports: Contract, project_id: bytes, step: str
    ) -> None:
        report_id = getattr(reporting, step)(project_id, "r")
        status = reports.report(report_id).status
        with reverts("MRVRegistryUnexpectedStatus", report_id, status):
            reporting.resubmit(project_id, "r", "r, second")

    def test_reverts_when_another_resubmits(
        self, reporting: Reporting, reports: Contract, project_id: bytes, other_developer: str
    ) -> None:
        reporting.withdraw(reporting.submit(project_id, "r"))
        with reverts("MRVRegistryNotDeveloper", project_id, other_developer):
            reports.resubmitReport(
                project_id, "r", Submission(content_hash("new")), sender=other_developer
            )

    def test_reverts_when_resubmitted_given_the_project_is_archived(
        self, stage: Stage, reporting: Reporting, project_id: bytes
    ) -> None:
        reporting.withdraw(reporting.submit(project_id, "r"))
        stage.archive(project_id)
        with reverts("MRVRegistryProjectNotValidated", project_id, ProjectStatus.Archived):
            reporting.resubmit(project_id, "r", "r, second")


class TestArchiveReport:
    """
    when the caller is neither the project's developer nor an operator   it reverts
    given the report is not verified                                     it reverts
    otherwise                                                            nothing more is issued
    """

    @pytest.mark.parametrize("who", ["developer", "operator"])
    def test_archives_when_the_caller_may(
        self, reporting: Reporting, reports: Contract, units: Contract, cast: Cast, who: str
    ) -> None:
        report_id = reporting.verified()
        receipt = reports.archiveReport(report_id, "superseded", sender=getattr(cast, who))
        (change,) = receipt.named("MRVStatusChanged")
        assert (change["to"], change["reason"]) == (ReportStatus.Archived, "superseded")
        with reverts("CRUReportNotVerified", report_id, ReportStatus.Archived):
            units.mint(report_id, 2024, 1, sender=cast.operator)

    @pytest.mark.parametrize("who", ["other_developer", "verifier", "stranger", "guardian"])
    def test_reverts_when_the_caller_may_not(
        self, reporting: Reporting, reports: Contract, cast: Cast, who: str
    ) -> None:
        report_id, caller = reporting.verified(), getattr(cast, who)
        with reverts("MRVRegistryNotDeveloperOrOperator", report_id, caller):
            reports.archiveReport(report_id, "", sender=caller)

    def test_reverts_given_the_report_is_not_verified(
        self, reporting: Reporting, reports: Contract, project_id: bytes, developer: str
    ) -> None:
        report_id = reporting.pending(project_id)
        with reverts("MRVRegistryUnexpectedStatus", report_id, ReportStatus.PendingVerification):
            reports.archiveReport(report_id, "", sender=developer)


class TestConnectUnits:
    """
    when the caller is not the administrator   it reverts
    when the address is zero                   it reverts
    given units are connected                  it reverts, naming them
    """

    def test_reverts_given_units_are_connected(
        self, reports: Contract, units: Contract, cast: Cast
    ) -> None:
        assert reports.units() == units.address
        with reverts("MRVRegistryUnitsAlreadyConnected", units.address):
            reports.connectUnits(cast.stranger, sender=cast.administrator)

    def test_reverts_when_the_address_is_zero(self, reports: Contract, cast: Cast) -> None:
        with reverts("MRVRegistryZeroAddress"):
            reports.connectUnits(ZERO_ADDRESS, sender=cast.administrator)

    def test_reverts_when_the_caller_is_not_the_administrator(
        self, reports: Contract, cast: Cast
    ) -> None:
        with reverts("AccessManagedUnauthorized", cast.operator):
            reports.connectUnits(cast.stranger, sender=cast.operator)


class TestLongTexts:
    """
    when a reason is longer than 500 bytes   every call that takes one reverts
    """

    def test_reverts_when_the_reason_is_too_long(
        self, reporting: Reporting, reports: Contract, project_id: bytes, developer: str
    ) -> None:
        report_id = reporting.pending(project_id)
        with reverts("MRVRegistryTextTooLong", 501, 500):
            reporting.reject(report_id, "ä" * 250 + "x")
        with reverts("MRVRegistryTextTooLong", 501, 500):
            reports.withdrawReport(report_id, "x" * 501, sender=developer)
        reporting.verify(report_id)
        with reverts("MRVRegistryTextTooLong", 501, 500):
            reports.archiveReport(report_id, "x" * 501, sender=developer)


class TestPause:
    """
    given the registry of reports is paused   every change reverts
    """

    def test_reverts_given_it_is_paused(
        self, reporting: Reporting, reports: Contract, project_id: bytes, cast: Cast
    ) -> None:
        report_id = reporting.pending(project_id)
        submission = Submission(content_hash("x"), *YEAR_2023)
        reports.pause(sender=cast.guardian)
        for who, call in (
            (cast.developer, ("submitReport", project_id, "r", submission)),
            (cast.developer, ("resubmitReport", project_id, "r", submission)),
            (cast.developer, ("withdrawReport", report_id, "")),
            (cast.developer, ("archiveReport", report_id, "")),
            (cast.operator, ("assignVerifier", report_id, cast.verifier)),
            (cast.verifier, ("verifyReport", report_id, Verification(content_hash("report-1")))),
            (cast.verifier, ("rejectReport", report_id, ZERO_HASH, ZERO_HASH, "", "")),
            (cast.administrator, ("connectUnits", cast.stranger)),
        ):
            with reverts("EnforcedPause"):
                reports.simulate(*call, sender=who)
        reports.unpause(sender=cast.administrator)
        reporting.verify(report_id)


class TestInitialize:
    """
    when an address is zero     it reverts
    given it was initialised    it reverts
    """

    def test_reverts_given_it_was_initialised(
        self, reports: Contract, units: Contract, cast: Cast
    ) -> None:
        with reverts("InvalidInitialization"):
            reports.initialize(cast.stranger, cast.stranger, cast.stranger, sender=cast.stranger)
        with reverts("InvalidInitialization"):
            units.initialize(cast.stranger, cast.stranger, sender=cast.stranger)

    @pytest.mark.parametrize(
        ("name", "missing"),
        [("MRVRegistry", 0), ("MRVRegistry", 1), ("MRVRegistry", 2), ("CRU", 0), ("CRU", 1)],
    )
    def test_reverts_when_an_address_is_zero(
        self, ledger: Ledger, cast: Cast, name: str, missing: int
    ) -> None:
        code = ledger.deploy(name, ZERO_ADDRESS, sender=cast.stranger)
        (declared,) = code.overloads("initialize")
        addresses = [cast.stranger] * len(declared["inputs"])
        addresses[missing] = ZERO_ADDRESS
        initialization = code.calldata("initialize", *addresses)
        arguments = eth_abi.encode(["address", "bytes"], [code.address, initialization])
        creation = to_hex(ledger.compiled["RegistryProxy"].initcode + arguments)
        answer = ledger.rpc("eth_call", [{"from": cast.stranger, "data": creation}, "latest"])
        assert answer["error"]["data"] == to_hex(keccak(text=f"{name}ZeroAddress()")[:4])


def test_pdd_without_days_binds_no_period(reporting: Reporting, stage: Stage) -> None:
    """A PDD that names no duration is stored as the days 0 to 65535 and bounds no report."""
    pdd = Pdd(content_hash("p"), stage.methodology(), start_day=0, end_day=2**16 - 1)
    project_id = stage.project(name="p", pdd=pdd)
    assert reporting.submit(project_id, "r", (0, 2**16 - 1))
