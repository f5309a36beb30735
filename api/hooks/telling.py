"""Telling: one message of one subscription, from the look for it to what came of it.

A message is kept before it is sent, and the cursor moves once it was taken. A process that dies in
between leaves it kept: it is sent again, the same bytes under the same id. So nothing is passed
over, and what comes twice can be told by its id.
"""

from __future__ import annotations

import random
import time
from collections.abc import Collection
from typing import Literal
from uuid import uuid4

from sqlalchemy import delete
from sqlmodel import Session

from api.hooks.messages import Look, Message, look
from api.hooks.sending import Sender, Sent
from api.hooks.signing import signed_headers
from api.hooks.standing import Lapsed, standing_of
from api.hooks.tables import WebhookAttempt, WebhookRow
from api.queries.hooks import locked_hook, old_attempts, under_way
from api.registry import Registry
from indexer import database

#: There may be another one right behind; there is none as things stand; it is not the time.
Told = Literal["more", "nothing", "later"]
LONGEST_WAIT = 6 * 3600.0
_FILTERS = ("events", "projects", "holders", "wallets")
#: What an attempt may take beside the time that the receiver has; then another process may try.
_GRACE = 30.0


def tell(registry: Registry, sender: Sender, webhook_id: str) -> Told:
    """Tell a subscription its next message, if there is one and it is time."""
    prepared = _prepared(registry, webhook_id)
    if isinstance(prepared, str):
        return prepared
    row, attempt_id = prepared
    body, message_id, now = row.message_body or "", row.message_id or "", time.time()
    headers = signed_headers(registry.seal, row, message_id, body, now)
    sent = sender.post(row.url, headers, body)
    return _settle(registry, row, attempt_id, sent)


def take_over(registry: Registry) -> None:
    """Send at once again what another process was sending when it ended."""
    with registry.transaction() as session:
        for attempt in under_way(session):
            attempt.error = "the process that sent it ended meanwhile"
            row = locked_hook(session, attempt.webhook_id)
            if row is not None and row.message_id == attempt.message_id:
                row.next_attempt_at = None


def log_attempt(session: Session, row: WebhookRow, message: tuple[str, str], number: int) -> str:
    """Note that a message is being sent; gives the attempt's id."""
    made = WebhookAttempt(
        id=uuid4().hex,
        webhook_id=row.id,
        message_id=message[0],
        type=message[1],
        attempt=number,
        at=time.time(),
    )
    session.add(made)
    return made.id


def log_outcome(session: Session, registry: Registry, attempt_id: str, sent: Sent) -> None:
    """Note what came of it, and forget the oldest attempts."""
    attempt = session.get(WebhookAttempt, attempt_id)
    if attempt is None:
        return
    attempt.milliseconds, attempt.status, attempt.error = sent.milliseconds, sent.status, sent.error
    session.flush()
    beyond = old_attempts(attempt.webhook_id, registry.settings.hooks_log)
    session.execute(delete(WebhookAttempt).where(beyond))


def wait_after(attempts: int, first: float, asked: float | None = None) -> float:
    """Seconds until the next attempt: twice as long each time, somewhere between half of that and
    all of it so that not all come back at once, and not before the receiver wants it."""
    longest = min(first * 2 ** (attempts - 1), LONGEST_WAIT)
    chosen = random.uniform(longest / 2, longest)
    return max(chosen, min(asked or 0.0, LONGEST_WAIT))


