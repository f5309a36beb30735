"""Queries: what is counted once for a state of the index, or of what it is counted from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, select

from api.queries.prepared import Prepared
from api.queries.statements import FootprintMarks, Reorganisations
from api.snapshot import Snapshot
from indexer.database import connection_of

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
    return remembered_in(snapshot, snapshot.position.block_hash, name, count)


def remembered_in(
    snapshot: Snapshot, state: str | None, name: str | None, count: Callable[[], Found]
) -> Found:
    """What is counted under a name in a state of some tables; each time where either is None."""
    if name is None or state is None:
        return count()
    return _remembered(snapshot.session, (state, name), count)


def remembered_of_documents(session: Session, name: str, count: Callable[[], Found]) -> Found:
    """What is counted under a name of the documents that are held, as long as no other comes."""
    return _remembered(session, (documents_mark(session), name), count)


def documents_mark(session: Session) -> str:
    """Another one as soon as another document is held; none is ever changed or taken away."""
    return f"documents {_MARK.at(session, None)}"


def state_of(snapshot: Snapshot, *tables: Any) -> str | None:
    """What tells the rows of versioned tables and the documents that are read from those of any
    other state: of the newest, where rows began and ended last, so that it lasts as long as these
    tables do not change, however many blocks come; None where it is not known."""
    if snapshot.block is None:
        return f"{_state(tables).first(snapshot)}"
    block_hash = snapshot.position.block_hash
    return block_hash and f"{block_hash} {documents_mark(snapshot.session)}"


@cache
def _state(tables: tuple[Any, ...]) -> Prepared:
    # A block that comes instead of another comes with a reorganisation.
    known = [select(func.max(Reorganisations.number)), select(FootprintMarks.mark)]
    for table in tables:
        known.append(select(func.max(table.valid_from)))
        known.append(select(func.max(table.valid_to)).where(table.valid_to.is_not(None)))
    return Prepared(lambda _: sql_select(*(one.scalar_subquery() for one in known)))


def _remembered(session: Session, place: tuple[str, str], count: Callable[[], Found]) -> Found:
    engine = connection_of(session).engine
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
