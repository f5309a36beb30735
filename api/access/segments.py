"""Segments: a stretch of the audit log as a file that proves itself, to be kept elsewhere.

JSON Lines: what it follows, the entries, and what it ends with together with the anchors of these
entries. No database is needed to check it, nor to join it to the segment before.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

from api.access.links import GENESIS, MEMBERS, commitment, digest_of
from api.access.tables import AuditEntry, AuditMachine
from api.encoding import dumps
from api.queries.audit import anchors, entry, every_entry, head
from api.registry import Registry
from indexer import database

_FORM = "ogcr-audit-1"


class SegmentFault(Exception):
    """The segment is not what was once written; the message says where."""


@dataclass(frozen=True)
class Segment:
    """The entries after `after`, whose digest is `previous`, up to `last` with the digest `digest`;
    `anchored` are the numbers of those that the chain holds, as the file says."""

    after: int
    previous: str
    last: int
    digest: str
    anchored: tuple[int, ...] = ()


def export(registry: Registry, path: Path, after: int, *, with_machines: bool) -> Segment:
    """Write the entries after one into a new file, each of them checked; the file is there whole or
    not at all. Raises `SegmentFault`, `OSError` where there is a file already.

    What is known of machines stays behind unless it is asked for: what is erased here must not
    live on elsewhere.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            made = None
            for line in _lines(registry, after, with_machines):
                file.write(dumps(line) + b"\n")
                made = line
            file.flush()
            os.fsync(file.fileno())
        # Unlike a renaming, a link never takes the place of another file.
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    found = made or {}
    numbers = tuple(one["sequence"] for one in found["anchors"])
    return Segment(after, found["previous"], found["last"], found["digest"], numbers)


def check(path: Path) -> Segment:
    """Read a segment and hold every link of it; raises `SegmentFault`, `OSError`."""
    try:
        return _checked(path)
    except (KeyError, TypeError, ValueError) as error:
        raise SegmentFault(f"{path}: a line is not what a segment is made of.") from error


def _checked(path: Path) -> Segment:
    with path.open("rb") as file:
        lines = _read(path, file)
        start = next(lines, {})
        if start.get("form") != _FORM:
            raise SegmentFault(f"{path}: no segment of an audit log.")
        sequence, previous = int(start["after"]), str(start["previous"])
        for line in lines:
            if "end" in line:
                found = Segment(int(start["after"]), str(start["previous"]), sequence, previous)
                return _ended(path, lines, line, found)
            sequence, previous = sequence + 1, _link(path, line, sequence + 1, previous)
    raise SegmentFault(f"{path}: it ends after entry {sequence}, in the middle.")


def require_joined(segments: Sequence[Segment]) -> None:
    """Raise `SegmentFault` unless each segment goes on where the one before it ends."""
    for before, behind in pairwise(segments):
        if (behind.after, behind.previous) != (before.last, before.digest):
            raise SegmentFault(f"What begins after {behind.after} does not follow {before.last}.")


def _lines(registry: Registry, after: int, with_machines: bool) -> Iterator[dict[str, Any]]:
    with database.snapshot(registry.engine) as session:
        last, kept = head(session), anchors(session)
        before = entry(session, after)
    if after and before is None:
        raise SegmentFault(f"There is no entry {after} to go on from.")
    first = before.digest if before else GENESIS
    yield {"form": _FORM, "after": after, "previous": first}
    sequence, previous = after, first
    for row, machine in every_entry(registry.engine, after):
        if row.sequence > last.sequence:
            break
        line = _line(row, machine if with_machines else None)
        sequence, previous = row.sequence, _link(Path("the log"), line, sequence + 1, previous)
        yield line
    if (sequence, previous) != (last.sequence, last.digest):
        raise SegmentFault(f"Entry {sequence + 1} is missing: the head is {last.sequence}.")
    held = [one.model_dump() for one in kept if after < one.sequence <= sequence]
    yield {"end": _FORM, "previous": first, "last": sequence, "digest": previous, "anchors": held}


def _line(row: AuditEntry, machine: AuditMachine | None) -> dict[str, Any]:
    line = {name: getattr(row, name) for name in (*MEMBERS, "digest")}
    if machine is None:
        return line
    known = {name: getattr(machine, name) for name in ("salt", "address", "agent")}
    return {**line, "known": known}


def _link(place: Path, line: dict[str, Any], expected: int, previous: str) -> str:
    """The digest of a line, which must follow; raises `SegmentFault`."""
    if line.get("sequence") != expected:
        raise SegmentFault(f"{place}: entry {expected} is missing.")
    if set(MEMBERS) - set(line) or digest_of(line, previous) != line.get("digest"):
        raise SegmentFault(f"{place}: entry {expected} was changed, or another stood before it.")
    known = line.get("known")
    if known is not None and commitment(**known) != line["machine"]:
        raise SegmentFault(f"{place}: what is said of the machine of entry {expected} was changed.")
    return str(line["digest"])


def _ended(path: Path, lines: Iterator[Any], line: dict[str, Any], found: Segment) -> Segment:
    said = (line.get("last"), line.get("digest"))
    if said != (found.last, found.digest) or next(lines, None) is not None:
        raise SegmentFault(f"{path}: it does not end with entry {found.last}, as it says.")
    numbers = tuple(int(one["sequence"]) for one in line["anchors"])
    return Segment(found.after, found.previous, found.last, found.digest, numbers)


def _read(path: Path, lines: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        try:
            found = orjson.loads(line)
        except orjson.JSONDecodeError:
            found = None
        if not isinstance(found, dict):
            raise SegmentFault(f"{path}: line {number} is no JSON object.")
        yield found
