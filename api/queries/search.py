"""Queries: what documents say, word by word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import TextClause, and_, exists, func, literal, text
from sqlmodel import Session

from api.queries.anchored import FEW, Anchored
from api.queries.counts import remembered_of_documents
from api.queries.statements import Footprints
from indexer.words import words_of

_IN_SQLITE = "footprint_words MATCH :said"
_IN_POSTGRESQL = (
    "array_to_tsvector(string_to_array(footprint.words, ' ')) @@ CAST(:said AS tsquery)"
)


def says(session: Session, digest: Any, wanted: str) -> Anchored:
    """The condition that the PDD of a hash says words which begin like those that are wanted, all
    of them, in its id, name or description. A document that is not held says nothing."""
    words = words_of([wanted])
    first = _search(session, words, f"hash {{}} LIMIT {FEW + 1}")

    def are_many() -> bool:
        return len(session.execute(first).all()) > FEW

    if not remembered_of_documents(session, f"more than {FEW} of words {words}", are_many):
        return Anchored.by_name(digest, session.execute(first).scalars().all())
    there = exists().where(Footprints.hash == digest, _says(session, words))
    each = there.correlate_except(Footprints)
    return Anchored(digest.in_(_search(session, words, "hash {}")), each)


def _search(session: Session, words: Sequence[str], wanted: str) -> TextClause:
    """A search for documents by their index; `wanted` is the statement around where it looks."""
    is_sqlite = _is_sqlite(session)
    table, matches = ("footprint_words", _IN_SQLITE) if is_sqlite else ("footprint", _IN_POSTGRESQL)
    asked = "SELECT " + wanted.format(f"FROM {table} WHERE {matches}")
    return text(asked).bindparams(said=_said(session, words))


def _says(session: Session, words: Sequence[str]) -> Any:
    """The condition on a footprint that is at hand."""
    if not _is_sqlite(session):
        return text(_IN_POSTGRESQL).bindparams(said=_said(session, words))
    spaced = literal(" ").concat(Footprints.words)
    return and_(*(func.instr(spaced, f" {word}") > 0 for word in words))


def _said(session: Session, words: Sequence[str]) -> str:
    # Words are letters and digits alone, so they need no other quoting in either language.
    if _is_sqlite(session):
        return " ".join(f'"{word}"*' for word in words)
    return " & ".join(f"'{word}':*" for word in words)


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
