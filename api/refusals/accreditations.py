"""Refusals: what stands in the way of whoever is to judge, and of the operator who accredits."""

from api.refusals.kinds import STATE, WRONG, Sentences

#: What each `Standing` means, and how to mend it.
STANDINGS = {
    "fit": "it is the one assigned already, or takes part in the project as its developer or "
    "validator; choose another account",
    "role_not_held": "it does not hold the role; ask an administrator to grant it, or choose "
    "another account",
    "not_accredited": "it is not accredited, or its accreditation was withdrawn; an operator must "
    "accredit it, or assign another account",
    "out_of_scope": "its accreditation does not cover the project's type; an operator must extend "
    "the scope, or assign another account",
    "not_yet_valid": "its accreditation begins later; wait for its first day, or assign another "
    "account",
    "lapsed": "its accreditation has lapsed; an operator must renew it, or assign another account",
    "same_organisation": "it acts for the organisation of the project's developer; assign an "
    "account of an independent organisation",
}

ACCREDITATIONS: Sentences = {
    "RegistryAccessControlZeroAddress": (WRONG, "The account in the call is zero."),
    "RegistryAccessControlZeroHash": (
        WRONG,
        "The hash of the evidence is zero; name the document that the decision rests on.",
    ),
    "RegistryAccessControlTextTooLong": (WRONG, "A text has {length} bytes; use at most {limit}."),
    "RegistryAccessControlReasonRequired": (WRONG, "A withdrawal needs a reason; give one."),
    "RegistryAccessControlInvalidRole": (
        WRONG,
        "The role {roleId} is not accredited; only validators (3) and verifiers (4) are.",
    ),
    "RegistryAccessControlInvalidScope": (
        WRONG,
        "The set of project types {projectTypes} is empty or names unknown ones.",
    ),
    "RegistryAccessControlInvalidPeriod": (
        WRONG,
        "The accreditation ends on {endDay}, before its start on {startDay}; correct one.",
    ),
    "RegistryAccessControlOrganisationRequired": (
        STATE,
        "{account} must act for an organisation while it is accredited; set its organisation "
        "first, or withdraw its accreditations before you take the organisation away.",
    ),
    "RegistryAccessControlNotAccredited": (
        STATE,
        "{account} is not accredited in the role {roleId}; there is nothing to withdraw.",
    ),
}
