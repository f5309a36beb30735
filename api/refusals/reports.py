"""Refusals: what the monitoring contract refuses."""

from api.refusals.kinds import RIGHT, STATE, WRONG, Sentences

REPORTS: Sentences = {
    "MRVRegistryInvalidDocumentId": (
        WRONG,
        "“{documentId}” is no document id; use 1 to 100 letters, digits, “_” or “-”.",
    ),
    "MRVRegistryZeroHash": (WRONG, "A document hash in the call is zero."),
    "MRVRegistryZeroAddress": (WRONG, "An address in the call is zero."),
    "MRVRegistryZeroAmount": (WRONG, "The verified amount is zero; reject the report instead."),
    "MRVRegistryAmountTooLarge": (
        WRONG,
        "{verifiedKg} kg are more than the {limit} kg that one report can verify.",
    ),
    "MRVRegistryTextTooLong": (WRONG, "A text has {length} bytes; use at most {limit}."),
    "MRVRegistryReasonRequired": (WRONG, "This step needs a reason; give one."),
    "MRVRegistryInvalidPeriod": (
        WRONG,
        "The reporting period ends on {endDay}, before its start on {startDay}.",
    ),
    "MRVRegistryPeriodOutsideProject": (
        WRONG,
        "The reporting period must lie within the project, {projectStartDay} to {projectEndDay}.",
    ),
    "MRVRegistryPeriodOverlap": (
        STATE,
        "The period shares days with the report {reportId} of the same project, which covers "
        "{startDay} to {endDay}; choose days outside of it.",
    ),
    "MRVRegistryPeriodNotOver": (
        STATE,
        "The period of the report {reportId} lasts until {endDay}; verify it after that day.",
    ),
    "MRVRegistryAlreadySubmitted": (
        STATE,
        "A report with that document id is submitted already ({reportId}); choose another id.",
    ),
    "MRVRegistryProjectNotValidated": (
        STATE,
        "The project {projectId} is {status}; reports need a validated project.",
    ),
    "MRVRegistryUnexpectedStatus": (
        STATE,
        "The report {reportId} is {status}, which does not allow this step.",
    ),
    "MRVRegistryNotDeveloper": (
        RIGHT,
        "{caller} is not the developer of the project {projectId}; sign with the developer's "
        "account.",
    ),
    "MRVRegistryNotDeveloperOrOperator": (
        RIGHT,
        "{caller} is neither the developer of the report {reportId} nor a registry operator.",
    ),
    "MRVRegistryNotAssignedVerifier": (
        RIGHT,
        "{caller} is not the verifier assigned to the report {reportId}.",
    ),
    "MRVRegistryInvalidVerifier": (
        STATE,
        "{verifier} cannot be assigned to the report {reportId}: {standing}.",
    ),
    "MRVRegistryUnfitVerifier": (
        STATE,
        "{verifier} may no longer judge the report {reportId}: {standing}.",
    ),
    "MRVRegistryNotProjectRegistry": (
        RIGHT,
        "{caller} may not open or close projects; the registry of projects does so itself.",
    ),
    "MRVRegistryStaleReport": (
        STATE,
        "The call names the report version {named}, but {current} is current; read it again.",
    ),
    "MRVRegistryUnchangedReport": (
        STATE,
        "The report version {reportHash} is the current one already; change the document first.",
    ),
    "MRVRegistryInvalidVintage": (
        WRONG,
        "The vintage {vintage} lies outside the period of the report {reportId}, is not in "
        "ascending order, or has no amount.",
    ),
    "MRVRegistryVintageSumMismatch": (
        WRONG,
        "The vintages sum to {sumKg} kg, the verified amount is {verifiedKg} kg; make them equal.",
    ),
    "MRVRegistryUnitsNotConnected": (
        STATE,
        "The report {reportId} cannot be verified before the token contract is connected.",
    ),
    "MRVRegistryUnitsAlreadyConnected": (STATE, "The units {units} are connected already."),
}
