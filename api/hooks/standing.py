"""Standing: whether whoever subscribed may still be told, and the steps of whose tasks.

A subscription outlasts the token that it was made with, so it rests on what is behind that: the
grant of a wallet, the key, the client, or for so long as one of our grants the word of an OpenID
provider, which tells nobody when it takes it back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlmodel import Session

from api.access.scopes import PUBLIC
from api.access.tables import ApiKey
from api.hooks.events import scopes_for
from api.hooks.tables import WebhookRow
from api.oauth.wallets import wallets_of
from api.queries import oauth as queries
from api.queries.keys import key as api_key
from api.registry import Registry
from api.settings import ApiSettings

KEY = "key:"
_CLIENT, _SUBJECT = "client:", "subject:"
_AGAIN = "make the subscription active with a credential that has it"


class Lapsed(Exception):
    """Whoever subscribed may be told no more; the message says why, and what to do."""


@dataclass(frozen=True)
class Standing:
    """What is granted to a subscriber now."""

    scopes: frozenset[str]
    wallets: frozenset[str]


def standing_of(registry: Registry, session: Session, row: WebhookRow) -> Standing:
    """What is granted to whom a subscription belongs, when that is enough for what it is told.

    Raises `Lapsed`.
    """
    found = _granted(registry.settings, session, row)
    everybodys = PUBLIC if registry.settings.reads == "public" else frozenset()
    scopes = (found.scopes & set(row.scopes)) | everybodys
    for group in missing(scopes, row.events):
        raise Lapsed(f"The scope {' or '.join(group)} is no longer granted; {_AGAIN}.")
    return Standing(scopes, found.wallets)


def missing(scopes: Iterable[str], events: Iterable[str]) -> list[tuple[str, ...]]:
    """The groups of scopes of which one is needed to be told events, and none is granted."""
    held = set(scopes)
    return [group for group in scopes_for(events) if not held & set(group)]


def _granted(settings: ApiSettings, session: Session, row: WebhookRow) -> Standing:
    for start, granted in _KINDS.items():
        if row.principal.startswith(start):
            return granted(settings, session, row)
    return _of_wallet(settings, session, row)


def _of_key(_: ApiSettings, session: Session, row: WebhookRow) -> Standing:
    key = api_key(session, row.principal.removeprefix(KEY))
    if key is None or _is_over(key):
        raise Lapsed(
            "The API key that it was made with was revoked or has expired; whoever made the key "
            "may make the subscription active, and have it then."
        )
    return Standing(frozenset(key.scopes), frozenset(key.wallets))


def _of_client(_: ApiSettings, session: Session, row: WebhookRow) -> Standing:
    client = queries.client(session, row.principal.removeprefix(_CLIENT))
    if client is None:
        raise Lapsed("The client that it was made with was revoked.")
    return Standing(frozenset(client.scopes), frozenset())


def _of_subject(settings: ApiSettings, _: Session, row: WebhookRow) -> Standing:
    if row.confirmed_at + settings.grant_seconds <= time.time():
        raise Lapsed(f"It was last confirmed long ago; {_AGAIN}.")
    return Standing(frozenset(row.scopes), frozenset(row.wallets))


def _of_wallet(_: ApiSettings, session: Session, row: WebhookRow) -> Standing:
    found = queries.living_grant(session, row.grant_id or "", int(time.time()))
    if found is None:
        raise Lapsed(f"What it was made with was revoked, or is over; sign in and {_AGAIN}.")
    grant, _client = found
    return Standing(frozenset(grant.scopes), wallets_of(session, grant))


def _is_over(key: ApiKey) -> bool:
    has_expired = key.expires_at is not None and key.expires_at <= time.time()
    return has_expired or key.revoked_at is not None


_KINDS: dict[str, Callable[[ApiSettings, Session, WebhookRow], Standing]] = {
    KEY: _of_key,
    _CLIENT: _of_client,
    _SUBJECT: _of_subject,
}
