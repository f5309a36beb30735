"""Refusals: what the registry of reversals refuses."""

from api.refusals.kinds import RIGHT, STATE, WRONG, Sentences

REVERSALS: Sentences = {
    "ReversalRegistryZeroAddress": (WRONG, "An address in the call is zero."),
    "ReversalRegistryZeroAmount": (
        WRONG,
        "An amount in the call is zero; give whole kilograms above zero.",
    ),
    "ReversalRegistryZeroHash": (
        WRONG,
        "The hash of the evidence is zero; give the SHA-256 of what shows the reversal.",
    ),
    "ReversalRegistryEmptyBatch": (WRONG, "The list of units is empty; name at least one."),
    "ReversalRegistryTextTooLong": (WRONG, "A text has {length} bytes; use at most {limit}."),
    "ReversalRegistryNotVerified": (
        STATE,
        "The report {reportId} is {status}; only what was verified here can be reversed.",
    ),
    "ReversalRegistryAlreadyRecorded": (
        STATE,
        "That evidence is recorded for the report already, as the reversal {reversalId}.",
    ),
    "ReversalRegistryUnknownReversal": (
        STATE,
        "There is no reversal {reversalId}; GET /reversals lists those there are.",
    ),
    "ReversalRegistryExceedsIssued": (
        STATE,
        "{dueKg} kg cannot be reversed: of what was issued for the report {reportId}, "
        "{reversibleKg} kg are not reversed yet.",
    ),
    "ReversalRegistryBufferFirst": (
        STATE,
        "The buffer comes first: name blocks of the project's buffer that make {expectedKg} kg, "
        "not {drawnKg} kg.",
    ),
    "ReversalRegistryExceedsDue": (
        STATE,
        "{kg} kg are more than the {outstandingKg} kg that are left of the reversal {reversalId}.",
    ),
    "ReversalRegistryNotOfBuffer": (
        STATE,
        "The unit {tokenId} is {status}; only units in the buffer are drawn on as such.",
    ),
    "ReversalRegistryNotOfProject": (
        STATE,
        "The unit {tokenId} is in the buffer of another project than {projectId}.",
    ),
    "ReversalRegistryNotOfReport": (
        STATE,
        "The unit {tokenId} was not issued for the report {reportId}, which was reversed.",
    ),
    "ReversalRegistryNotLiable": (
        STATE,
        "The unit {tokenId} belongs to {owner}, not to the liable account {liable}.",
    ),
    "ReversalRegistryNotSameType": (
        STATE,
        "The unit {tokenId} is a {unitType}; only units of the type {expected} make up for the "
        "reversal.",
    ),
    "ReversalRegistryNotAuthorized": (
        RIGHT,
        "{caller} may not dispose of the unit {tokenId}; sign with its owner's account or let the "
        "owner approve it.",
    ),
    "ReversalRegistryNotRetired": (
        STATE,
        "The unit {tokenId} is not retired; only retired units are marked as hit.",
    ),
    "ReversalRegistryNotMultipleOfGranularity": (
        WRONG,
        "{kg} kg is no multiple of {granularityKg} kg, the smallest amount of these units.",
    ),
    "ReversalRegistryExceedsBlock": (
        STATE,
        "{kg} kg are more than the {soundKg} kg of the unit {tokenId} that no reversal has hit.",
    ),
    "ReversalRegistryUnexpectedIntegrity": (
        STATE,
        "With regard to that reversal the unit {tokenId} is {integrity}, which does not allow this "
        "step.",
    ),
    "ReversalRegistryNotCovered": (
        STATE,
        "{outstandingKg} kg of the reversal {reversalId} are not covered yet.",
    ),
}
