"""The search for failed calls: block by block behind the index, and back where it is undone."""

from collections.abc import Sequence
from itertools import pairwise

import structlog
from sqlalchemy import Engine, delete, select
from sqlmodel import Session

from indexer.database import snapshot, transaction
from indexer.deployments import Deployments
from indexer.errands.agreement import require_blocks
from indexer.errands.failures import Failures
from indexer.errors import ChainMoved
from indexer.models import Checkpoint, FailedCall, ScannedBlock
from indexer.tracing import FullBlock, Tracing, Transaction

BLOCKS_AT_ONCE = 50
#: Marks of how far the search was, so that a reorganisation does not send it back to the beginning.
MARKS = 2_000
_marks, _found = ScannedBlock.__table__, FailedCall.__table__

log = structlog.get_logger("indexer")


class FailedCalls:
    """Searches the blocks that the index holds; `through` are contracts whose calls are traced."""

    def __init__(
        self, engine: Engine, tracing: Tracing, failures: Failures, through: Sequence[str]
    ) -> None:
        self._engine = engine
        self._tracing = tracing
        self._failures = failures
        self._through = {address.lower() for address in through}
        self._missed = False

    def step(self) -> bool:
        """Search some blocks more; False when there is none. Raises `TryLater`."""
        with snapshot(self._engine) as session:
            last = session.scalars(select(ScannedBlock).order_by(_marks.c.block_number.desc()))
            mark = last.first()
            checkpoint = session.scalars(select(Checkpoint)).first()
        first = self._deployments.first_block if mark is None else mark.block_number + 1
        if checkpoint is None or checkpoint.block_number < first:
            return False
        end = min(checkpoint.block_number, first + BLOCKS_AT_ONCE - 1)
        blocks = self._tracing.blocks(range(first, end + 1))
        _require_chain(mark, blocks)
        rows = [row for block in blocks for row in self._failed_in(block)]
        with transaction(self._engine) as session:
            require_blocks(session, {b.header.number: b.header.hash for b in blocks})
            self._write(session, blocks, rows)
        return True

    @property
    def _deployments(self) -> Deployments:
        return self._failures.deployments

    def _failed_in(self, block: FullBlock) -> list[FailedCall]:
        direct = [one for one in block.transactions if self._failures.is_ours(one.to)]
        failed = self._tracing.failed(direct) if direct else set()
        rows = []
        for one in block.transactions:
            if one.hash in failed:
                rows += self._direct(block, one)
            elif one.to in self._through or self._is_forwarder(one.to):
                rows += self._passed_on(block, one)
        return rows

    def _direct(self, block: FullBlock, one: Transaction) -> list[FailedCall]:
        trace = self._tracing.trace(one)
        found = self._failures.traced(block, one, trace) if trace is not None else []
        if found:
            return found
        output = self._tracing.replay(one, block.header.parent_hash)
        return self._failures.untraced(block, one, output)

    def _passed_on(self, block: FullBlock, one: Transaction) -> list[FailedCall]:
        """What a forwarder or another contract that the settings name passed on and was refused."""
        trace = self._tracing.trace(one)
        if trace is None:
            if not self._missed:
                log.warning("the node keeps no traces: calls through other contracts are not seen")
            self._missed = True
            return []
        return self._failures.traced(block, one, trace)

    def _is_forwarder(self, address: str | None) -> bool:
        return self._failures.is_ours(address) and address == self._deployments.forwarder

    def _write(
        self, session: Session, blocks: Sequence[FullBlock], rows: Sequence[FailedCall]
    ) -> None:
        first, end = blocks[0].header, blocks[-1].header
        searched = _found.c.block_number.between(first.number, end.number)
        session.execute(delete(_found).where(searched))
        session.add_all(rows)
        session.execute(delete(_marks).where(_marks.c.block_number < end.number - MARKS))
        session.add(ScannedBlock(block_number=end.number, block_hash=end.hash))


def _require_chain(mark: ScannedBlock | None, blocks: Sequence[FullBlock]) -> None:
    """The blocks must follow each other and the one that was searched last."""
    before = [] if mark is None else [mark.block_hash]
    hashes = [*before, *(block.header.hash for block in blocks)]
    parents = [block.header.parent_hash for block in blocks][0 if before else 1 :]
    if any(parent != found for (found, _), parent in zip(pairwise(hashes), parents, strict=True)):
        raise ChainMoved("The chain changed while its failed calls were searched.")
