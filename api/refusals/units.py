"""Refusals: what the token contract refuses (ERC-6093 among it)."""

from api.refusals.kinds import RIGHT, STATE, WRONG, Sentences

UNITS: Sentences = {
    "CRUZeroAddress": (WRONG, "An address in the call is zero."),
    "CRUZeroAmount": (WRONG, "An amount in the call is zero; give whole kilograms above zero."),
    "CRUEmptyBatch": (WRONG, "The list of units is empty; name at least one."),
    "CRUReportNotVerified": (
        STATE,
        "The report {reportId} is {status}; units are issued against verified reports only.",
    ),
    "CRUExceedsVerified": (
        STATE,
        "{requestedKg} kg were asked for, but only {issuableKg} kg of the vintage {vintage} of the "
        "report {reportId} can still be issued.",
    ),
    "CRUNotMultipleOfGranularity": (
        WRONG,
        "{kg} kg is no multiple of {granularityKg} kg, the smallest amount of these units.",
    ),
    "CRUUnitNotHeld": (
        STATE,
        "The unit {tokenId} is {status}; only held units can be moved, split, merged or ended.",
    ),
    "CRUUnexpectedStatus": (STATE, "The unit {tokenId} is {status}, which does not admit this."),
    "CRUProjectHasDeficit": (
        STATE,
        "The project {projectId} owes {deficitKg} kg after a reversal; nothing is issued or "
        "released to it until units are cancelled for that.",
    ),
    "CRUUnitExpired": (
        STATE,
        "The monitoring period of the unit {tokenId} ended on {monitoringEndDay}; nobody can act "
        "on it any more.",
    ),
    "CRUUnitNotExpired": (
        STATE,
        "The monitoring period of the unit {tokenId} goes on until {monitoringEndDay}; expire it "
        "afterwards.",
    ),
    "CRUNeverExpires": (WRONG, "The unit {tokenId} is of a kind that never expires."),
    "CRUCannotProlong": (
        STATE,
        "The monitoring period of the vintage {vintage} of the report {reportId} cannot be "
        "prolonged to {requestedEndDay}: it is over, it ends no earlier, or its units never "
        "expire.",
    ),
    "CRUMonitoringNotOver": (
        STATE,
        "The monitoring period of the unit {tokenId} goes on until {monitoringEndDay}; its buffer "
        "is released afterwards.",
    ),
    "CRUExceedsBlock": (
        WRONG,
        "The unit {tokenId} holds less than the {requestedKg} kg that were asked of it.",
    ),
    "CRUNotSameType": (
        WRONG,
        "The unit {tokenId} is of the type {unitType}, the others are {expected}; units of "
        "different types never go together.",
    ),
    "CRUAmountTooLarge": (WRONG, "{kg} kg are more than the {limit} kg that can be imported."),
    "CRUZeroHash": (WRONG, "The hash of the evidence is zero; give its SHA-256."),
    "CRUInvalidClaimPeriod": (
        WRONG,
        "A claim cannot be for {claimStartDay} to {claimEndDay}; give the first and the last day, "
        "or none.",
    ),
    "CRUInvalidVintage": (WRONG, "{vintage} is no vintage; give a calendar year."),
    "CRUInvalidLabel": (
        WRONG,
        "“{label}” is no label of a reason; use 1 to 31 of a-z, 0-9 and “_”.",
    ),
    "CRUBeneficiaryRequired": (WRONG, "A cancellation must say for whom it is."),
    "CRUPurposeRequired": (WRONG, "A cancellation must say what it is for."),
    "CRUReasonRequired": (WRONG, "A reason must be given."),
    "CRUReasonTaken": (STATE, "The reason {code} is known already; use another code."),
    "CRUAccountSuspended": (
        RIGHT,
        "The account {account} is suspended: it can neither receive units nor dispose of them; ask "
        "the registry's operator.",
    ),
    "CRUAccountNotSuspended": (STATE, "The account {account} is not suspended."),
    "CRUCannotSuspend": (WRONG, "{account} is no account that could be suspended."),
    "CRUAlreadyImported": (STATE, "The units of {reportId} were imported before."),
    "CRUSumMismatch": (
        WRONG,
        "The parts sum to {sumKg} kg, which is not the amount of the unit {tokenId}.",
    ),
    "CRUTooFewParts": (WRONG, "{count} parts are too few; give at least two."),
    "CRUNotAdjacent": (
        WRONG,
        "The unit {nextTokenId} does not begin where {tokenId} ends; give consecutive units of one "
        "report and vintage in order.",
    ),
    "CRUNotSameOwner": (
        STATE,
        "The unit {tokenId} belongs to {owner}; merge units of one owner.",
    ),
    "CRUInvalidReason": (WRONG, "{reason} is no reason that this call admits."),
    "CRUInvalidReceiver": (WRONG, "{receiver} cannot receive units; name another account."),
    "CRUTextTooLong": (WRONG, "A text has {length} bytes; use at most {limit}."),
}

TOKENS: Sentences = {
    "ERC721IncorrectOwner": (STATE, "The unit {tokenId} belongs to {owner}, not to {sender}."),
    "ERC721InsufficientApproval": (
        RIGHT,
        "{operator} neither owns the unit {tokenId} nor is approved for it.",
    ),
    "ERC721InvalidApprover": (RIGHT, "{approver} may not approve others for this unit."),
    "ERC721InvalidOperator": (WRONG, "{operator} cannot be an operator; name another account."),
    "ERC721InvalidOwner": (WRONG, "{owner} cannot own units; name another account."),
    "ERC721InvalidReceiver": (
        WRONG,
        "{receiver} cannot receive units: it is the zero address, or a contract that does not "
        "accept ERC-721 tokens.",
    ),
    "ERC721InvalidSender": (WRONG, "{sender} cannot send units; name another account."),
    "ERC721NonexistentToken": (
        STATE,
        "There is no unit {tokenId}; it was never issued, or it was split or merged.",
    ),
}
