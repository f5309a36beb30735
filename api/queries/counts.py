"""Queries: what is counted once for a block, or once for the documents that are held."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlmodel import Session, select

from api.queries.prepared import Prepared
from api.queries.statements import FootprintMarks
from api.snapshot import Snapshot

Totals = tuple[int, ...]
Found = TypeVar("Found")
#: So many totals are remembered for a database.
REMEMBERED = 2_000

_known: WeakKeyDictionary[Engine, OrderedDict[tuple[str, str], Any]] = WeakKeyDictionary()
_lock = Lock()


def remembered(snapshot: Snapshot, name: str | None, count: Callable[[], Found]) -> Found:
    """What is counted under a name in a state of the index.

    A state is known by the hash of its block, so a reorganisation needs no thought. Without a name,
    or where the hash is not known, it is counted each time.
    """
    block_hash = snapshot.position.block_hash
    if name is None or block_hash is None:
        return count()
    return _remembered(snapshot.session, (block_hash, name), count)


def remembered_of_documents(session: Session, name: str, count: Callable[[], Found]) -> Found:
    """What is counted under a name of the documents that are held, as long as no other comes."""
    return _remembered(session, (documents_mark(session), name), count)


def documents_mark(session: Session) -> str:
    """Another one as soon as another document is held; none is ever changed or taken away."""
    return f"documents {_MARK.at(session, None)}"


def _remembered(session: Session, place: tuple[str, str], count: Callable[[], Found]) -> Found:
    engine = session.connection().engine
    with _lock:
        known = _known.setdefault(engine, OrderedDict())
        if place in known:
            known.move_to_end(place)
            held: Found = known[place]
            return held
    found = count()
    with _lock:
        known[place] = found
        while len(known) > REMEMBERED:
            known.popitem(last=False)
    return found


_MARK = Prepared(lambda _: select(FootprintMarks.mark))
