"""What our contracts emitted, decoded and in the order of the chain."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.abi import Abi
from indexer.deployments import Deployments
from scripts.auditing.checks import Checks
from scripts.auditing.node import Node, Pin


@dataclass(frozen=True)
class ChainEvent:
    """One event, with the UNIX time of its block and the sender and target of its transaction.

    `signers` are those for whom it may have been relayed, none for a direct call.
    """

    block: int
    time: int
    log_index: int
    transaction: str
    sender: str
    target: str
    contract: str
    address: str
    name: str
    arguments: dict[str, Any]
    signers: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where to find it, for sentences."""
        return f"block {self.block}, log {self.log_index}"


def read_events(
    node: Node,
    abi: Abi,
    deployments: Deployments,
    pin: Pin,
    checks: Checks,
    progress: Callable[[int], None],
) -> list[ChainEvent]:
    """Every event of our contracts from their deployment up to the pinned block."""
    addresses = deployments.addresses
    logs = node.logs(addresses, deployments.first_block, pin.number, progress)
    logs.sort(key=lambda log: (int(log["blockNumber"], 16), int(log["logIndex"], 16)))
    times = _times(node, logs)
    parties = _parties(node, logs)
    events = []
    for log in logs:
        event = _decoded(log, abi, deployments, times, parties)
        if isinstance(event, str):
            checks.discrepancy("events", event)
        else:
            events.append(event)
    checks.saw("events", len(logs))
    return events


def _times(node: Node, logs: Sequence[dict[str, Any]]) -> dict[str, int]:
    blocks = sorted({log["blockHash"] for log in logs})
    found = node.ask_all([("eth_getBlockByHash", (block, False)) for block in blocks])
    return {block: int(b["timestamp"], 16) for block, b in zip(blocks, found, strict=True) if b}


def _parties(node: Node, logs: Sequence[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    hashes = sorted({log["transactionHash"] for log in logs})
    found = node.ask_all([("eth_getTransactionByHash", (h,)) for h in hashes])
    return {
        transaction["hash"]: (transaction["from"].lower(), (transaction["to"] or "").lower())
        for transaction in found
        if transaction
    }


def _decoded(
    log: dict[str, Any],
    abi: Abi,
    deployments: Deployments,
    times: dict[str, int],
    parties: dict[str, tuple[str, str]],
) -> ChainEvent | str:
    contract = deployments.name_of(log["address"]) or ""
    number, index = int(log["blockNumber"], 16), int(log["logIndex"], 16)
    kind = abi.events.get((contract, log["topics"][0] if log["topics"] else ""))
    place = f"{contract} emitted at block {number}, log {index}"
    if kind is None:
        return f"{place} an event that its ABI does not know."
    if log["blockHash"] not in times or log["transactionHash"] not in parties:
        return f"The node does not give the block or transaction of what {place}: ask another node."
    try:
        arguments = kind.decode(log["topics"], log["data"])
    except ValueError as error:
        return f"{place} a {kind.name} that cannot be decoded ({error})."
    sender, target = parties[log["transactionHash"]]
    return ChainEvent(
        block=number,
        time=times[log["blockHash"]],
        log_index=index,
        transaction=log["transactionHash"],
        sender=sender,
        target=target,
        contract=contract,
        address=log["address"].lower(),
        name=kind.name,
        arguments=arguments,
    )
