"""Queries: what has versions by number, a project by its PDDs and a report, in each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import select

from api.queries.prepared import Prepared, Valid
from api.snapshot import Snapshot


class Versions:
    """The versions of one kind of thing, found by its id."""

    def __init__(self, things: Any, versions: Any, id_: str) -> None:
        """`things` and `versions` are tables that both have the column `id_`."""
        self._things, self._versions, self._id = things, versions, id_
        self._all, self._last = Prepared(self._of_thing), Prepared(self._last_row)
        self._one = Prepared(
            lambda valid: self._of_thing(valid).where(versions.version == bindparam("version"))
        )

    def all(self, snapshot: Snapshot, of: str) -> Sequence[Any]:
        """Every version of a thing, the first one first."""
        return self._all.all(snapshot, of=of)

    def one(self, snapshot: Snapshot, of: str, number: int) -> tuple[Any, Any] | None:
        """The last state that a thing had in a version, and that version; None without either."""
        wanted = {"of": of, "version": number}
        found = self._one.first(snapshot, **wanted)
        last = self._last.first(snapshot, **wanted, reached=snapshot.position.block_number)
        return (last, found) if found and last else None

    def _of_thing(self, valid: Valid) -> Any:
        own = getattr(self._versions, self._id) == bindparam("of")
        query = select(self._versions).where(valid(self._versions), own)
        return query.order_by(self._versions.version)

    def _last_row(self, _: Valid) -> Any:
        """The last row of a thing in a version, whatever was in force later."""
        query = select(self._things).where(
            getattr(self._things, self._id) == bindparam("of"),
            self._things.version == bindparam("version"),
            self._things.valid_from <= bindparam("reached"),
        )
        return query.order_by(self._things.valid_from.desc()).limit(1)
