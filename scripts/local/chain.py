"""The local chain: anvil, with its state kept in a file that is always whole."""

import gzip
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from scripts.local.children import Child

CHAIN_ID = 31337
START_SECONDS = 30
SAVE_SECONDS = 1.0
#: States of earlier blocks are kept over a restart while the chain is this short.
HISTORY_BLOCKS = 2_000


class ChainTrouble(Exception):
    """The local chain cannot be had; the message says what to do."""


class LocalChain:
    """anvil on 127.0.0.1, loaded from a state file and saved to it whenever a block was added."""

    def __init__(self, port: int, state: Path, log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.state = state
        self._cache = state.parent / "anvil"
        self._port = port
        self._log = log
        self._saved: str | None = None
        self._ending = threading.Event()
        self._saving = threading.Lock()
        self._saver = threading.Thread(target=self._keep_saving, daemon=True)
        self._http = httpx.Client(timeout=60)

    def start(self) -> Child:
        """Start anvil and load the kept state; raises ChainTrouble when that fails."""
        anvil = shutil.which("anvil")
        if anvil is None:
            raise ChainTrouble("anvil is not installed here: run scripts/setup.")
        options = ["--host", "127.0.0.1", "--port", str(self._port), "--chain-id", str(CHAIN_ID)]
        options += ["--hardfork", "cancun", "--no-request-size-limit", "--quiet"]
        options += ["--cache-path", str(self._fresh_cache())]
        child = Child("The local chain (anvil)", [anvil, *options], self._log)
        try:
            self._await(child)
            self._load()
        except BaseException:
            child.stop()
            raise
        self._saver.start()
        return child

    def stop(self, child: Child) -> None:
        """Save once more, with the states of earlier blocks, and end anvil."""
        self._ending.set()
        if self._saver.is_alive():
            self._saver.join()
        if self.head() is not None:
            self._save(with_history=(self.head() or 0) <= HISTORY_BLOCKS)
        child.stop()
        shutil.rmtree(self._cache, ignore_errors=True)

    def _fresh_cache(self) -> Path:
        """For states that anvil moves out of its memory: a killed one leaves gigabytes."""
        shutil.rmtree(self._cache, ignore_errors=True)
        self._cache.mkdir(parents=True)
        return self._cache

    def save(self) -> None:
        """Save now; raises ChainTrouble when anvil cannot."""
        with self._saving:
            self._save(with_history=False)

    def head(self) -> int | None:
        """Number of the newest block, None when the chain does not answer."""
        try:
            return int(self._ask("eth_blockNumber"), 16)
        except (httpx.HTTPError, ChainTrouble):
            return None

    def _await(self, child: Child) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self.head() is None:
            child.require_running()
            if time.monotonic() > deadline:
                raise ChainTrouble(f"anvil does not answer on {self.url}: see {self._log}.")
            time.sleep(0.05)

    def _load(self) -> None:
        if not self.state.exists():
            return
        try:
            self._ask("anvil_loadState", "0x" + self.state.read_bytes().hex())
        except ChainTrouble as error:
            raise ChainTrouble(
                f"The kept chain {self.state} cannot be loaded ({error}): start anew with "
                "scripts/up --fresh."
            ) from error
        self._saved = self._newest()

    def _keep_saving(self) -> None:
        pause = SAVE_SECONDS
        while not self._ending.wait(pause):
            began = time.monotonic()
            _quietly(self._save_if_new)
            # A long chain takes long to write: spend at most a twentieth of the time on it.
            pause = max(SAVE_SECONDS, 20 * (time.monotonic() - began))

    def _save_if_new(self) -> None:
        # By hash, because a reorganisation may leave the number as it was.
        if self._newest() != self._saved:
            self.save()

    def _newest(self) -> str:
        return str(self._ask("eth_getBlockByNumber", "latest", False)["hash"])

    def _save(self, *, with_history: bool) -> None:
        newest = self._newest()
        dump = bytes.fromhex(self._ask("anvil_dumpState", with_history).removeprefix("0x"))
        gzip.decompress(dump)
        self.state.parent.mkdir(parents=True, exist_ok=True)
        part = self.state.with_suffix(".part")
        with part.open("wb") as file:
            file.write(dump)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.state)
        self._saved = newest

    def _ask(self, method: str, *parameters: Any) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}
        reply = self._http.post(self.url, json=body).json()
        if "error" in reply:
            raise ChainTrouble(str(reply["error"].get("message")))
        return reply["result"]


def _quietly(act: Callable[[], None]) -> None:
    # The next second tries again; at the end the caller hears of trouble.
    try:
        act()
    except (httpx.HTTPError, ChainTrouble, OSError):
        return
