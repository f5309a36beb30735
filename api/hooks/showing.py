"""Subscriptions and attempts as the API shows them."""

from __future__ import annotations

from typing import Any

from api.encoding import moment_text
from api.hooks.tables import WebhookAttempt, WebhookRow


def hook_json(row: WebhookRow, link: Any) -> dict[str, Any]:
    """A subscription as the API shows it."""
    path = f"/webhooks/{row.id}"
    return {
        "id": row.id,
        "url": row.url,
        "description": row.description,
        "events": row.events,
        "projects": row.projects,
        "holders": row.holders,
        "finality": row.finality,
        "state": row.state,
        "cursors": {"changes": row.change_cursor, "tasks": row.step_cursor},
        "trouble": _trouble(row),
        "error": row.last_error,
        "last_delivered_at": _moment(row.last_delivered_at),
        "created_at": _moment(row.created_at),
        "links": [
            {"rel": "self", "href": link(path)},
            {"rel": "deliveries", "href": link(f"{path}/deliveries")},
        ],
    }


def attempt_json(attempt: WebhookAttempt) -> dict[str, Any]:
    """An attempt as the API shows it."""
    is_over = attempt.status is not None or attempt.error is not None
    outcome = ("failed" if attempt.error else "delivered") if is_over else None
    return {
        "id": attempt.id,
        "message_id": attempt.message_id,
        "type": attempt.type,
        "attempt": attempt.attempt,
        "at": _moment(attempt.at),
        "milliseconds": attempt.milliseconds,
        "status": attempt.status,
        "error": attempt.error,
        "outcome": outcome,
    }


def _trouble(row: WebhookRow) -> dict[str, Any] | None:
    if row.message_id is None:
        return None
    return {
        "message_id": row.message_id,
        "type": row.message_type,
        "attempts": row.attempts,
        "next_attempt_at": _moment(row.next_attempt_at),
        "error": row.last_error,
    }


def _moment(at: float | None) -> str | None:
    return None if at is None else moment_text(int(at))
