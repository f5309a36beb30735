"""Refusals: what the project contract refuses."""

from api.refusals.kinds import RIGHT, STATE, WRONG, Sentences

PROJECTS: Sentences = {
    "ProjectRegistryInvalidDocumentId": (
        WRONG,
        "“{documentId}” is no document id; use 1 to 100 letters, digits, “_” or “-”.",
    ),
    "ProjectRegistryZeroHash": (WRONG, "A document hash in the call is zero."),
    "ProjectRegistryZeroAddress": (WRONG, "An address in the call is zero."),
    "ProjectRegistryInvalidPeriod": (
        WRONG,
        "The project ends on {endDay}, before its start on {startDay}; correct one of the two.",
    ),
    "ProjectRegistryTextTooLong": (WRONG, "A text has {length} bytes; use at most {limit}."),
    "ProjectRegistryReasonRequired": (WRONG, "This step needs a reason; give one."),
    "ProjectRegistryAlreadyRegistered": (
        STATE,
        "A project with that document id is registered already ({projectId}); choose another id, "
        "or update that project with PUT.",
    ),
    "ProjectRegistryUnexpectedStatus": (
        STATE,
        "The project {projectId} is {status}, which does not allow this step.",
    ),
    "ProjectRegistryNotDeveloper": (
        RIGHT,
        "{caller} is not the developer of the project {projectId}; sign with the developer's "
        "account.",
    ),
    "ProjectRegistryNotAssignedValidator": (
        RIGHT,
        "{caller} is not the validator assigned to the project {projectId}.",
    ),
    "ProjectRegistryNotDeveloperOrOperator": (
        RIGHT,
        "{caller} is neither the developer of the project {projectId} nor a registry operator.",
    ),
    "ProjectRegistryInvalidValidator": (
        STATE,
        "{validator} cannot be assigned to the project {projectId}: {standing}.",
    ),
    "ProjectRegistryUnfitValidator": (
        STATE,
        "{validator} may no longer judge the project {projectId}: {standing}.",
    ),
    "ProjectRegistryReportsNotConnected": (
        STATE,
        "The project {projectId} cannot be validated before the registry of reports is connected.",
    ),
    "ProjectRegistryReportsAlreadyConnected": (
        STATE,
        "The reports {reports} are connected already.",
    ),
    "ProjectRegistryStalePDD": (
        STATE,
        "The call names the PDD {named}, but {current} is current; read the project again.",
    ),
    "ProjectRegistryUnchangedPDD": (
        STATE,
        "The PDD {pddHash} is the current one already; change the document first.",
    ),
    "ProjectRegistryNewVersionRequired": (
        STATE,
        "Version {decidedVersion} was decided on already; hand in a new version of the PDD.",
    ),
    "ProjectRegistryMethodologyNotPermitted": (
        WRONG,
        "The methodology {methodologyKey} is {status} or does not permit {projectType}; name an "
        "active methodology that permits it.",
    ),
}
