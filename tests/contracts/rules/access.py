"""Who holds which role, and who may judge (contracts/RegistryAccessControl.sol)."""

from __future__ import annotations

from tests.contracts.samples import ZERO_ADDRESS, ZERO_HASH, Accreditation, ProjectType

from .world import REASON_LIMIT, ROLES, URI_LIMIT, Check, Rule, World, within

NAMES = {role_id: name for name, role_id in ROLES.items()}
TOO_LONG = "RegistryAccessControlTextTooLong"


def grant_role(w: World, who: str, role_id: int, account: str, delay: int) -> Rule:
    yield from ()
    return lambda: w.members[NAMES[role_id]].add(account)


def revoke_role(w: World, who: str, role_id: int, account: str) -> Rule:
    yield from ()
    return lambda: w.members[NAMES[role_id]].discard(account)


def renounce_role(w: World, who: str, role_id: int, confirmation: str) -> Rule:
    if confirmation != who:
        yield ("AccessManagerBadConfirmation",)
    return lambda: w.members[NAMES[role_id]].discard(who)


def accredit(
    w: World, who: str, account: str, role_id: int, accreditation: Accreditation, uri: str
) -> Rule:
    yield from _accreditable(role_id)
    if account == ZERO_ADDRESS:
        yield ("RegistryAccessControlZeroAddress",)
    if not 0 < accreditation.project_types < 1 << len(ProjectType):
        yield ("RegistryAccessControlInvalidScope", accreditation.project_types)
    days = (accreditation.start_day, accreditation.end_day)
    if days[0] > days[1]:
        yield ("RegistryAccessControlInvalidPeriod", *days)
    if accreditation.evidence_hash == ZERO_HASH:
        yield ("RegistryAccessControlZeroHash",)
    yield from within(TOO_LONG, uri, URI_LIMIT)
    if not w.organisations.get(account):
        yield ("RegistryAccessControlOrganisationRequired", account)
    return lambda: w.accreditations.update({(account, role_id): accreditation})


def withdraw_accreditation(
    w: World, who: str, account: str, role_id: int, evidence_hash: bytes, reason: str
) -> Rule:
    yield from _accreditable(role_id)
    if (account, role_id) not in w.accreditations:
        yield ("RegistryAccessControlNotAccredited", account, role_id)
    if evidence_hash == ZERO_HASH:
        yield ("RegistryAccessControlZeroHash",)
    if not reason:
        yield ("RegistryAccessControlReasonRequired",)
    yield from within(TOO_LONG, reason, REASON_LIMIT)
    return lambda: w.accreditations.pop((account, role_id)) and None


def set_organisation(w: World, who: str, account: str, organisation: bytes) -> Rule:
    if account == ZERO_ADDRESS:
        yield ("RegistryAccessControlZeroAddress",)
    is_judge = any(held == account for held, _ in w.accreditations)
    if organisation == ZERO_HASH and is_judge:
        yield ("RegistryAccessControlOrganisationRequired", account)
    kept = b"" if organisation == ZERO_HASH else organisation
    return lambda: w.organisations.update({account: kept})


def _accreditable(role_id: int) -> Check:
    if role_id not in (ROLES["validator"], ROLES["verifier"]):
        yield ("RegistryAccessControlInvalidRole", role_id)


RULES = {
    "grantRole": grant_role,
    "revokeRole": revoke_role,
    "renounceRole": renounce_role,
    "accredit": accredit,
    "withdrawAccreditation": withdraw_accreditation,
    "setOrganisation": set_organisation,
}
