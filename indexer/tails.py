"""Whether a block's logs go on after the last one that a node gave: receipts tell it.

A log at the very end of a block can hide from its bloom, when each of its topics is in another log.
The receipt of the block's last transaction has the number of the last log; where that transaction
left none, so has one before it.
"""

from collections.abc import Iterable
from typing import NamedTuple

from indexer.chain import Chain, Header, Log, Receipt
from indexer.errors import ChainMoved, TryLater


class End(NamedTuple):
    """A block and the last of its logs, as far as a node gave them."""

    header: Header
    log: Log


class Tails:
    """Holds the ends of blocks against receipts."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def require(self, ends: Iterable[End], *, are_recent: bool) -> None:
        """Check that no log comes after these; raises `TryLater` where one does.

        A node that gives out no receipts is believed, and one that keeps none of old blocks; those
        of recent ones it will have.
        """
        asked = [(end, end.header.last_tx) for end in ends if end.header.last_tx]
        receipts = self._chain.receipts([transaction for _, transaction in asked])
        if receipts is None:
            return
        for (end, _), receipt in zip(asked, receipts, strict=True):
            if receipt is not None and receipt.last_log is None:
                receipt = self._earlier(end) or receipt
            if receipt is not None:
                _compare(end, receipt)
            elif are_recent:
                raise TryLater(f"The node has no receipts of block {end.header.number} yet.")

    def _earlier(self, end: End) -> Receipt | None:
        """The last receipt with logs, from the transaction of the last known log on."""
        transactions = self._chain.transactions_of(end.header)[end.log.tx_index :]
        receipts = self._chain.receipts(transactions)
        telling = [one for one in receipts or () if one is not None and one.last_log is not None]
        return telling[-1] if telling else None


def _compare(end: End, receipt: Receipt) -> None:
    number = end.header.number
    if receipt.block_hash != end.header.hash:
        raise ChainMoved(f"Block {number} changed while its receipts were read.")
    if receipt.last_log != end.log.log_index:
        raise TryLater(
            f"The node left out logs at the end of block {number}: it gave them up to "
            f"{end.log.log_index}, and by its receipts they go to {receipt.last_log}."
        )
