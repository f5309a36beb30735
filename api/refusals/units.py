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
        "The unit {tokenId} is {status}; only held units can be moved, split, merged or retired.",
    ),
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
    "CRUInvalidReason": (WRONG, "{reason} is no reason of a retirement."),
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
