"""Evidence, checked by whoever trusts nothing but the hash of a block."""

from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

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
)

Bundle = Mapping[str, Any]

_SLOTS: dict[str, Callable[[str], tuple[Slot, ...]]] = {
    "project": project_slots,
    "report": report_slots,
    "unit": unit_slots,
}
#: By kind: the argument of the anchoring event that names the record, and the one with the hash.
_ARGUMENTS = {"project": ("projectId", "pddHash"), "report": ("reportId", "reportHash")}
_ANCHORING = ("PDDRegistered", "PDDUpdated", "MRVSubmitted")
_STATUS_BITS, _OWNER_DIGITS = 160, 40


@dataclass(frozen=True)
class Finding:
    """One step of the proof: what it says, and whether it holds."""

    step: str
    said: str
    holds: bool = True


def check_evidence(bundle: Bundle, trusted: set[bytes], abi: Abi) -> Iterator[Finding]:
    """Every step from trusted block hashes to the record; a step that breaks ends its branch."""
    if bundle.get("format") != FORMAT:
        yield Finding("form", f"This is no bundle of the form {FORMAT}.", holds=False)
        return
    try:
        digest = _hex(bundle["document"]["content_hash"]) if bundle["document"] else None
        if digest is not None:
            yield _document(bundle["document"], digest)
        anchored = list(_branch("log", bundle["anchor"], trusted))
        yield from anchored
        if anchored[-1].holds:
            yield from _anchor(bundle, trusted, abi, digest)
        stored = list(_branch("storage", bundle["state"], trusted))
        yield from stored
        if stored[-1].holds:
            yield from _state(bundle, trusted, abi, digest)
    except (KeyError, TypeError, AttributeError) as error:
        yield Finding("form", f"The bundle is incomplete ({error!r}).", holds=False)


def _document(document: Bundle, digest: bytes) -> Finding:
    if document["canonical"] is None:
        return Finding("document", "The bundle lacks the document.", holds=False)
    if sha256(b64decode(document["canonical"])).digest() != digest:
        return Finding("document", "The document does not hash to its content hash.", holds=False)
    return Finding("document", f"The document hashes to sha256:{digest.hex()}.")


def _branch(what: str, part: Bundle, trusted: set[bytes]) -> Iterator[Finding]:
    number, named = part["block_number"], part["block_hash"]
    if _hex(named) not in trusted:
        said = f"Block {number} ({named}) is not among the hashes given: look it up and add it."
        yield Finding(what, said, holds=False)
        return
    yield Finding(what, f"Block {number} is one that you trust.")


def _anchor(
    bundle: Bundle, trusted: set[bytes], abi: Abi, digest: bytes | None
) -> Iterator[Finding]:
    part = bundle["anchor"]
    try:
        header = _header(part, trusted)
        nodes = [_hex(node) for node in part["receipt_proof"]]
        logs = proven_logs(header, part["transaction_index"], nodes)
        log = logs[part["log_position"]]
    except (EvidenceError, IndexError) as error:
        yield Finding("log", f"{error}", holds=False)
        return
    yield from _log(bundle, log, abi, digest)


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


def _state(
    bundle: Bundle, trusted: set[bytes], abi: Abi, digest: bytes | None
) -> Iterator[Finding]:
    part = bundle["state"]
    try:
        header = _header(part, trusted)
        nodes = [_hex(node) for node in part["account_proof"]]
        root = proven_storage_root(header, _hex(bundle["address"]), nodes)
        for slot in _SLOTS[bundle["kind"]](bundle["key"]):
            (held,) = (one for one in part["slots"] if int(one["slot"], 16) == slot.number)
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


def _header(part: Bundle, trusted: set[bytes]) -> Header:
    named = _hex(part["block_hash"])
    if named not in trusted:
        raise EvidenceError("The block is not trusted.")
    return proven_header(_hex(part["header"]), named)


def _hex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("sha256:").removeprefix("0x"))
