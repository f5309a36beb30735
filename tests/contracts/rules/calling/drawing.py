"""Draws callers and arguments: mostly such as the rules allow, often spoilt."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from tests.contracts.permissions import ANYBODY, EVERY_ACCOUNT, MATRIX
from tests.contracts.rules.world import World
from tests.contracts.samples import (
    ZERO_ADDRESS,
    ZERO_HASH,
    Cast,
    content_hash,
)

Arguments = tuple[Any, ...]
#: Names are few, so that calls meet what others made.
NAMES = ("alpha", "beta", "gamma", "delta")
TEXTS = ("", "reason", "x" * 200, "x" * 201, "x" * 500, "x" * 501, "x" * 512, "x" * 513)
SPOILT = 0.12


class Drawing:
    """Draws from a seed."""

    def __init__(self, w: World, cast: Cast, seed: int) -> None:
        self.w = w
        self.cast = cast
        self.accounts = list(dict.fromkeys(cast))
        self.random = random.Random(seed)

    def who(self, contract: str, function: str, arguments: Arguments = ()) -> str:
        """Mostly somebody who may."""
        if self.is_spoilt():
            return self.any_of(self.accounts)
        role = MATRIX[contract][function]
        if role in (ANYBODY, EVERY_ACCOUNT):
            return self.owner_of(arguments)
        fitting = sorted(self.w.members[role])
        concerned = [one for one in fitting if one in self.concerned(arguments)]
        return self.any_of(concerned or fitting or self.accounts)

    def concerned(self, arguments: Arguments) -> set[str]:
        """Developer and judge of the project or report that the first argument names."""
        held = arguments[0] if arguments and isinstance(arguments[0], bytes) else b""
        report = self.w.reports.get(held)
        project = self.w.projects.get(report.project_id if report else held)
        found = {project.developer, project.validator} if project else set()
        return found - {project.validator} | {report.verifier} if project and report else found

    def owner_of(self, arguments: Arguments) -> str:
        ids = [one for one in _flat(arguments) if isinstance(one, int) and one in self.w.blocks]
        owners = [self.w.blocks[one].owner for one in ids]
        found = [one for one in owners if one != self.w.units]
        return self.any_of(found or self.accounts)

    def any_of(self, options: Iterable[Any]) -> Any:
        return self.random.choice(list(options))

    def is_spoilt(self, chance: float = SPOILT) -> bool:
        return self.random.random() < chance

    def some(self, good: Iterable[Any], others: Iterable[Any]) -> Any:
        """Mostly one of the good; something else when there is none, or to spoil the call."""
        right, wrong = list(good), list(others)
        return self.any_of(wrong if wrong and (not right or self.is_spoilt()) else right or wrong)

    def text(self, allowed: str = "reason") -> str:
        return self.any_of(TEXTS) if self.is_spoilt() else allowed

    def hash(self, of: str = "") -> bytes:
        if self.is_spoilt(0.05):
            return ZERO_HASH
        return content_hash(of or str(self.random.randrange(10**6)))

    def account(self) -> str:
        if self.is_spoilt(0.08):
            return str(self.any_of((ZERO_ADDRESS, self.w.units)))
        return str(self.any_of(self.accounts))


def _flat(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return [leaf for one in value for leaf in _flat(one)]
    return [value]
