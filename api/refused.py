"""The trail of denied attempts: a call that a contract refused leaves no event on the chain."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from api.errors import ApiError, RefusedCall
from api.queries.refused import refused_calls
from api.tables import RefusedCallRow
from indexer import database

log = logging.getLogger("api")


def note(engine: Engine, answer: ApiError, request_id: str) -> None:
    """Keep who was refused what, when the answer is a contract's refusal; rows are only added.

    The answer is given all the same when it cannot be kept: the log says so then.
    """
    if answer.refused is None:
        return
    try:
        with database.transaction(engine) as session:
            session.add(_row(answer.refused, answer.status, request_id))
    except SQLAlchemyError:
        log.exception("request %s: the refusal %s is not kept", request_id, answer.refused)


def trail(engine: Engine) -> Iterator[dict[str, Any]]:
    """Every denied attempt, the oldest first."""
    with database.snapshot(engine) as session:
        for row in refused_calls(session):
            yield row.model_dump()


def _row(refused: RefusedCall, status: int, request_id: str) -> RefusedCallRow:
    return RefusedCallRow(
        id=uuid4().hex,
        at=time.time(),
        request_id=request_id,
        sender=refused.sender,
        contract=refused.contract,
        function=refused.function,
        error=refused.error,
        status=status,
    )
