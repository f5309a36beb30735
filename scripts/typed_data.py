"""Writes what people sign: contracts/libraries/ActionTypes.sol and schemas/typed-data.

Run it when an interface changed (`scripts/typed-data`); a test compares what is committed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from indexer.abi import Abi
from indexer.settings import IndexerSettings
from scripts.deployment import ACCESS, CONTRACTS, FUNCTION_ROLES, HOLDERS
from scripts.signing.actions import Action, actions
from scripts.signing.published import files
from scripts.signing.solidity import library

_ROOT = Path(__file__).resolve().parent.parent
LIBRARY = _ROOT / "contracts/libraries/ActionTypes.sol"
PUBLISHED = _ROOT / "schemas/typed-data"


def compiled_actions() -> list[Action]:
    """The actions of the contracts as they are compiled now."""
    abi = Abi.load(IndexerSettings().artifacts)
    # OpenZeppelin's access manager knows no forwarder: its callers send their own transactions.
    names = [name for name in CONTRACTS if name != ACCESS]
    abis = {n: abi.contract_abi(n) for name in names for n in (name, "I" + name)}
    return actions(abis, between_contracts())


def between_contracts() -> Mapping[str, Sequence[str]]:
    """By contract, the functions that only another contract of the registry may call."""
    return {
        name: [one for role, functions in roles.items() if role in HOLDERS for one in functions]
        for name, roles in FUNCTION_ROLES.items()
    }


def published(found: Sequence[Action]) -> dict[str, str]:
    """The text of every file of schemas/typed-data by its name."""
    return {name: _text(content) for name, content in files(found).items()}


def main() -> None:
    """Write every file anew and delete those of actions that are gone."""
    found = compiled_actions()
    LIBRARY.write_text(library(found))
    PUBLISHED.mkdir(exist_ok=True)
    wanted = published(found)
    for path in PUBLISHED.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (PUBLISHED / name).write_text(text)
    print(f"{len(found)} actions, {len(wanted)} files in {PUBLISHED.relative_to(_ROOT)}.")


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
