"""Refusals: what the exchange with other registries refuses."""

from api.refusals.kinds import RIGHT, STATE, WRONG, Sentences

EXCHANGE: Sentences = {
    "UnitExchangeZeroAddress": (WRONG, "An address in the call is zero."),
    "UnitExchangeZeroAmount": (
        WRONG,
        "The amount in the call is zero; give whole kilograms above zero.",
    ),
    "UnitExchangeZeroHash": (
        WRONG,
        "The hash of the evidence is zero; give the SHA-256 of what the other registry said.",
    ),
    "UnitExchangeInvalidRegistry": (
        WRONG,
        "“{registry}” is no name of a registry; use 1 to 100 letters, digits, “.”, “_” or “-”, "
        "best its domain.",
    ),
    "UnitExchangeInvalidKey": (
        WRONG,
        "“{key}” is no key of another registry; use 1 to 200 visible ASCII characters, no spaces.",
    ),
    "UnitExchangeTextTooLong": (WRONG, "A text has {length} bytes; use at most {limit}."),
    "UnitExchangeUnexpectedStatus": (
        STATE,
        "The export of the unit {tokenId} is {status}, which does not allow this step.",
    ),
    "UnitExchangeNotOwnerOrOperator": (
        RIGHT,
        "{caller} is neither the owner of the unit {tokenId} nor a registry operator.",
    ),
    "UnitExchangeAlreadyImported": (
        STATE,
        "Those units were imported already, as the report {reportId}; a key is used once for ever.",
    ),
    "UnitExchangeInvalidGranularity": (
        WRONG,
        "A granularity of {granularityKg} kg does not fit the unit type {unitType}; use a positive "
        "number, and whole tonnes for every type but CRU.",
    ),
    "UnitExchangeInvalidExpiry": (
        WRONG,
        "Units of the type {unitType} cannot have expires = {expires}: CFS and CSP always expire, "
        "PCR and SER never.",
    ),
    "UnitExchangeExpired": (
        STATE,
        "The monitoring period of those units ended on {monitoringEndDay}; they have expired.",
    ),
    "UnitExchangeInvalidVintage": (
        WRONG,
        "The vintage {vintage} is no year from 1970 to the present one.",
    ),
}
