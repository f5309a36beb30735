"""Reports: submission and assignment; the registry of reports: its addresses."""

import eth_abi
import pytest
from eth_utils import keccak, to_hex

from .ledger import Contract, Ledger, reverts
from .reporting import YEAR_2023, YEAR_2024, Reporting, ReportStatus, Submission
from .samples import (
    ZERO_ADDRESS,
    ZERO_HASH,
    Cast,
    Pdd,
    ProjectStatus,
    Stage,
    Standing,
    admit,
    content_hash,
)

UNKNOWN = b"\x07" * 14


@pytest.fixture
def project_id(reporting: Reporting) -> bytes:
    return reporting.project()


class TestSubmitReport:
    """
    when the document id is unsound                   it reverts
    when the hash is zero                             it reverts
    when the URI is longer than 512 bytes             it reverts
    when the caller is not the project's developer    it reverts
    given the project is unknown or not validated     it reverts, naming its status
    given the id is taken                             it reverts
    otherwise                                         it stores the report and emits all of it
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
        admit(access, cast, cast.stranger, "verifier")
        receipt = reports.assignVerifier(report_id, cast.stranger, sender=cast.operator)
        assert [event.name for event in receipt.events] == ["VerifierAssigned"]
        with reverts("MRVRegistryNotAssignedVerifier", report_id, cast.verifier):
            reporting.verify(report_id)

    def test_reverts_when_the_verifier_is_assigned_already(
        self, reporting: Reporting, project_id: bytes, verifier: str
    ) -> None:
        report_id = reporting.pending(project_id)
        with reverts("MRVRegistryInvalidVerifier", report_id, verifier, Standing.Fit):
            reporting.assign(report_id)

    @pytest.mark.parametrize("step", ["submit", "pending"])
    @pytest.mark.parametrize("who", ["developer", "validator"])
    def test_reverts_when_the_verifier_is_involved_in_the_project(
        self,
        reporting: Reporting,
        reports: Contract,
        access: Contract,
        project_id: bytes,
        cast: Cast,
        who: str,
        step: str,
    ) -> None:
        report_id = getattr(reporting, step)(project_id)
        involved = getattr(cast, who)
        access.grantRole(4, involved, 0, sender=cast.administrator)
        with reverts("MRVRegistryInvalidVerifier", report_id, involved, Standing.Fit):
            reports.assignVerifier(report_id, involved, sender=cast.operator)

    @pytest.mark.parametrize("step", ["submit", "pending"])
    @pytest.mark.parametrize("who", ["stranger", "operator", "other_validator"])
    def test_reverts_when_the_verifier_lacks_the_role(
        self,
        reporting: Reporting,
        reports: Contract,
        project_id: bytes,
        cast: Cast,
        who: str,
        step: str,
    ) -> None:
        report_id = getattr(reporting, step)(project_id)
        without = getattr(cast, who)
        with reverts("MRVRegistryInvalidVerifier", report_id, without, Standing.RoleNotHeld):
            reports.assignVerifier(report_id, without, sender=cast.operator)
        nobody = (report_id, ZERO_ADDRESS, Standing.RoleNotHeld)
        with reverts("MRVRegistryInvalidVerifier", *nobody):
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
