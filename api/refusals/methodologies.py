"""Refusals: what the methodology contract refuses."""

from api.refusals.kinds import STATE, WRONG, Sentences

METHODOLOGIES: Sentences = {
    "MethodologyRegistryInvalidId": (
        WRONG,
        "“{methodologyId}” is no methodology id; use 1 to 100 letters, digits, “.”, “_” or “-”.",
    ),
    "MethodologyRegistryInvalidVersion": (
        WRONG,
        "“{version}” is no version; write major.minor or major.minor.patch.",
    ),
    "MethodologyRegistryZeroHash": (WRONG, "The hash of the methodology document is zero."),
    "MethodologyRegistryUriTooLong": (WRONG, "The URI has {length} bytes; use at most {limit}."),
    "MethodologyRegistryInvalidGranularity": (
        WRONG,
        "A granularity of {granularityKg} kg does not fit the unit type {unitType}; use a positive "
        "number, and whole tonnes for every type but CRU.",
    ),
    "MethodologyRegistryInvalidBufferRate": (
        WRONG,
        "A buffer rate of {bufferRateBps} basis points is too high; use less than 10000.",
    ),
    "MethodologyRegistryInvalidProjectTypes": (
        WRONG,
        "The set of project types {projectTypes} is empty or names unknown ones.",
    ),
    "MethodologyRegistryInvalidExpiry": (
        WRONG,
        "Units of the type {unitType} cannot have expires = {expires}: CFS and CSP always expire, "
        "PCR and SER never do, CRU as the methodology says.",
    ),
    "MethodologyRegistryInvalidDurability": (
        WRONG,
        "A durability of {durabilityYears} years is out of range; use 1 to 1000.",
    ),
    "MethodologyRegistryAlreadyRegistered": (
        STATE,
        "That version of the methodology is registered already ({methodologyKey}); a revision "
        "needs a new version.",
    ),
    "MethodologyRegistryUnexpectedStatus": (
        STATE,
        "The methodology {methodologyKey} is {status}, which does not allow this step.",
    ),
}