def _prepared(registry: Registry, webhook_id: str) -> tuple[WebhookRow, str] | Told:
    """The subscription with its message kept, and the id of the attempt."""
    with database.snapshot(registry.engine) as session:
        seen = session.get(WebhookRow, webhook_id)
        if seen is None or seen.state != "active":
            return "later"
        found = None if seen.message_id else look(registry, session, seen)
    if found is not None and found.is_nothing_beyond(seen):
        return "nothing"
    with registry.transaction() as session:
        row = locked_hook(session, webhook_id)
        if row is None or not _is_same(row, seen) or not _is_time(row):
            return "later"
        try:
            standing = standing_of(registry, session, row)
        except Lapsed as lapsed:
            return _pause(row, str(lapsed))
        if set(row.wallets) != standing.wallets:
            return _act_for(row, standing.wallets)
        if row.key_name != registry.seal.name:
            return _put_off(registry, row)
        if found is not None and found.message is None:
            return _pass_over(row, found)
        if found is not None and found.message is not None:
            _take(row, found.message)
        row.attempts += 1
        row.next_attempt_at = time.time() + registry.settings.hooks_timeout + _GRACE
        message = (row.message_id or "", row.message_type or "")
        return row, log_attempt(session, row, message, row.attempts)


def _settle(registry: Registry, sent_row: WebhookRow, attempt_id: str, sent: Sent) -> Told:
    settings = registry.settings
    with registry.transaction() as session:
        log_outcome(session, registry, attempt_id, sent)
        row = locked_hook(session, sent_row.id)
        is_ours = row is not None and _is_same(row, sent_row)
        if row is None or not is_ours or row.attempts != sent_row.attempts:
            return "later"
        if sent.is_delivered:
            _move_on(row)
            return "more"
        row.last_error = sent.error
        if sent.is_unwanted:
            return _die(row, "The receiver wants nothing any more (HTTP 410).")
        if row.attempts >= settings.hooks_attempts:
            return _die(row, f"{row.attempts} attempts failed, the last one because {sent.error}.")
        wait = wait_after(row.attempts, settings.hooks_retry_seconds, sent.retry_after)
        row.next_attempt_at = time.time() + wait
        return "later"


def _is_same(row: WebhookRow, seen: WebhookRow) -> bool:
    """Nobody else told it, moved it or changed what it is told meanwhile."""
    parts = ("message_id", "change_cursor", "step_cursor", "url", *_FILTERS)
    return all(getattr(row, part) == getattr(seen, part) for part in parts)


def _is_time(row: WebhookRow) -> bool:
    waited = row.next_attempt_at is None or row.next_attempt_at <= time.time()
    return row.state == "active" and waited


def _pause(row: WebhookRow, why: str) -> Told:
    row.state, row.last_error, row.next_attempt_at = "paused", why, None
    return "later"


def _act_for(row: WebhookRow, wallets: Collection[str]) -> Told:
    """Look anew: a step that is not told yet may be of a task that is no more the subscriber's."""
    row.wallets = sorted(wallets)
    if row.message_stream == "tasks":
        forget(row)
    return "more"


def _die(row: WebhookRow, why: str) -> Told:
    row.state, row.last_error, row.next_attempt_at = "dead", why, None
    return "later"


def _put_off(registry: Registry, row: WebhookRow) -> Told:
    row.last_error = "This server has another key than the one that the secret was derived from."
    row.next_attempt_at = time.time() + registry.settings.hooks_retry_seconds
    return "later"


def _pass_over(row: WebhookRow, found: Look) -> Told:
    row.change_cursor, row.step_cursor = found.change_cursor, found.step_cursor
    return "more"


def _take(row: WebhookRow, message: Message) -> None:
    row.message_id, row.message_type, row.message_body = message.id, message.type, message.body
    row.message_stream, row.message_cursor = message.stream, message.cursor
    row.attempts = 0


def _move_on(row: WebhookRow) -> None:
    cursor = row.message_cursor or 0
    if row.message_stream == "changes":
        row.change_cursor = cursor
    else:
        row.step_cursor = cursor
    forget(row)
    row.last_error, row.last_delivered_at = None, time.time()


def forget(row: WebhookRow) -> None:
    """Let go of the message that is being told."""
    row.message_id = row.message_type = row.message_body = None
    row.message_stream = row.message_cursor = row.next_attempt_at = None
    row.attempts = 0
