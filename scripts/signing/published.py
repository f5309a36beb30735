"""Writes schemas/typed-data: one file for each action, for any wallet library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from scripts.signing.actions import Action, Field, struct_fields

#: As contracts/RegistryForwarder.sol names itself.
DOMAIN_NAME, DOMAIN_VERSION = "OGCR Registry", "1"

_DOMAIN: tuple[Field, ...] = (
    ("string", "name"),
    ("string", "version"),
    ("uint256", "chainId"),
    ("address", "verifyingContract"),
)


def files(found: Sequence[Action]) -> dict[str, dict[str, Any]]:
    """The content of every file by its name, `<Contract>.<action>.json`."""
    return dict(_files(found))


def _files(found: Sequence[Action]) -> Iterator[tuple[str, dict[str, Any]]]:
    for action in found:
        name = action.type_name[0].lower() + action.type_name[1:]
        for contract in action.contracts:
            yield f"{contract}.{name}.json", _file(action, contract)


def _file(action: Action, contract: str) -> dict[str, Any]:
    types = {"EIP712Domain": _members(_DOMAIN), action.type_name: _members(action.fields)}
    types |= {struct.name: _members(struct_fields(struct)) for struct in action.structs}
    return {
        "contract": contract,
        "function": action.signature,
        "selector": "0x" + action.selector.hex(),
        "types": types,
        "primaryType": action.type_name,
        "domain": {
            "name": DOMAIN_NAME,
            "version": DOMAIN_VERSION,
            "chainId": None,
            "verifyingContract": None,
        },
        "message": {name: None for _, name in action.fields},
    }


def _members(fields: Sequence[Field]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for kind, name in fields]
