"""Queries: what documents say, word by word."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, TextClause, text
from sqlmodel import Session

from indexer.words import words_of

_IN_SQLITE = "SELECT hash FROM footprint_words WHERE footprint_words MATCH :said"
_IN_POSTGRESQL = (
    "SELECT hash FROM footprint"
    " WHERE array_to_tsvector(string_to_array(words, ' ')) @@ CAST(:said AS tsquery)"
)


def says(session: Session, digest: Any, wanted: str) -> ColumnElement[bool]:
    """The condition that the PDD of a hash says words which begin like those that are wanted, all
    of them, in its id, name or description. A document that is not held says nothing."""
    found: ColumnElement[bool] = digest.in_(_search(session, words_of([wanted])))
    return found


def _search(session: Session, words: list[str]) -> TextClause:
    # Words are letters and digits alone, so they need no other quoting in either language.
    if session.get_bind().dialect.name == "sqlite":
        return text(_IN_SQLITE).bindparams(said=" ".join(f'"{word}"*' for word in words))
    said = " & ".join(f"'{word}':*" for word in words)
    return text(_IN_POSTGRESQL).bindparams(said=said)
