"""What a wallet shows of each action: the EIP-712 types that are published for any library."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "typed-data"


def typed_data(contract: str, selector: str) -> dict[str, Any] | None:
    """The published file of a contract's action, None when that is no action; do not change it."""
    return _files().get((contract, selector))


@cache
def _files() -> dict[tuple[str, str], dict[str, Any]]:
    found = (json.loads(path.read_text()) for path in sorted(_FOLDER.glob("*.json")))
    return {(file["contract"], file["selector"]): file for file in found}
