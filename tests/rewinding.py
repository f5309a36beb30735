"""Putting a node that mines at once back to where it was."""

import time
from collections.abc import Callable
from typing import Any

from .patience import PATIENCE_SECONDS

Rpc = Callable[[str, list[Any]], Any]


def wait_for_empty_pool(rpc: Rpc) -> None:
    """Until anvil holds no transaction any more; before every `evm_revert`.

    It takes one out of its pool some time after the block is in. A revert in between makes that
    one fit again: it is mined anew, or the sender's next one gets the nonce after it and waits
    for ever.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (held := rpc("txpool_status", [])["result"]) != {"pending": "0x0", "queued": "0x0"}:
        if time.monotonic() > deadline:
            raise TimeoutError(f"The node kept transactions in its pool: {held}.")
