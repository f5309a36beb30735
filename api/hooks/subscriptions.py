"""Subscriptions: made, changed, told again and removed by whom they belong to."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from sqlalchemy import delete
from sqlmodel import Session

from api.access.authorization import has_scope
from api.access.issuing import OWN
from api.access.principals import Principal
from api.access.scopes import ADMIN, PUBLIC, covers
from api.encoding import dumps
from api.errors import (
    ConflictError,
    Detail,
    MissingError,
    PermissionsError,
    UnavailableError,
    ValidationError,
)
from api.hooks.events import PING
from api.hooks.models import ReplayRequest, WebhookChange, WebhookRequest
from api.hooks.sending import Sender, UrlRefused
from api.hooks.signing import signed_headers
from api.hooks.standing import KEY, missing
from api.hooks.tables import WebhookAttempt, WebhookRow
from api.hooks.telling import forget, log_attempt, log_outcome
from api.problems import now_text
from api.queries import hooks as queries
from api.queries.keys import ids_made_by
from api.registry import Registry
from indexer import database
from indexer.identity import project_id

#: How long the secret before it signs as well, in seconds.
OVERLAP_SECONDS = 86_400


def subscribe(registry: Registry, principal: Principal, wanted: WebhookRequest) -> WebhookRow:
    """A new subscription. Raises `ValidationError` for a URL that nothing is sent to,
    `PermissionsError` for what the principal may not see, `ConflictError` for too many."""
    _require_visible(principal, wanted.events)
    _require_usable(registry, wanted.url)
    with registry.transaction() as session:
        if queries.count_hooks(session, principal.id) >= registry.settings.hooks_most:
            most = registry.settings.hooks_most
            raise ConflictError(f"There are {most} subscriptions already; remove one first.")
        reached = queries.reached(session)
        if wanted.after is not None and wanted.after > reached.change:
            raise _beyond("/after", reached.change)
        row = WebhookRow(
            id=uuid4().hex,
            principal=principal.id,
            **_rests_on(registry, principal),
            state="active",
            key_name=registry.seal.name,
            change_cursor=reached.change if wanted.after is None else wanted.after,
            step_cursor=reached.step,
            created_at=time.time(),
            **_wishes(wanted.model_dump(exclude={"after"})),
        )
        session.add(row)
        return row


def own_hook(registry: Registry, principal: Principal, webhook_id: str) -> WebhookRow:
    """A subscription of a principal or of a key that it made, or anybody's for an administrator;
    raises `MissingError`."""
    with database.snapshot(registry.engine) as session:
        row = session.get(WebhookRow, webhook_id)
        is_own = row is not None and row.principal in owners(session, principal)
    if row is None or not (is_own or has_scope(registry, principal, ADMIN)):
        raise MissingError(f"There is no webhook {webhook_id}; GET /webhooks lists yours.")
    return row


def owners(session: Session, principal: Principal) -> list[str]:
    """Whose subscriptions a principal handles: its own, and those of the API keys that it made,
    which nobody else can once the key counts no more."""
    made = ids_made_by(session, principal.id) if covers(principal.scopes, OWN) else []
    return [principal.id, *(KEY + key for key in made)]


def change_hook(
    registry: Registry, principal: Principal, webhook_id: str, wanted: WebhookChange
) -> WebhookRow:
    """The subscription as it is wanted now; one that stopped and is made active goes on where it
    stopped, and rests on the credential that is shown now. Raises as `subscribe`."""
    wishes = wanted.model_dump(exclude_unset=True)
    _require_visible(principal, wishes.get("events") or ())
    if wishes.get("url"):
        _require_usable(registry, wishes["url"])
    with registry.transaction() as session:
        row = _locked(session, webhook_id)
        for name, value in _wishes(wishes).items():
            if value is not None or name == "description":
                setattr(row, name, value)
        if wishes.get("state") == "active":
            _revive(row)
        if row.state == "active":
            _confirm(registry, session, principal, row)
        return row


def replay(
    registry: Registry, principal: Principal, webhook_id: str, wanted: ReplayRequest
) -> WebhookRow:
    """Let the messages after a cursor be told (again), under the ids that they had; one that
    stopped goes on. Raises `ValidationError` for a cursor that was never given."""
    with registry.transaction() as session:
        row, reached = _locked(session, webhook_id), queries.reached(session)
        for pointer, cursor, last in (
            ("/changes", wanted.changes, reached.change),
            ("/tasks", wanted.tasks, reached.step),
        ):
            if cursor is not None and cursor > last:
                raise _beyond(pointer, last)
        if wanted.changes is not None:
            row.change_cursor = wanted.changes
        if wanted.tasks is not None:
            row.step_cursor = wanted.tasks
        forget(row)
        row.state, row.last_error = "active", None
        _confirm(registry, session, principal, row)
        return row


def renew_secret(registry: Registry, webhook_id: str) -> WebhookRow:
    """Another secret from now on; the one before it signs as well for a day."""
    with registry.transaction() as session:
        row = _locked(session, webhook_id)
        if row.key_name == registry.seal.name:
            row.old_secret_until = time.time() + OVERLAP_SECONDS
        row.secret_turn, row.key_name = row.secret_turn + 1, registry.seal.name
        return row


def remove(registry: Registry, webhook_id: str) -> None:
    """End a subscription and forget what was tried."""
    with registry.transaction() as session:
        row = _locked(session, webhook_id)
        of_it = WebhookAttempt.__table__.c.webhook_id == row.id  # type: ignore[attr-defined]
        session.execute(delete(WebhookAttempt).where(of_it))
        session.delete(row)


def ping(registry: Registry, row: WebhookRow) -> WebhookAttempt:
    """Send a test now, whatever the subscription's state; gives the attempt."""
    content = {"type": PING, "timestamp": now_text(), "data": {"webhook_id": row.id}}
    body, message_id = dumps(content).decode(), f"{row.id}-p{uuid4().hex[:16]}"
    headers = signed_headers(registry.seal, row, message_id, body, time.time())
    with _outside(registry):
        with registry.transaction() as session:
            attempt_id = log_attempt(session, row, (message_id, PING), 1)
        sent = Sender(registry.settings).post(row.url, headers, body)
    with registry.transaction() as session:
        log_outcome(session, registry, attempt_id, sent)
        found = session.get(WebhookAttempt, attempt_id)
        if found is None:
            raise MissingError("The webhook was removed meanwhile.")
        return found


