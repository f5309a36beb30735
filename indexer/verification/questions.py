"""What the index asks the contracts about its rows, and how it compares what they answer."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.abi import Abi
from indexer.models import Versioned

Compared = Iterator[tuple[str, Any, Any]]


@dataclass(frozen=True)
class Question:
    """A call of a view."""

    contract: str
    function: str
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Moment:
    """What the comparison needs to know of the block: its UNIX time, the compiled contracts."""

    timestamp: int
    abi: Abi


@dataclass(frozen=True)
class View:
    """What to ask for a row, and (name, column, held) to compare with each answer."""

    table: type[Versioned]
    asks: Callable[[Any, Abi], Sequence[Question]]
    compares: Callable[[Any, Sequence[Any], Moment], Compared]


def snake(member: str) -> str:
    """The column that a member of a struct is kept in: `pddHash`, `pdd_hash`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", member).lower()


def members(held: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Members of a struct, those of structs within it as well."""
    for name, value in held.items():
        if isinstance(value, Mapping):
            yield from members(value)
        else:
            yield snake(name), value


def struct(table: type[Versioned], contract: str, function: str, *keys: str) -> View:
    """A view that returns a struct whose members are columns of the row."""

    def compares(row: Any, answers: Sequence[Any], moment: Moment) -> Compared:
        for name, held in members(answers[0]):
            column = getattr(row, name)
            yield name, _bits(column, moment.abi) if isinstance(column, list) else column, held

    return View(table, _asking(contract, function, keys), compares)


def value(table: type[Versioned], column: str, contract: str, function: str, *keys: str) -> View:
    """A view that returns what one column of the row holds."""

    def compares(row: Any, answers: Sequence[Any], _moment: Moment) -> Compared:
        yield column, getattr(row, column), answers[0]

    return View(table, _asking(contract, function, keys), compares)


def _asking(
    contract: str, function: str, keys: Sequence[str]
) -> Callable[[Any, Abi], list[Question]]:
    return lambda row, _abi: [Question(contract, function, tuple(getattr(row, k) for k in keys))]


def _bits(words: list[str], abi: Abi) -> int:
    known = abi.enum_words("ProjectType")
    return sum(1 << known.index(word) for word in words)
