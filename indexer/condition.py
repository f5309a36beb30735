"""How the indexer fares, told apart: well, behind, standing by, or broken."""

import threading
import time
from dataclasses import dataclass
from typing import Any

from indexer.models import Checkpoint
from indexer.settings import IndexerSettings

STATUSES = ("ok", "starting", "behind", "standby", "broken")


@dataclass(frozen=True)
class Report:
    """A status, what is at fault in sentences, and where the index stands."""

    status: str
    faults: list[str]
    position: dict[str, Any] | None

    @property
    def is_healthy(self) -> bool:
        """False when a person or a restart is needed; who is behind, or stands by, is healthy."""
        return self.status != "broken"

    @property
    def is_ready(self) -> bool:
        """True when the index can be read as the state of the registry now."""
        return self.status == "ok"

    def as_json(self) -> dict[str, Any]:
        """The body of `/health` and `/ready`."""
        return {"status": self.status, "faults": self.faults, "index": self.position}


class Condition:
    """What the follower says of each of its turns; read by other threads at any time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turned_at = time.monotonic()
        self._trouble: tuple[float, str] | None = None
        self._stands_by = False
        self._checkpoint: Checkpoint | None = None

    def went_well(self, checkpoint: Checkpoint | None) -> None:
        """A turn without trouble, and where the index stands after it."""
        with self._lock:
            self._turned_at = time.monotonic()
            self._trouble, self._stands_by = None, False
            self._checkpoint = checkpoint

    def stood_by(self) -> None:
        """A turn in which another indexer writes."""
        with self._lock:
            self._turned_at = time.monotonic()
            self._trouble, self._stands_by = None, True

    def met_trouble(self, why: str) -> None:
        """A turn that came to nothing."""
        with self._lock:
            now = time.monotonic()
            self._turned_at = now
            since = self._trouble[0] if self._trouble else now
            self._trouble = since, why

    def report(self, settings: IndexerSettings) -> Report:
        """The status now: troubles count as broken when they last, and so does silence."""
        with self._lock:
            now, checkpoint = time.monotonic(), self._checkpoint
            trouble, stands_by, turned_at = self._trouble, self._stands_by, self._turned_at
        position = None if checkpoint is None else _position(checkpoint)
        if trouble is not None and now - trouble[0] >= settings.broken_seconds:
            seconds = round(now - trouble[0])
            return Report("broken", [f"For {seconds} s: {trouble[1]}"], position)
        if now - turned_at >= settings.broken_seconds + settings.request_timeout:
            seconds = round(now - turned_at)
            return Report("broken", [f"Nothing has moved for {seconds} s; restart it."], position)
        if stands_by:
            return Report("standby", ["Another indexer writes this database."], position)
        if checkpoint is None:
            return Report("starting", ["No block is indexed yet."], position)
        behind = checkpoint.head_number - checkpoint.block_number
        if behind > settings.behind_blocks:
            fault = f"The index is {behind} blocks behind head {checkpoint.head_number}."
            return Report("behind", [fault], position)
        return Report("ok", [], position)


def _position(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "chain_id": checkpoint.chain_id,
        "block_number": checkpoint.block_number,
        "block_hash": checkpoint.block_hash,
        "head_number": checkpoint.head_number,
        "safe_number": checkpoint.safe_number,
        "finalized_number": checkpoint.finalized_number,
    }
