"""Signing: the headers of a message by Standard Webhooks, and the secrets behind them.

A secret is derived from the server's own key, the subscription and a number: it can be shown once,
signs for ever, and stands in no table. Another number makes another one.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

from standardwebhooks import Webhook as Signer

from api.hooks.tables import WebhookRow
from api.sealing import Seal

_PURPOSE = "webhook"


def secret_of(seal: Seal, row: WebhookRow, turn: int | None = None) -> str:
    """The secret of a subscription, as receivers keep it."""
    number = row.secret_turn if turn is None else turn
    return "whsec_" + b64encode(seal.derived(_PURPOSE, row.id, str(number))).decode()


def signed_headers(
    seal: Seal, row: WebhookRow, message_id: str, body: str, now: float
) -> dict[str, str]:
    """Id, time and signatures; two of them while a secret is being replaced."""
    moment = datetime.fromtimestamp(now, UTC)
    turns = [row.secret_turn]
    if row.old_secret_until is not None and row.old_secret_until > now:
        turns.append(row.secret_turn - 1)
    signers = [Signer(secret_of(seal, row, turn)) for turn in turns]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(s.sign(message_id, moment, body) for s in signers),
    }
