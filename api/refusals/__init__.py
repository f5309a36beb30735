"""Refusals: what each custom error of the contracts means to whoever signed the call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from api.refusals.access import ACCESS, FRAME
from api.refusals.accreditations import ACCREDITATIONS, STANDINGS
from api.refusals.exchange import EXCHANGE
from api.refusals.forwarding import FORWARDING
from api.refusals.kinds import WRONG, Sentences
from api.refusals.methodologies import METHODOLOGIES
from api.refusals.projects import PROJECTS
from api.refusals.reports import REPORTS
from api.refusals.reversals import REVERSALS
from api.refusals.units import TOKENS, UNITS
from indexer.abi import ContractError

_EPOCH = date(1970, 1, 1)

#: Every custom error by name.
REFUSALS: Sentences = {
    **METHODOLOGIES,
    **PROJECTS,
    **REPORTS,
    **UNITS,
    **TOKENS,
    **REVERSALS,
    **EXCHANGE,
    **ACCREDITATIONS,
    **ACCESS,
    **FRAME,
    **FORWARDING,
}


@dataclass(frozen=True)
class Refusal:
    """A contract's refusal: the HTTP status and the sentence that stand for it."""

    status: int
    sentence: str


def refusal_of(error: ContractError, names: Mapping[str, str]) -> Refusal:
    """The refusal that a custom error stands for, with its arguments in the sentence.

    `names` replace arguments that people know by another name.
    """
    status, sentence = REFUSALS.get(error.name, (WRONG, f"The contract refused: {error.name}."))
    return Refusal(status, sentence.format_map(_Words({**error.arguments, **names})))


class _Words(dict[str, Any]):
    """Arguments as a sentence names them: day numbers as dates, standings as what mends them."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        super().__init__({name: _word(name, value) for name, value in arguments.items()})

    def __missing__(self, name: str) -> str:
        return f"({name})"


def _word(name: str, value: Any) -> Any:
    if name.lower().endswith("day") and isinstance(value, int):
        return (_EPOCH + timedelta(days=value)).isoformat()
    if name == "standing":
        return STANDINGS.get(value, value)
    return value
