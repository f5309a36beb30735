"""Arguments of events as the columns of rows want them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from indexer.changes import Key
from indexer.events import ChainEvent
from indexer.identity import parts_of

NOBODY = "0x" + "0" * 40
NOTHING = "0x" + "0" * 64


def content(digest: str) -> str | None:
    """`sha256:…` of an anchored hash, None for zero."""
    return None if digest == NOTHING else f"sha256:{digest[2:]}"


def party(address: str) -> str | None:
    """The address, None for zero."""
    return None if address == NOBODY else address


def token(token_id: int) -> str:
    """The id of a unit as tables keep it."""
    return f"0x{token_id:064x}"


@lru_cache(maxsize=4096)
def unit(token_id: int) -> Key:
    """The key of a unit's row; several events of a block are about the same unit."""
    return (token(token_id),)


def number(value: int) -> str:
    """A number of 256 bits, which no database counts to, as `0x` + 64 hex digits."""
    return f"0x{value:064x}"


@lru_cache(maxsize=4096)
def named_by(token_id: int) -> Mapping[str, Any]:
    """Columns of a unit that its id names."""
    report, vintage, first, quantity = parts_of(token_id)
    return {
        "report_id": report,
        "vintage": vintage,
        "first_kg": first,
        "quantity_kg": quantity,
    }


def members_of(event: ChainEvent, enum: str, bits: int) -> list[str]:
    """Words of an enum whose bits are set."""
    words = event.enums.enum_words(enum)
    return [word for number, word in enumerate(words) if bits >> number & 1]


def registered(event: ChainEvent) -> dict[str, Any]:
    """Columns of a document version: who anchored it, when and where."""
    return {
        "registered_by": event["developer"],
        "registered_at": event.timestamp,
        "block_number": event.block_number,
        "tx_hash": event.tx_hash,
    }


def created(event: ChainEvent) -> dict[str, Any]:
    """Columns that the first event of a thing sets for ever."""
    return {
        "created_at": event.timestamp,
        "created_block": event.block_number,
        "created_tx": event.tx_hash,
    }


def updated(event: ChainEvent) -> dict[str, Any]:
    """Columns that every event of a thing sets."""
    return {"updated_at": event.timestamp, "updated_tx": event.tx_hash}
