"""Evidence, checked by whoever trusts nothing but the hash of a block."""

from base64 import b64decode
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
from eth_utils.crypto import keccak

from api.evidence import FORMAT, Slot, project_slots, report_slots, unit_slots
from indexer.abi import Abi
from indexer.evidence import (
    EvidenceError,
    Header,
    ReceiptLog,
    proven_header,
    proven_logs,
    proven_slot,
    proven_storage_root,
    proven_transaction,
)
from indexer.identity import project_id, report_id
from indexer.transactions import chain_of

Bundle = Mapping[str, Any]

_SLOTS: dict[str, Callable[[str], tuple[Slot, ...]]] = {
    "project": project_slots,
    "report": report_slots,
    "unit": unit_slots,
}
#: By kind: the argument of the anchoring event that names the record, and the one with the hash.
_ARGUMENTS = {"project": ("projectId", "pddHash"), "report": ("reportId", "reportHash")}
_ANCHORING = ("PDDRegistered", "PDDUpdated", "MRVSubmitted")
_PARTS = {"log": "anchor", "storage": "state"}
_UNTRUSTED = (
    "Block {block_number} ({block_hash}) is not among the hashes given: look it up and add it."
)
_STATUS_BITS, _OWNER_DIGITS = 160, 40


@dataclass(frozen=True)
class Finding:
    """One step of the proof: what it says, and whether it holds."""

    step: str
    said: str
    holds: bool = True


def check_evidence(
    bundle: Bundle, trusted: set[bytes], abi: Abi, contracts: Collection[str] = ()
) -> Iterator[Finding]:
    """Every step from trusted block hashes to the record; a step that breaks ends its branch.

    `contracts` are addresses (`0x…`) of the registry that is meant: without them it is only told
    whose storage is proven.
    """
    if bundle.get("format") != FORMAT:
        yield Finding("form", f"This is no bundle of the form {FORMAT}.", holds=False)
        return
    try:
        digest = _hex(bundle["document"]["content_hash"]) if bundle["document"] else None
        if digest is not None:
            yield _document(bundle["document"], digest)
        yield _name(bundle)
        yield _contract(bundle, contracts)
        for step, check in (("log", _anchor), ("storage", _state)):
            part = bundle[_PARTS[step]]
            header = _header(part, trusted)
            if header is None:
                yield Finding(step, _UNTRUSTED.format(**part), holds=False)
                continue
            number, same = header.number, part["block_number"] == header.number
            yield Finding(step, f"Block {number} is one that you trust.")
            if not same:
                yield Finding(step, f"It is not block {part['block_number']}.", holds=False)
            yield from check(bundle, header, abi, digest)
    except EvidenceError as error:
        yield Finding("form", f"{error}", holds=False)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        yield Finding("form", f"The bundle is incomplete ({error!r}).", holds=False)


def _document(document: Bundle, digest: bytes) -> Finding:
    if document["canonical"] is None:
        return Finding("document", "The bundle lacks the document.", holds=False)
    if sha256(b64decode(document["canonical"], validate=True)).digest() != digest:
        return Finding("document", "The document does not hash to its content hash.", holds=False)
    return Finding("document", f"The document hashes to sha256:{digest.hex()}.")


def _name(bundle: Bundle) -> Finding:
    """What the record is called, out of which its key is made."""
    kind, name, key = bundle["kind"], bundle["id"], bundle["key"]
    if kind == "unit":
        holds = name == str(int(key, 16)) and bundle["document"] is None
    elif name == key:
        holds = True
    elif kind == "project":
        holds = project_id(name) == key
    else:
        named = orjson.loads(b64decode(bundle["document"]["canonical"], validate=True))[
            "properties"
        ]
        holds = report_id(project_id(named["project_id"]), name) == key
    said = f"The {kind} {name} has the key {key}."
    return Finding("name", said if holds else f"{name} is not the name of {key}.", holds=holds)


def _contract(bundle: Bundle, contracts: Collection[str]) -> Finding:
    address = str(bundle["address"])
    if not contracts:
        said = f"It is about the contract {address}: see that it is your registry's."
        return Finding("contract", said)
    holds = address.lower() in {one.lower() for one in contracts}
    word = "one" if holds else "none"
    return Finding("contract", f"The contract {address} is {word} that you trust.", holds=holds)


