"""Who may call what, asked of the chain: each function is tried by an account without roles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ape import networks
from eth_utils import to_checksum_address
from web3.exceptions import ContractLogicError, Web3RPCError

from indexer.abi import Abi, ContractError, Function
from scripts.deployment import ACCESS, CONTRACTS, ROLE_IDS, Registry

NOBODY = "nobody: done once, at the deployment"
ANYBODY = "anybody, within the function's own rules"
EVERYBODY = "anybody, until access control closes it"
ITSELF = "access control alone, by updateAuthority"

#: An account that nobody has, so that no role and no unit is its own.
_STRANGER = to_checksum_address("0x" + "5742" * 10)
#: Zeros decode as any arguments: an offset of zero leads to an array of length zero.
_BLANK = "00" * 32 * 64


@dataclass(frozen=True)
class Permission:
    """Who may call a function: a role's name, or one of the words above."""

    contract: str
    function: str
    who: str


def permissions(registry: Registry, abi: Abi) -> Iterator[Permission]:
    """Every state-changing function of every contract behind a proxy."""
    for name in CONTRACTS:
        for function in sorted(abi.functions(name), key=lambda one: one.signature):
            if function.mutability not in ("view", "pure"):
                yield Permission(name, function.signature, _who(registry, abi, function))


def role_name(role: int) -> str:
    """The name of a role, or its number."""
    return next((name for name, number in ROLE_IDS.items() if number == role), f"role {role}")


def _who(registry: Registry, abi: Abi, function: Function) -> str:
    access, target = registry[ACCESS], registry.placements[function.contract].address
    error = _tried(abi, _STRANGER, target, function)
    role = access.getTargetFunctionRole(target, function.selector)
    if error is None or error.name not in _REFUSALS:
        return EVERYBODY if role == ROLE_IDS["public"] else ANYBODY
    if error.name == "InvalidInitialization":
        return NOBODY
    if error.name == "AccessManagerUnauthorizedAccount":
        return role_name(error.arguments["roleId"])
    itself = _tried(abi, access.address, target, function)
    if itself is None or itself.name not in _REFUSALS:
        return ITSELF
    return role_name(role)


_REFUSALS = {
    "AccessManagedUnauthorized",
    "AccessManagerUnauthorizedAccount",
    "InvalidInitialization",
}


def _tried(abi: Abi, sender: str, target: str, function: Function) -> ContractError | None:
    call = {"from": sender, "to": target, "data": function.selector + _BLANK}
    try:
        networks.provider.web3.eth.call(call)
    except (ContractLogicError, Web3RPCError) as error:
        data = getattr(error, "data", None)
        decoded = abi.decode_error(data) if isinstance(data, str) and len(data) > 9 else None
        return decoded or ContractError(str(error), {})
    return None
