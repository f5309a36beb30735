"""Thinks up calls: mostly such as the rules allow at present, often spoilt in one place."""

from __future__ import annotations

from collections.abc import Callable

from .calling.access import AccessCalls
from .calling.drawing import Arguments
from .calling.exchange import ExchangeCalls
from .calling.reversals import ReversalCalls


class Caller(AccessCalls, ReversalCalls, ExchangeCalls):
    """Draws who calls a function, and with which arguments, from a seed."""

    def call(self, contract: str, function: str) -> tuple[str, Arguments]:
        """Who calls, and the arguments."""
        if function in ("pause", "unpause"):
            return self.who(contract, function), ()
        draw: Callable[[], Arguments] = getattr(self, f"{contract}_{function}")
        arguments = draw()
        return self.who(contract, function, arguments), arguments
