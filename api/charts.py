"""Charts: bars that a browser shows without a script, each with its number as text."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

#: For the light and the dark scheme, each three times as bright or dark as what it stands on (WCAG
#: 1.4.11). A number has a line of its own, so that any fits a phone.
STYLE = """
table{width:100%;border-spacing:.5rem .3rem;table-layout:fixed}
th{font-weight:400;text-align:left;vertical-align:top;overflow-wrap:anywhere;width:42%}
td{vertical-align:top;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
svg{display:block;width:100%;height:.5rem;background:#8883;border-radius:.2rem}
rect{fill:#2e7d4f}
@media(prefers-color-scheme:dark){rect{fill:#6fcf97}}
"""


def bars(title: str, numbers: Sequence[tuple[str, int]], unit: str = "") -> str:
    """A bar for each name and number as HTML, against the highest; nothing without any.

    `unit` comes after each number. The names may be anything that somebody wrote.
    """
    if not numbers:
        return ""
    most = max(number for _, number in numbers)
    rows = "".join(_row(name, number, most, unit) for name, number in numbers)
    return f"<table><caption>{escape(title)}</caption>{rows}</table>"


def _row(name: str, number: int, most: int, unit: str) -> str:
    share = 100 * number / most if most else 0
    said = f"{number:,} {escape(unit)}".rstrip()
    return (
        f'<tr><th scope="row">{escape(name)}</th><td>{said}'
        '<svg aria-hidden="true" viewBox="0 0 100 1" preserveAspectRatio="none">'
        f'<rect width="{share:.2f}" height="1"/></svg></td></tr>'
    )
