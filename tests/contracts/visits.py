"""Which instructions of which code the tests run, asked of the node beside every call."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from eth_utils import to_hex

from .ledger import GAS_LIMIT, Ledger

#: Notes, for each code that runs, every place that is jumped to, and both ways out of every branch.
_TRACER = """{
  stack: ["top"], seen: {},
  step: function (log, db) {
    var at = this.stack[this.stack.length - 1];
    var code = this.seen[at] || (this.seen[at] = {});
    var op = log.op.toNumber();
    if (op == 0x57) code[log.getPC() + (log.stack.peek(1) != 0 ? "+" : "-")] = 1;
    else if (op == 0x5b) code[log.getPC()] = 1;
  },
  fault: function (log, db) {},
  enter: function (frame) { this.stack.push(toHex(frame.getTo())); },
  exit: function (result) { this.stack.pop(); },
  result: function (ctx, db) { this.seen.to = toHex(ctx.to); return this.seen; }
}"""
#: How many calls of one function of one contract with one outcome are followed: more show little.
ENOUGH = 25


class FollowedLedger(Ledger):
    """A ledger that keeps what every call visited, by the code that ran."""

    def follow(self) -> FollowedLedger:
        self.visits: defaultdict[str, set[str]] = defaultdict(set)
        self._followed: Counter[tuple[str, bytes, str]] = Counter()
        return self

    def call(self, sender: str, to: str, data: bytes, block: str = "latest") -> bytes:
        outcome = "ok"
        try:
            return super().call(sender, to, data, block)
        except Exception as refused:
            outcome = getattr(refused, "error", "other")
            raise
        finally:
            kind = (to, data[:4], outcome)
            self._followed[kind] += 1
            if self._followed[kind] <= ENOUGH:
                self._follow(sender, to, data, block)

    def _follow(self, sender: str, to: str, data: bytes, block: str) -> None:
        request = {"from": sender, "to": to, "data": to_hex(data), "gas": hex(GAS_LIMIT)}
        traced = self._result("debug_traceCall", [request, block, {"tracer": _TRACER}])
        top = traced.pop("to")
        for at, visited in traced.items():
            address = top if at == "top" else at
            code = self._code_at(address)
            self.visits[code].update(visited)

    def _code_at(self, address: str) -> str:
        # Never kept: a snapshot that is restored lets another contract have the address.
        return str(self._result("eth_getCode", [address, "latest"]))

    def write(self, path: Path) -> None:
        """What was visited, by code; added to what an earlier run wrote."""
        before = json.loads(path.read_text()) if path.exists() else {}
        for code, places in before.items():
            self.visits[code].update(places)
        kept: dict[str, Any] = {code: sorted(places) for code, places in self.visits.items()}
        path.write_text(json.dumps(kept))
