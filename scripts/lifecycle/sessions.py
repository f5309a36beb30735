"""Sessions: the people of a local chain, signed in at the API with their wallets."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import httpx
from eth_account import Account

from scripts.accounts import development_account
from scripts.local.client import PLAYED
from scripts.patience import Patient
from scripts.signing.session import Session, sign_in

#: An access token that ends sooner than this, in seconds, is not begun with.
_MARGIN = 120


class Sessions:
    """Signs each account in once, and again before its token is over. Raises `SignInError`."""

    def __init__(self, url: str, client_id: str) -> None:
        self._http = httpx.Client(base_url=url, transport=Patient(), timeout=60)
        self._client_id = client_id
        self._open: dict[int, Session] = {}

    @classmethod
    def of_file(cls, url: str, path: Path) -> Sessions:
        """With the client whose id a file holds; raises OSError."""
        return cls(url, path.read_text().strip())

    def headers(self, number: int) -> Mapping[str, str]:
        """What a request of a test account shows."""
        session = self._open.get(number)
        if session is None or session.expires_at < time.time() + _MARGIN:
            # On a local chain Ape shows the key: what signs here is what signs transactions.
            account = Account.from_key(development_account(number).private_key)
            session = sign_in(self._http, account, self._client_id, PLAYED)
            self._open[number] = session
        return session.headers
