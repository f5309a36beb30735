"""People who reverse, make up for it, export and import at random."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from indexer.identity import reversal_id

if TYPE_CHECKING:
    from .play import Play

#: Few, so that some are used a second time and in another spelling.
ORIGIN_KEYS = ("EX-1", "EX-2", "ex-2", "EX-3")


class LedgerPlay:
    """Acts on `ReversalRegistry` and `UnitExchange`; what the chain refuses leaves no event."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.random = play.random
        self.registry = play.registry
        self.reversals: list[tuple[str, str]] = []
        self.exports: list[dict[str, Any]] = []

    @property
    def actions(self) -> list[Callable[[], None]]:
        """Each as likely as any other act."""
        return [
            self.reverse,
            self.make_up,
            self.hit,
            self.send_away,
            self.end_export,
            self.bring_in,
        ]

    def reverse(self) -> None:
        """Of any report."""
        self._reverse(self.play.held_report("verified")["id"])

    def _reverse(self, report: str) -> str:
        """Take the whole buffer of a report, which is often its project's, and a live unit."""
        blocks = [one for one in self.play.units() if one["reportId"] == report]
        buffered = [one for one in blocks if one["status"] == "buffer"]
        live = [one for one in blocks if one["status"] == "held"]
        held_kg = sum(one["quantityKg"] for one in buffered)
        kg = held_kg + self.random.randrange(1, 5_000)
        portions = [(one["id"], one["quantityKg"]) for one in buffered]
        drawn = [(one["id"], min(one["quantityKg"], 7)) for one in live[:1]]
        evidence = self.play.new_hash()
        arguments = (report, kg, self.random.random() < 0.5, evidence, "ipfs://evidence")
        self._operate("ReversalRegistry", "recordReversal", *arguments, portions, drawn)
        identity = reversal_id(report, evidence)
        self.reversals.append((identity, report))
        return identity

    def make_up(self) -> None:
        """By whoever holds a unit, or by the operator from the developer's."""
        if not self.reversals:
            return
        identity, _ = self.random.choice(self.reversals)
        unit = self.play.held_unit()
        portions = [(unit["id"], self.random.randrange(1, unit["quantityKg"] + 1))]
        if self.random.random() < 0.7:
            self.play.send(unit["owner"], "ReversalRegistry", "compensate", identity, portions)
        else:
            self._operate("ReversalRegistry", "drawOnLiable", identity, portions)

    def hit(self) -> None:
        """Mark retired units of a report, and say that they are made up for."""
        retired = [one for one in self.play.units() if one["status"] == "retired"]
        if not retired:
            return
        unit = self.random.choice(retired)
        known = [identity for identity, report in self.reversals if report == unit["reportId"]]
        identity = self.random.choice(known) if known else self._reverse(unit["reportId"])
        kg = self.random.randrange(1, min(unit["quantityKg"], 50) + 1)
        self._operate("ReversalRegistry", "markImpaired", identity, [(unit["id"], kg)])
        anybody = self.registry.holders[0]
        tokens = [unit["id"]]
        self.play.send(anybody, "ReversalRegistry", "markCompensated", identity, tokens)

    def send_away(self) -> None:
        """Lock a whole block, so that its id stays."""
        unit = self.play.held_unit()
        target = (unit["id"], unit["quantityKg"], "elsewhere.example", "account 7")
        self.play.send(unit["owner"], "UnitExchange", "startExport", *target)
        self.exports.append(unit)

    def end_export(self) -> None:
        """Complete it, or give it back."""
        if not self.exports:
            return
        unit = self.random.choice(self.exports)
        if self.random.random() < 0.5:
            arguments = (unit["id"], self.play.new_hash(), "ipfs://agreement")
            self._operate("UnitExchange", "completeExport", *arguments)
        else:
            reason = self.random.choice(["", "refused there"])
            self.play.send(unit["owner"], "UnitExchange", "abortExport", unit["id"], reason)

    def bring_in(self) -> None:
        """Units of another registry for one of the holders."""
        to = self.random.choice(self.registry.holders)
        origin = ("elsewhere.example", self.random.choice(ORIGIN_KEYS), "EX")
        terms = ("CRU", 1, False, 0, self.play.new_hash(), "ipfs://origin")
        kg = self.random.randrange(1, 10_000)
        self._operate("UnitExchange", "importUnits", (*origin, to, 2020, kg, *terms))

    def _operate(self, contract: str, function: str, *arguments: Any) -> None:
        self.play.send(self.registry.operator, contract, function, *arguments)
