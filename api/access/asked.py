"""Asked: what had to be allowed for an answer, so that the same is asked before it is given again.

A request that is sent again is not carried out again, hence meets none of the checks that its route
makes. They note here what they asked for, and a kept answer carries it along.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Asked:
    """One of the scopes and one of the wallets of each list; each call by contract, function and
    number of arguments, for the role that it takes."""

    scopes: list[list[str]] = field(default_factory=list)
    wallets: list[list[str]] = field(default_factory=list)
    calls: list[tuple[str, str, int]] = field(default_factory=list)

    def kept(self) -> dict[str, Any]:
        """As it is kept beside an answer."""
        return asdict(self)


_asked: ContextVar[Asked | None] = ContextVar("asked", default=None)


@contextmanager
def noting() -> Iterator[Asked]:
    """While a request is answered: what is asked for, by whichever thread of it."""
    noted = Asked()
    token = _asked.set(noted)
    try:
        yield noted
    finally:
        _asked.reset(token)


def note_scopes(scopes: Iterable[str]) -> None:
    """One of these scopes had to be granted, and in force."""
    noted = _asked.get()
    if noted is not None and list(scopes) not in noted.scopes:
        noted.scopes.append(list(scopes))


def note_wallets(wallets: Collection[str]) -> None:
    """One of these wallets had to be the principal's; none where anybody may."""
    noted = _asked.get()
    if noted is not None and wallets and sorted(wallets) not in noted.wallets:
        noted.wallets.append(sorted(wallets))


def note_call(contract: str, function: str, inputs: int) -> None:
    """A wallet had to hold the role of this call."""
    noted = _asked.get()
    if noted is not None:
        noted.calls.append((contract, function, inputs))
