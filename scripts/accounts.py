"""Accounts: who acts in a script, by Ape alias, address or test number; keys stay with Ape."""

from ape import accounts, networks
from ape.api import AccountAPI
from ape.exceptions import ApeException
from click import UsageError
from eth_utils import is_address, to_checksum_address

#: The accounts of a local chain and their part in the sample (the published test accounts).
CAST: dict[str, tuple[int, ...]] = {
    "registry_operator": (1,),
    "developer": (2, 3, 4, 5),
    "validator": (6,),
    "verifier": (7,),
    "guardian": (9,),
    "methodology_steward": (1,),
}
#: Those who take part in projects, each for an organisation of its own.
ORGANISED = tuple(sorted({*CAST["developer"], *CAST["validator"], *CAST["verifier"]}))
ADMINISTRATOR = 0
OPERATOR = 1
STEWARD = 1
DEVELOPERS = CAST["developer"]
VALIDATOR = 6
VERIFIER = 7
BUYER = 8


def is_local() -> bool:
    """Whether the connected chain is a local development chain, whose keys everybody knows."""
    return bool(networks.provider.network.is_local)


def development_account(number: int) -> AccountAPI:
    """One of the published test accounts."""
    return accounts.test_accounts[number]


def signer(alias: str | None) -> AccountAPI:
    """The account that signs: by alias, or the administrator's test account on a local chain.

    Raises click's UsageError with a sentence when there is none.
    """
    if alias is None:
        if not is_local():
            raise UsageError("Name who signs with --account ALIAS (see `ape accounts list`).")
        return development_account(ADMINISTRATOR)
    if alias.startswith("TEST::"):
        return development_account(_test_number(alias))
    try:
        return accounts.load(alias)
    except (ApeException, KeyError, IndexError) as error:
        raise UsageError(
            f"Ape has no account {alias}: import one with `ape accounts import {alias}`."
        ) from error


def address_of(name: str) -> str:
    """The checksummed address behind an address, an Ape alias or `TEST::<number>`."""
    if is_address(name):
        return to_checksum_address(name)
    return str(signer(name).address)


def _test_number(alias: str) -> int:
    number = alias.removeprefix("TEST::")
    if not number.isdecimal() or int(number) >= len(accounts.test_accounts):
        last = len(accounts.test_accounts) - 1
        raise UsageError(f"{alias} is no test account: use TEST::0 to TEST::{last}.")
    return int(number)
