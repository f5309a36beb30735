"""The local chain's kept state: whole after every save, and taken up as it was."""

from pathlib import Path

import httpx
import pytest

from scripts.local.chain import ChainTrouble, LocalChain

from ..ports import free_port  # noqa: TID252


def rpc(chain: LocalChain, method: str, *parameters: object) -> object:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
    return httpx.post(chain.url, json=body).json()["result"]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "chain" / "state.gz"


class TestLocalChain:
    """
    given it was stopped                   blocks, hashes and earlier states are there again
    given it was killed after a save       blocks up to the save are there again
    given a state that cannot be read      it says how to start anew
    """

    def test_history_is_there_again_given_it_was_stopped(self, state: Path, tmp_path: Path) -> None:
        first = LocalChain(free_port(), state, tmp_path / "log")
        anvil = first.start()
        for _ in range(5):
            rpc(first, "evm_mine")
        newest = rpc(first, "eth_getBlockByNumber", "latest", False)
        first.stop(anvil)
        again = LocalChain(free_port(), state, tmp_path / "log")
        anvil = again.start()
        assert rpc(again, "eth_getBlockByNumber", "latest", False) == newest
        assert rpc(again, "eth_getBalance", "0x" + 40 * "1", "0x2") == "0x0"
        assert rpc(again, "anvil_reorg", 3, []) is None
        again.stop(anvil)

    def test_blocks_are_there_again_given_it_was_killed(self, state: Path, tmp_path: Path) -> None:
        first = LocalChain(free_port(), state, tmp_path / "log")
        anvil = first.start()
        rpc(first, "evm_mine")
        first.save()
        anvil.stop()
        again = LocalChain(free_port(), state, tmp_path / "log")
        anvil = again.start()
        assert again.head() == 1
        again.stop(anvil)

    def test_says_how_to_start_anew_given_an_unreadable_state(
        self, state: Path, tmp_path: Path
    ) -> None:
        state.parent.mkdir()
        state.write_bytes(b"no state")
        chain = LocalChain(free_port(), state, tmp_path / "log")
        with pytest.raises(ChainTrouble, match="start anew with scripts/up --fresh"):
            chain.start()
