"""A real node of the tests' own: anvil, with the levers that make reorganisations."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from typing import Any

import httpx

from ..patience import PATIENCE_SECONDS  # noqa: TID252
from ..ports import free_port  # noqa: TID252


class Refused(Exception):
    """The node answered a request with an error."""


class Node:
    """An anvil that mines only when told to."""

    def __init__(self, *, chain_id: int = 31337) -> None:
        binary = shutil.which("anvil")
        if binary is None:
            raise FileNotFoundError("anvil is not on the path: source scripts/environment first.")
        self.port = free_port()
        self.chain_id = chain_id
        self.url = f"http://127.0.0.1:{self.port}"
        command = [binary, "--port", str(self.port), "--chain-id", str(chain_id)]
        # For states that anvil moves out of its memory: a killed one leaves gigabytes.
        self._states = tempfile.TemporaryDirectory(prefix="ogcr-anvil-", ignore_cleanup_errors=True)
        command += ["--silent", "--order", "fifo", "--cache-path", self._states.name]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        self._client = httpx.Client(timeout=30)
        self._wait_until_up()
        self.accounts: list[str] = [account.lower() for account in self.rpc("eth_accounts")]
        self.rpc("evm_setAutomine", False)

    def rpc(self, method: str, *params: Any) -> Any:
        """The result of a JSON-RPC request; raises `Refused` for an error."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        reply = self._client.post(self.url, json=body).json()
        if "error" in reply:
            raise Refused(f"{method}: {reply['error']}")
        return reply["result"]

    def send(self, sender: str, to: str | None, data: str) -> str:
        """A transaction into the pool, whether it will revert or not; gives its hash."""
        call = {"from": sender, "data": data, "gas": hex(8_000_000), "gasPrice": hex(10**11)}
        return str(self.rpc("eth_sendTransaction", call | ({"to": to} if to else {})))

    def call(self, to: str, data: str, block: int | str = "latest") -> str:
        """What a view answers."""
        tag = hex(block) if isinstance(block, int) else block
        return str(self.rpc("eth_call", {"to": to, "data": data}, tag))

    def mine(self, blocks: int = 1) -> None:
        """Mine what is in the pool, and then empty blocks."""
        for _ in range(blocks):
            self.rpc("evm_mine")

    def drop_pool(self) -> None:
        """Forget the transactions that were not mined."""
        self.rpc("anvil_dropAllTransactions")

    @property
    def head(self) -> int:
        """Number of the newest block."""
        return int(self.rpc("eth_blockNumber"), 16)

    def receipt(self, transaction: str) -> dict[str, Any]:
        """The receipt of a mined transaction."""
        found: dict[str, Any] = self.rpc("eth_getTransactionReceipt", transaction)
        return found

    def snapshot(self) -> str:
        """A mark to come back to."""
        return str(self.rpc("evm_snapshot"))

    def revert(self, mark: str) -> None:
        """Back to a mark: later blocks and transactions never were."""
        assert self.rpc("evm_revert", mark)
        self.drop_pool()

    def reorganise(self, depth: int, *transactions: tuple[dict[str, str], int]) -> None:
        """Replace the newest `depth` blocks, putting these transactions into them by offset."""
        self.rpc("anvil_reorg", depth, [list(pair) for pair in transactions])

    def pause(self, *, forever: bool = False) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End the process and the connections."""
        self._client.close()
        self._process.terminate()
        self._process.wait(PATIENCE_SECONDS)
        self._states.cleanup()

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                self.rpc("eth_chainId")
                return
            except httpx.HTTPError:
                assert self._process.poll() is None, "anvil ended at its start."
                time.sleep(0.05)
        raise TimeoutError(f"anvil did not start within {PATIENCE_SECONDS} s.")