def _wishes(wanted: dict[str, Any]) -> dict[str, Any]:
    """What is wanted as it is kept: projects by their hashed ids."""
    named = wanted.get("projects")
    if named is None:
        return wanted
    hashed = [name.lower() if name.startswith("0x") else project_id(name) for name in named]
    return {**wanted, "projects": hashed}


def _revive(row: WebhookRow) -> None:
    row.attempts, row.next_attempt_at, row.last_error = 0, None, None


def _locked(session: Session, webhook_id: str) -> WebhookRow:
    row = queries.locked_hook(session, webhook_id)
    if row is None:
        raise MissingError(f"There is no webhook {webhook_id}; GET /webhooks lists yours.")
    return row


def _require_visible(principal: Principal, events: Sequence[str]) -> None:
    for group in missing(principal.scopes, events):
        error = PermissionsError(
            f"To be told these events a credential needs the scope {' or '.join(group)}."
        )
        error.scopes = group
        raise error


def _confirm(registry: Registry, session: Session, principal: Principal, row: WebhookRow) -> None:
    """Let a subscription rest on the credential that its owner shows now. What an administrator
    makes active still rests on what its owner has."""
    if row.principal not in owners(session, principal):
        return
    _require_visible(principal, row.events)
    row.principal = principal.id
    for name, value in _rests_on(registry, principal).items():
        setattr(row, name, value)


def _rests_on(registry: Registry, principal: Principal) -> dict[str, Any]:
    """What the credential carries beside what everybody has."""
    everybodys = PUBLIC if registry.settings.reads == "public" else frozenset()
    return {
        "wallets": sorted(principal.wallets),
        "scopes": sorted(principal.scopes - everybodys),
        "grant_id": principal.grant,
        "confirmed_at": time.time(),
    }


@contextmanager
def _outside(registry: Registry) -> Iterator[None]:
    """While somebody outside is waited for, who may take long on purpose."""
    if not registry.outside.acquire(blocking=False):
        message = "Others are waiting for receivers just now; try again in a moment."
        raise UnavailableError(message, headers={"Retry-After": "5"})
    try:
        yield
    finally:
        registry.outside.release()


def _require_usable(registry: Registry, url: str) -> None:
    try:
        with _outside(registry):
            Sender(registry.settings).check(url)
    except UrlRefused as refused:
        message = f"Nothing is sent to this URL: {refused}."
        raise ValidationError(message, [Detail("/url", "URL_REFUSED", message)]) from refused


def _beyond(pointer: str, last: int) -> ValidationError:
    message = f"The last cursor that was given is {last}; take one that you were told."
    return ValidationError(message, [Detail(pointer, "UNKNOWN_CURSOR", message)])
