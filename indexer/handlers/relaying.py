"""Events of `RegistryForwarder`: what was delivered for others, and what may not be any more."""

from indexer.changes import Change, Upsert
from indexer.deployments import FORWARDER
from indexer.events import ChainEvent
from indexer.handlers.arguments import number
from indexer.handlers.registry import handles
from indexer.models import NonceInvalidation, RelayedCall


@handles("ExecutedForwardRequest", FORWARDER)
def executed_forward_request(event: ChainEvent) -> list[Change]:
    return [_call(event, event["success"], None)]


@handles("ForwardRequestFailed", FORWARDER)
def forward_request_failed(event: ChainEvent) -> list[Change]:
    return [_call(event, False, event["reason"])]


@handles("NoncesInvalidated", FORWARDER)
def nonces_invalidated(event: ChainEvent) -> list[Change]:
    values = {
        "signer": event["signer"],
        "word": number(event["word"]),
        "bits": number(event["bits"]),
        "invalidated_at": event.timestamp,
    }
    return [Upsert(NonceInvalidation, (event.tx_hash, event.log_index), values)]


@handles("EIP712DomainChanged", FORWARDER)
def domain_changed(_event: ChainEvent) -> list[Change]:
    """ERC-5267 declares it; the forwarder's domain never changes."""
    return []


def _call(event: ChainEvent, succeeded: bool, reason: str | None) -> Upsert:
    values = {
        "signer": event["signer"],
        "nonce": number(event["nonce"]),
        "succeeded": succeeded,
        "reason": reason,
        "delivered_at": event.timestamp,
    }
    return Upsert(RelayedCall, (event.tx_hash, event.log_index), values)
