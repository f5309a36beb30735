"""Chronicle: every version of every row that the index must hold, block by block."""

from collections import defaultdict
from dataclasses import dataclass

from scripts.auditing.events import ChainEvent
from scripts.auditing.replay import Replay
from scripts.auditing.rows import Row, row_of
from scripts.auditing.touched import Place, touched_by


@dataclass(frozen=True)
class Version:
    """A row as it was from block `begins` until before block `ends`, or still is."""

    row: Row
    begins: int
    ends: int | None = None


class Chronicle:
    """Versions of rows by table and key; changes within one block make one version."""

    def __init__(self, replay: Replay) -> None:
        self.versions: dict[Place, list[Version]] = defaultdict(list)
        self._replay = replay
        self._block = -1
        self._touched: dict[Place, Row | None] = {}

    def note(self, event: ChainEvent) -> None:
        """Take down what an event changed; the replay includes it already."""
        if event.block != self._block:
            self.close()
            self._block = event.block
        for place in touched_by(event):
            self._touched[place] = row_of(self._replay, place)

    def close(self) -> None:
        """End the block: what it changed becomes versions."""
        for place, row in self._touched.items():
            self._append(place, row)
        self._touched.clear()

    def _append(self, place: Place, row: Row | None) -> None:
        versions = self.versions[place]
        current = versions[-1] if versions and versions[-1].ends is None else None
        if current is not None and current.row == row:
            return
        if current is not None:
            versions[-1] = Version(current.row, current.begins, self._block)
        if row is not None:
            versions.append(Version(row, self._block))
