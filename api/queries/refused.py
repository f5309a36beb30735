"""Queries of the trail of denied attempts."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import Session

from api.tables import RefusedCallRow


def refused_calls(session: Session) -> Iterator[RefusedCallRow]:
    """Every row, the oldest first."""
    found = select(RefusedCallRow).order_by(RefusedCallRow.at, RefusedCallRow.id)  # type: ignore[arg-type]
    yield from session.scalars(found.execution_options(yield_per=1000))