def _anchor(bundle: Bundle, header: Header, abi: Abi, digest: bytes | None) -> Iterator[Finding]:
    part = bundle["anchor"]
    try:
        nodes = [_hex(node) for node in part["receipt_proof"]]
        logs = proven_logs(header, part["transaction_index"], nodes)
        yield _transaction(bundle, header)
        position = part["log_position"]
        if not 0 <= position < len(logs):
            raise EvidenceError(f"The transaction has no log {position}.")
    except EvidenceError as error:
        yield Finding("log", f"{error}", holds=False)
        return
    yield from _log(bundle, logs[position], abi, digest)


def _transaction(bundle: Bundle, header: Header) -> Finding:
    part = bundle["anchor"]
    if part["transaction_proof"] is None:
        said = "The hash of the transaction and the chain id are told, not proven."
        return Finding("transaction", said)
    nodes = [_hex(node) for node in part["transaction_proof"]]
    signed = proven_transaction(header, part["transaction_index"], nodes)
    chain, found = chain_of(signed), "0x" + keccak(signed).hex()
    if found != part["transaction_hash"] or chain not in (None, bundle["chain_id"]):
        said = f"The transaction there is {found} of chain {chain}."
        return Finding("transaction", said, holds=False)
    of_chain = "" if chain is None else f", signed for chain {chain}"
    return Finding("transaction", f"The transaction is {found}{of_chain}.")


def _log(bundle: Bundle, log: ReceiptLog, abi: Abi, digest: bytes | None) -> Iterator[Finding]:
    event = abi.events.get((bundle["contract"], "0x" + log.topics[0].hex() if log.topics else ""))
    if event is None or log.address != _hex(bundle["address"]):
        yield Finding("log", f"The log is none of {bundle['contract']}.", holds=False)
        return
    arguments = event.decode(["0x" + topic.hex() for topic in log.topics], "0x" + log.data.hex())
    names = _ARGUMENTS.get(bundle["kind"])
    if names is None:
        token = int(bundle["key"], 16)
        held = token in [int.from_bytes(topic) for topic in log.topics[1:]]
        yield Finding("log", f"{event.name} names the unit {token}.", holds=held)
        return
    if event.name not in _ANCHORING:
        yield Finding("log", f"{event.name} anchors no document.", holds=False)
        return
    named, hashed = (arguments[name] for name in names)
    holds = named == bundle["key"] and digest is not None and _hex(hashed) == digest
    yield Finding("log", f"{event.name} anchors {hashed} for {named}.", holds=holds)


def _state(bundle: Bundle, header: Header, abi: Abi, digest: bytes | None) -> Iterator[Finding]:
    part = bundle["state"]
    try:
        nodes = [_hex(node) for node in part["account_proof"]]
        root = proven_storage_root(header, _hex(bundle["address"]), nodes)
        for slot in _SLOTS[bundle["kind"]](bundle["key"]):
            wanted = (slot.name, slot.number)
            (held,) = (o for o in part["slots"] if (o["name"], int(o["slot"], 16)) == wanted)
            value = proven_slot(root, slot.number, [_hex(node) for node in held["proof"]])
            yield _slot(slot, value, int(held["value"], 16), abi, digest)
    except (EvidenceError, ValueError) as error:
        yield Finding("storage", f"{error}", holds=False)


def _slot(slot: Slot, value: int, claimed: int, abi: Abi, digest: bytes | None) -> Finding:
    if value != claimed:
        return Finding("storage", f"{slot.name} holds 0x{value:064x} instead.", holds=False)
    if digest is not None:
        holds = value == int.from_bytes(digest)
        return Finding("storage", f"{slot.name} holds 0x{value:064x}.", holds=holds)
    words: Sequence[str] = abi.enum_words("UnitStatus")
    status = value >> _STATUS_BITS & 0xFF
    owner = f"0x{value & (1 << _STATUS_BITS) - 1:0{_OWNER_DIGITS}x}"
    known = status < len(words) and value != 0
    said = f"The unit is {words[status]}, its owner {owner}." if known else "There is no such unit."
    return Finding("storage", said, holds=known)


def _header(part: Bundle, trusted: set[bytes]) -> Header | None:
    """The header of a part of the bundle, None where its hash is none of the trusted ones."""
    named = _hex(part["block_hash"])
    return proven_header(_hex(part["header"]), named) if named in trusted else None


def _hex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("sha256:").removeprefix("0x"))
