"""Comparison of the code behind each proxy with its events: a view tells no more than its code."""

from scripts.auditing.checks import Checks
from scripts.auditing.node import Node, Pin
from scripts.auditing.replay import Replay

#: ERC-1967: keccak256("eip1967.proxy.implementation") - 1
IMPLEMENTATION_SLOT = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"


def check_code(node: Node, pin: Pin, replay: Replay, checks: Checks) -> None:
    """Name each proxy that runs other code than its last `Upgraded` says (OGCR 5.4.4)."""
    contracts = replay.deployments.proxies
    at = {"blockHash": pin.hash}
    requests = [
        ("eth_getStorageAt", (contract.address, IMPLEMENTATION_SLOT, at))
        for contract in contracts.values()
    ]
    checks.saw("storage", len(requests))
    for (name, contract), word in zip(contracts.items(), node.ask_all(requests), strict=True):
        state = replay.contracts.states.get(contract.address)
        said = state.implementation if state else None
        held = f"0x{int(word, 16):040x}" if word else None
        checks.expect(
            held == said,
            "storage",
            f"{name} runs the code at {held}, its last Upgraded event says {said}.",
        )
