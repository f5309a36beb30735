"""What empty blocks cost: the same events, close together and with thousands of blocks between.

Run by hand: `pytest tests/benchmarks/sparse.py -s --events 50000`. The chain is a replayed one. It
asserts no time.
"""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from .replay import PER_BLOCK
from .replaying import indexing, measured, replaying

EMPTY = (0, 100, 10_000, 100_000)


def test_sparse(tmp_path: Path, events: int) -> None:
    table = Table(title=f"{events:,} events, {PER_BLOCK} a block, into SQLite")
    for column in ("blocks", "seconds", "of the processor", "peak MiB"):
        table.add_column(column, justify="right")
    for empty in EMPTY:
        folder = tmp_path / str(empty)
        folder.mkdir()
        with replaying(folder, events, empty) as settings:
            run = measured(indexing(settings | {"database_url": f"sqlite:///{folder}/index.db"}))
        blocks = events // PER_BLOCK * (empty + 1)
        seconds = (f"{run[name]:.1f}" for name in ("seconds", "cpu_seconds"))
        table.add_row(f"{blocks:,}", *seconds, f"{run['peak_mib']:.0f}")
    Console().print(table)
