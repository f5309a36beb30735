"""Rows about calls that others delivered, and about nonces that their signers gave up."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from indexer.models.base import Lookups, Versioned


class RelayedCall(Versioned, table=True):
    """A request that was delivered to our forwarder, alone or in a batch.

    One that did not succeed has changed nothing: its `signer` is whom it names, not who signed it,
    and `reason` what it was reverted with, `0x…`. `nonce` is `0x` + 64 hex digits.
    """

    __tablename__ = "relayed_call"
    tx_hash: str = Field(primary_key=True)
    log_index: int = Field(primary_key=True)
    signer: str | None = None
    nonce: str | None = None
    succeeded: bool | None = None
    reason: str | None = None
    delivered_at: int | None = Field(default=None, sa_type=BigInteger)

    @classmethod
    def lookups(cls) -> Lookups:
        return ("signer",)


class NonceInvalidation(Versioned, table=True):
    """Nonces `256 * word` to `256 * word + 255` of a signer; each set bit of `bits` is given up."""

    __tablename__ = "nonce_invalidation"
    tx_hash: str = Field(primary_key=True)
    log_index: int = Field(primary_key=True)
    signer: str | None = None
    word: str | None = None
    bits: str | None = None
    invalidated_at: int | None = Field(default=None, sa_type=BigInteger)
