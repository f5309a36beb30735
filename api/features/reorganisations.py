"""Reorganisations: what the chain took back, as an answer shows it."""

from __future__ import annotations

from typing import Any

from api.encoding import moment_text
from api.queries.reorganisations import Repairs
from indexer.models import Reorganisation


def reorganisation_entry(one: Reorganisation) -> dict[str, Any]:
    """One repair: the blocks after `fork_block` up to `lost_block` were read and are no more."""
    return {
        "number": one.number,
        "fork_block": one.fork_number,
        "lost_block": one.lost_number,
        "lost_block_hash": one.lost_hash,
        "depth": one.lost_number - one.fork_number,
        "below_finality": one.is_below_finality,
        "finalized_block": one.finalized_number,
        "head_block": one.head_number,
        "head_block_hash": one.head_hash,
        "noticed_at": moment_text(one.noticed_at),
    }


def repairs_summary(found: Repairs) -> dict[str, Any]:
    """All of them in numbers, and the last one."""
    return {
        "count": found.count,
        "below_finality": found.below_finality,
        "last": reorganisation_entry(found.last) if found.last else None,
    }
