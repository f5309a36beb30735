"""New code for a proxy: deployed, not yet in place."""

from __future__ import annotations

from ape.api import AccountAPI
from eth_utils import is_address, to_checksum_address

from scripts.building.layouts import misfits
from scripts.building.release import releases
from scripts.deployment import Registry, create_implementation
from scripts.governing.calls import CallError


def new_implementation(
    account: AccountAPI, registry: Registry, contract: str, forwarder: str | None
) -> str:
    """Deploy the present code of a contract and give its address.

    Raises CallError when it may not run on what the last release stored.
    """
    if forwarder is not None and not is_address(forwarder):
        raise CallError(f"The forwarder {forwarder} is no address.")
    if fault := misfits([contract], releases()[-1].folder):
        raise CallError(f"The present {contract} would break what is stored:\n{fault}")
    if forwarder:
        registry.forwarder = to_checksum_address(forwarder)
    return create_implementation(account, registry, contract)
