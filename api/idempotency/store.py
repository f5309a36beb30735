"""The store of answers: one request at a time for a key, and its answer for a day."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from api.access.asked import Asked
from api.errors import ConflictError, Detail, ValidationError
from api.idempotency.keys import HEADER
from api.idempotency.tables import KeptAnswer
from api.registry import Registry
from api.sealing import SealError
from indexer import database

#: How long a request whose process is gone keeps others from trying again, in seconds.
TURN_SECONDS = 120
_PURPOSE = "idempotency"
_answers: Any = KeptAnswer.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Answer:
    """An answer as it was given: status, headers in their order, and body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class Turn:
    """The right to answer the request of a key, which nobody else has meanwhile."""

    id: str
    principal: str
    key: str
    token: str


@dataclass(frozen=True)
class Given:
    """An answer that was given, and what had to be allowed for it."""

    turn: Turn
    row: KeptAnswer
    asked: Asked

    def answer(self, registry: Registry) -> Answer:
        """The answer; raises `ConflictError` when it is not kept."""
        return _kept(registry, self.turn, self.row)


def begin(registry: Registry, principal: str, key: str, wanted: str) -> Turn | Given:
    """What was given to the same request, or the turn to answer it.

    Raises `ValidationError` when the key belongs to another request, `ConflictError` while the
    same one is being answered.
    """
    name = registry.seal.derived(_PURPOSE, "id", principal, key).hex()
    turn, now = Turn(name, principal, key, uuid4().hex), time.time()
    with database.snapshot(registry.engine) as session:
        known = session.get(KeptAnswer, name)
    if known is not None and known.turn is None and known.expires_at >= now:
        return _given(turn, known, wanted)
    with registry.transaction() as session:
        session.execute(delete(_answers).where(_answers.c.expires_at < now))
        if _is_first(session, registry, turn, wanted, now):
            return turn
        known = session.get(KeptAnswer, name, with_for_update=True)
        if known is None:
            raise _busy(1)
        if known.fingerprint != wanted or known.turn is None:
            return _given(turn, known, wanted)
        if known.turn_until > now:
            raise _busy(math.ceil(min(known.turn_until - now, TURN_SECONDS)))
        known.turn, known.turn_until = turn.token, now + TURN_SECONDS
        return turn


def keep(registry: Registry, turn: Turn, answer: Answer, asked: Asked, *, is_secret: bool) -> None:
    """Keep an answer before anybody is told; of one that shows a secret only that it was given."""
    with registry.transaction() as session:
        row = session.get(KeptAnswer, turn.id, with_for_update=True)
        if row is None or row.turn != turn.token:
            return
        row.turn, row.status, row.asked = None, answer.status, asked.kept()
        row.location = dict(answer.headers).get("location")
        if not is_secret:
            content = orjson.dumps([answer.headers, answer.body.decode("latin-1")])
            row.answer = registry.seal.seal(content, _PURPOSE, turn.principal, turn.key)
        row.expires_at = int(time.time()) + registry.settings.idempotency_seconds


def release(registry: Registry, turn: Turn) -> None:
    """Give a turn back without an answer, so that the same request may be tried again."""
    mine = (_answers.c.id == turn.id) & (_answers.c.turn == turn.token)
    with registry.transaction() as session:
        session.execute(delete(_answers).where(mine))


def _is_first(session: Session, registry: Registry, turn: Turn, wanted: str, now: float) -> bool:
    row = KeptAnswer(
        id=turn.id,
        principal=turn.principal,
        fingerprint=wanted,
        turn=turn.token,
        turn_until=now + TURN_SECONDS,
        expires_at=int(now) + registry.settings.idempotency_seconds + TURN_SECONDS,
    )
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(_answers).values(**row.model_dump()).on_conflict_do_nothing()
    return bool(session.execute(insert.returning(_answers.c.id)).first())


def _given(turn: Turn, row: KeptAnswer, wanted: str) -> Given:
    if row.fingerprint != wanted:
        raise _reused()
    if row.asked is None:
        # Of a server that did not note yet what it asked for.
        raise _not_kept(row)
    return Given(turn, row, Asked(**row.asked))


def _kept(registry: Registry, turn: Turn, row: KeptAnswer) -> Answer:
    if row.answer is None:
        raise _not_kept(row)
    try:
        content = registry.seal.open(row.answer, _PURPOSE, turn.principal, turn.key)
    except SealError as error:
        raise _not_kept(row) from error
    headers, body = orjson.loads(content)
    given = [(str(name), str(value)) for name, value in headers]
    return Answer(row.status or 500, given, body.encode("latin-1"))


def _reused() -> ValidationError:
    message = f"The {HEADER} was used for another request; take a new key for each request."
    return ValidationError(message, [Detail(HEADER, "IDEMPOTENCY_KEY_REUSED", message)])


def _busy(seconds: int) -> ConflictError:
    message = "The same request is being answered; send it again in a moment to have its answer."
    detail = Detail(HEADER, "IDEMPOTENCY_KEY_IN_USE", message, conflict=True)
    return ConflictError(message, [detail], {"Retry-After": str(seconds)})


def _not_kept(row: KeptAnswer) -> ConflictError:
    where = f" at {row.location}" if row.location else ""
    message = (
        f"The request was carried out already (HTTP {row.status}{where}); its answer showed a "
        "secret, which is kept nowhere. Take a new key to do it once more."
    )
    extra = {"status": row.status, "location": row.location}
    detail = Detail(HEADER, "ANSWER_NOT_KEPT", message, extra, conflict=True)
    return ConflictError(message, [detail])
