"""Tables on the terminal: never cut off, whatever its width."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

MIN_WIDTH = 120


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their column names; numbers stand to the right."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    rows = [list(row) for row in rows]
    for place, column in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[place], int) for row in rows)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row))
    console = Console(soft_wrap=False)
    console.width = max(console.width, MIN_WIDTH)
    console.print(table)
