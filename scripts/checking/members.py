"""Who holds which role, from the events of access control and its own word."""

from __future__ import annotations

from ape import networks
from eth_utils import to_checksum_address

from indexer.abi import Abi
from scripts.auditing.node import Node
from scripts.deployment import ACCESS, Registry
from scripts.governing.permissions import role_name


def members_of(registry: Registry, abi: Abi) -> dict[tuple[str, str], int]:
    """(role, account) → delay of each act in seconds, of everybody who holds or will hold a role.

    A change of the delay that is still to take effect counts already.
    """
    node, placed = Node(str(networks.provider.http_uri)), registry.placements[ACCESS]
    logs = node.logs([placed.address], placed.block, node.pin().number, lambda block: None)
    granted = {
        (event["roleId"], to_checksum_address(event["account"]))
        for log in logs
        if (kind := abi.events.get((ACCESS, log["topics"][0]))) and kind.name == "RoleGranted"
        for event in [kind.decode(log["topics"], log["data"])]
    }
    members: dict[tuple[str, str], int] = {}
    for role, account in sorted(granted):
        since, current, pending, effect = registry[ACCESS].getAccess(role, account)
        if since:
            members[role_name(role), str(account)] = pending if effect else current
    return members
