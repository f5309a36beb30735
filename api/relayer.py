"""The relayer: the one account whose key this API holds, to pay for what others signed.

No registry authority hangs on that key: whoever has it can spend its funds, nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from api.settings import ApiSettings


class RelayerError(OSError):
    """The relayer's key cannot be used; the message says how to mend it and never what is in it."""


class Relayer:
    """An account that signs transactions to the forwarder, or anchors to itself, and no others."""

    def __init__(self, account: LocalAccount) -> None:
        self._account = account

    @classmethod
    def load(cls, settings: ApiSettings) -> Relayer | None:
        """The relayer of the settings, None without one; raises `RelayerError`."""
        keyfile, passphrase = settings.relayer_keyfile, settings.relayer_passphrase_file
        if keyfile is None and passphrase is None:
            return None
        if keyfile is None or passphrase is None:
            raise RelayerError(
                "The relayer takes two files: name its encrypted key with OGCR_RELAYER_KEYFILE and "
                "the passphrase with OGCR_RELAYER_PASSPHRASE_FILE."
            )
        return cls.opened(keyfile, passphrase)

    @classmethod
    def opened(cls, keyfile: Path, passphrase: Path) -> Relayer:
        """The account of an encrypted key and the file of its passphrase; raises `RelayerError`."""
        try:
            key = Account.decrypt(json.loads(_text(keyfile)), _text(passphrase).rstrip("\r\n"))
        except (ValueError, KeyError, TypeError) as error:
            # Not chained: what the decryption says may hold parts of the file.
            raise RelayerError(_unusable(keyfile, passphrase)) from (error and None)
        return cls(Account.from_key(key))

    @property
    def address(self) -> str:
        """Its lower-case address."""
        return str(self._account.address).lower()

    def sign(self, transaction: Mapping[str, Any]) -> tuple[str, str]:
        """The raw EIP-1559 transaction, and its hash."""
        checked = {**transaction, "to": to_checksum_address(transaction["to"]), "type": 2}
        raw = bytes(self._account.sign_transaction({**checked, "value": 0}).raw_transaction)
        return "0x" + raw.hex(), "0x" + keccak(raw).hex()


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise RelayerError(f"{path} cannot be read ({error.strerror}).") from error


def _unusable(keyfile: Path, passphrase: Path) -> str:
    return (
        f"The relayer's key in {keyfile} cannot be opened with the passphrase in {passphrase}: "
        "give a key file as wallets and `ape accounts` write it (Web3 Secret Storage) and its "
        "passphrase."
    )
