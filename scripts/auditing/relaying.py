"""Replay of the forwarder: what was delivered for whom, and which nonces are used."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from scripts.auditing.checks import Checks
from scripts.auditing.events import ChainEvent

CallKey = tuple[str, int]


@dataclass(frozen=True)
class Call:
    """A request that was delivered; `reason` when it failed, and then `signer` is only named."""

    signer: str
    nonce: int
    time: int
    reason: str | None = None


@dataclass(frozen=True)
class Invalidation:
    """Nonces that their signer gave up."""

    signer: str
    word: int
    bits: int
    time: int


@dataclass
class RelayReplay:
    """Calls and invalidations by transaction and log; used nonces by signer and word, as bits."""

    checks: Checks
    calls: dict[CallKey, Call] = field(default_factory=dict)
    invalidations: dict[CallKey, Invalidation] = field(default_factory=dict)
    used: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))

    def executed(self, event: ChainEvent) -> None:
        """Follow a request that succeeded: its nonce was never used before."""
        signer, nonce = event.arguments["signer"], event.arguments["nonce"]
        word, bit = nonce >> 8, 1 << (nonce & 255)
        self.checks.expect(
            event.arguments["success"] and not self.used[signer, word] & bit,
            "events",
            f"A request of {signer} was executed at {event.place} with the nonce {nonce}, which "
            "was used or given up before.",
        )
        self.used[signer, word] |= bit
        self.calls[_key(event)] = Call(signer, nonce, event.time)

    def failed(self, event: ChainEvent) -> None:
        """Follow a request that changed nothing."""
        of = event.arguments
        self.calls[_key(event)] = Call(of["signer"], of["nonce"], event.time, of["reason"])

    def invalidated(self, event: ChainEvent) -> None:
        """Follow a signer who gives nonces up."""
        of = event.arguments
        self.used[of["signer"], of["word"]] |= of["bits"]
        given_up = Invalidation(of["signer"], of["word"], of["bits"], event.time)
        self.invalidations[_key(event)] = given_up


def with_signers(events: Sequence[ChainEvent]) -> list[ChainEvent]:
    """The events, each with the signers whose requests were executed later in its transaction.

    A call through the forwarder ends with the event that names its signer; when a call within it
    executes another request, that one comes first, so every later one may be whose it is.
    """
    later: dict[str, tuple[str, ...]] = {}
    found = []
    for event in reversed(events):
        signers = later.get(event.transaction, ())
        found.append(replace(event, signers=signers) if signers else event)
        if event.name == "ExecutedForwardRequest":
            later[event.transaction] = (*signers, event.arguments["signer"])
    return found[::-1]


def _key(event: ChainEvent) -> CallKey:
    return event.transaction, event.log_index
