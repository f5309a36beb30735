"""What actions cost: measured by the tests, committed, and written into docs/gas.md."""

import json
from pathlib import Path
from typing import NamedTuple

from scripts.proving.tools import ROOT

SNAPSHOT = ROOT / "tests" / "contracts" / "gas.json"
DOCUMENT = ROOT / "docs" / "gas.md"
BEGIN, END = "<!-- table: scripts/prove gas -->", "<!-- end of table -->"


class Row(NamedTuple):
    """Gas of an action; of the same with a bare ERC-721; and what is aimed at."""

    gas: int
    bare: int | None
    aim: int | None


Rows = dict[str, Row]


def read(path: Path = SNAPSHOT) -> Rows:
    """The committed table."""
    return {action: Row(**row) for action, row in json.loads(path.read_text()).items()}


def write(rows: Rows) -> None:
    """Commit to these figures: the snapshot, and the table in the document."""
    SNAPSHOT.write_text(
        json.dumps({name: row._asdict() for name, row in rows.items()}, indent=2) + "\n"
    )
    before, _, after = _parts()
    DOCUMENT.write_text(f"{before}{BEGIN}\n{table(rows)}{END}{after}")


def documented() -> str:
    """The table that stands in the document."""
    return _parts()[1]


def table(rows: Rows) -> str:
    """As markdown; a missed aim in bold."""
    lines = [
        "| action | gas | aim | bare ERC-721 |",
        "|---|--:|--:|--:|",
        *(_line(action, row) for action, row in rows.items()),
    ]
    return "\n".join(lines) + "\n"


def missed(rows: Rows) -> list[str]:
    """The actions that cost more than was aimed at."""
    return [action for action, row in rows.items() if row.aim is not None and row.gas > row.aim]


def _line(action: str, row: Row) -> str:
    gas = f"{row.gas:,}" if action not in missed({action: row}) else f"**{row.gas:,}**"
    return f"| {action} | {gas} | {_figure(row.aim)} | {_figure(row.bare)} |"


def _figure(gas: int | None) -> str:
    return "" if gas is None else f"{gas:,}"


def _parts() -> tuple[str, str, str]:
    before, _, rest = DOCUMENT.read_text().partition(f"{BEGIN}\n")
    shown, _, after = rest.partition(END)
    return before, shown, after
