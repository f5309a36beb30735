"""Gives the test accounts of a local chain what their parts in the sample need beside a role."""

from ape.contracts import ContractInstance
from eth_utils import keccak, to_int

from scripts.accounts import CAST, OPERATOR, ORGANISED, development_account
from scripts.deployment import ROLE_IDS

#: The set of all project types, and the last day that 16 bits can name.
EVERY_TYPE, LAST_DAY = 0xFF, 0xFFFF


def accredit_cast(access: ContractInstance) -> None:
    """Each of the cast acts for a house of its own; who judges is accredited for every type.

    Does nothing where the cast's operator does not operate the registry.
    """
    operator = development_account(OPERATOR)
    if tuple(access.hasRole(ROLE_IDS["registry_operator"], operator.address)) != (True, 0):
        return
    for number in ORGANISED:
        account = development_account(number).address
        if not to_int(access.organisationOf(account)):
            access.setOrganisation(account, keccak(text=f"TEST::{number}"), sender=operator)
    for role in ("validator", "verifier"):
        for account in (development_account(number).address for number in CAST[role]):
            if not access.accreditation(account, ROLE_IDS[role]).projectTypes:
                whole = (EVERY_TYPE, 0, LAST_DAY, keccak(text="accreditation of the local cast"))
                access.accredit(account, ROLE_IDS[role], whole, "", sender=operator)
