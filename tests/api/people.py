"""The people of the API's tests: the development accounts that every anvil begins with."""

from __future__ import annotations

from functools import cache
from typing import Any

from eth_account import Account

Account.enable_unaudited_hdwallet_features()
_WORDS = "test test test test test test test test test test test junk"

OPERATOR, DEVELOPER, OTHER_DEVELOPER, VALIDATOR, VERIFIER, BUYER, STRANGER = 1, 2, 3, 6, 7, 8, 9


@cache
def published_keys() -> list[Any]:
    """The development accounts that every anvil begins with; everybody knows their keys."""
    paths = [f"m/44'/60'/0'/0/{number}" for number in range(10)]
    return [Account.from_mnemonic(_WORDS, account_path=path) for path in paths]
