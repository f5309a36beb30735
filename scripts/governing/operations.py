"""The delayed calls that access control was told of, from its events."""

from __future__ import annotations

from dataclasses import dataclass

from ape import networks

from indexer.abi import Abi
from indexer.settings import IndexerSettings
from scripts.auditing.node import Node
from scripts.deployment import ACCESS, Registry

_WEEK = 7 * 86_400


@dataclass
class Operation:
    """A call that was scheduled: when it may be made (UNIX seconds), by whom, of what."""

    id: str
    caller: str
    target: str
    calldata: str
    schedule: int
    is_open: bool = True

    @property
    def expires(self) -> int:
        """OpenZeppelin lets a call that is due be made for a week."""
        return self.schedule + _WEEK


def operations(registry: Registry) -> list[Operation]:
    """Every operation as it was scheduled last, in order."""
    node, abi = Node(str(networks.provider.http_uri)), Abi.load(IndexerSettings().artifacts)
    placed = registry.placements[ACCESS]
    found: dict[str, Operation] = {}
    logs = node.logs([placed.address], placed.block, node.pin().number, lambda block: None)
    for log in sorted(
        logs, key=lambda log: (int(log["blockNumber"], 16), int(log["logIndex"], 16))
    ):
        event = abi.events.get((ACCESS, log["topics"][0]))
        if event is None or not event.name.startswith("Operation"):
            continue
        of = event.decode(log["topics"], log["data"])
        if event.name == "OperationScheduled":
            found[of["operationId"]] = Operation(
                of["operationId"], of["caller"], of["target"], of["data"], of["schedule"]
            )
        elif of["operationId"] in found:
            found[of["operationId"]].is_open = False
    return list(found.values())
