"""Deliveries: a signed call that comes without a task, the write that it is, and its documents."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from api.errors import Detail, ValidationError
from api.forwarding import Forward
from api.registry import Registry
from api.relay import check_chain
from api.snapshot import Snapshot
from api.transactions import SignedTransaction
from api.writes.expectations import expected_proposal
from api.writes.proposals import Proposal
from indexer.abi import Call
from indexer.documents import DocumentCorrupt, DocumentMissing
from indexer.values import Parameter
from schemas import content_hash, kind_of, parse, validate

#: Evidence is whatever file shows something; the registry keeps documents of its own kinds alone.
_EVIDENCE = "evidenceHash"
_NO_HASH = "0x" + "0" * 64


def delivery(
    registry: Registry,
    snapshot: Snapshot,
    transaction: SignedTransaction | Forward,
    documents: Sequence[Any] = (),
) -> Proposal:
    """The proposal that a signed call is, checked as if it had come through its own endpoint.

    Every hash that it anchors, but that of evidence, must be of a document that came along or is
    held. Raises `ValidationError` with everything found.
    """
    call = _call(registry, transaction)
    given = {content_hash(document): document for document in documents}
    anchored = _anchored(registry, call)
    findings = [*_unasked(given, anchored.values()), *_invalid(given)]
    held = {name: _document(registry, given, digest) for name, digest in anchored.items()}
    findings += [_missing(name, anchored[name]) for name in held if held[name] is None]
    if findings:
        raise ValidationError("The call and its documents do not fit; see the details.", findings)
    return expected_proposal(registry, snapshot, call, held)


def _call(registry: Registry, transaction: SignedTransaction | Forward) -> Call:
    name = check_chain(registry, transaction)
    try:
        call = registry.abi.decode_call(name, transaction.data)
    except KeyError:
        raise _unknown(f"{name} has no function {transaction.data[:10]}") from None
    except ValueError as error:
        raise _unknown(f"its arguments do not fit the function of {name}") from error
    if registry.abi.encode_call(name, _signature(registry, transaction, name), call.arguments) != (
        transaction.data
    ):
        raise _unknown("its data has bytes beside the arguments; encode the call anew")
    return call


def _signature(registry: Registry, transaction: SignedTransaction | Forward, contract: str) -> str:
    selector = transaction.data[:10]
    found = next(f for f in registry.abi.functions(contract) if f.selector == selector)
    if found.mutability in ("view", "pure"):
        raise _unknown(f"{found.name} only reads; call it without a transaction")
    return found.signature


def _unknown(why: str) -> ValidationError:
    message = f"The signed transaction cannot be relayed: {why}."
    return ValidationError(message, [Detail("/signed_transaction", "UNKNOWN_CALL", message)])


def _anchored(registry: Registry, call: Call) -> dict[str, str]:
    """Content hashes among a call's arguments by the name of the argument."""
    inputs = registry.abi.function(call.contract, call.function, len(call.arguments)).inputs
    hashes = _hashes(inputs, call.arguments)
    return {name: "sha256:" + value[2:] for name, value in hashes if value != _NO_HASH}


def _hashes(
    parameters: Sequence[Parameter], values: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    for parameter in parameters:
        value = values[parameter.name]
        if parameter.type == "bytes32" and parameter.name.endswith("Hash"):
            if parameter.name != _EVIDENCE:
                yield parameter.name, value
        elif parameter.members and not parameter.is_array:
            yield from _hashes(parameter.members, value)


def _unasked(given: Mapping[str, Any], anchored: Collection[str]) -> list[Detail]:
    message = "The call does not name this document's hash ({}); leave it out."
    return [
        Detail(f"/documents/{place}", "NOT_ANCHORED", message.format(digest))
        for place, digest in enumerate(given)
        if digest not in anchored
    ]


def _invalid(given: Mapping[str, Any]) -> list[Detail]:
    found = []
    for place, document in enumerate(given.values()):
        kind, pointer = kind_of(document), f"/documents/{place}"
        if kind is None:
            message = "The document's profile names no kind of document that the registry keeps."
            found.append(Detail(f"{pointer}/profile", "UNKNOWN_PROFILE", message))
            continue
        faults = validate(kind, document)
        found += [Detail(pointer + f.pointer, f.code, f.message) for f in faults]
    return found


def _document(registry: Registry, given: Mapping[str, Any], digest: str) -> Any:
    if digest in given:
        return given[digest]
    try:
        return parse(registry.documents.get(digest))
    except (DocumentMissing, DocumentCorrupt):
        return None


def _missing(place: str, digest: str) -> Detail:
    message = f"The document {digest} ({place}) is not held here; send it along in “documents”."
    return Detail("/documents", "DOCUMENT_MISSING", message)
