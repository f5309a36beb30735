"""The server's own key: what it seals, and the file that holds it."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.sealing import Seal, SealError, SealKeyError


class TestSeal:
    """
    given the same words             what was sealed opens
    given other words, another key, or a changed byte   it does not
    given words that only join alike                    they are others
    """

    def test_opens_with_the_same_words_alone(self) -> None:
        seal = Seal(b"k" * 32)
        sealed = seal.seal(b"salt", "answer", "ab", "c")
        assert seal.open(sealed, "answer", "ab", "c") == b"salt"
        assert b"salt" not in sealed
        assert sealed != seal.seal(b"salt", "answer", "ab", "c")
        changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
        for other, content, words in (
            (seal, sealed, ("answer", "a", "bc")),
            (Seal(b"x" * 32), sealed, ("answer", "ab", "c")),
            (seal, changed, ("answer", "ab", "c")),
            (seal, b"", ("answer", "ab", "c")),
        ):
            with pytest.raises(SealError, match="another key, or changed"):
                other.open(content, *words)


class TestKeyFile:
    """
    when there is none        it is made, for its owner alone, and found again
    when several make it      all have the same
    when it is unusable       the message names file and setting, and nothing of its content
    """

    def test_is_made_once_for_its_owner(self, tmp_path: Path) -> None:
        path = tmp_path / "new" / "api.key"
        with ThreadPoolExecutor(8) as pool:
            names = {seal.name for seal in pool.map(Seal.load, [path] * 8)}
        assert names == {Seal.load(path).name}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [entry.name for entry in path.parent.iterdir()] == ["api.key"]

    @pytest.mark.parametrize("content", ["zz" * 32, "ab" * 31, "ä"])
    def test_is_refused_when_it_is_unusable(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "api.key"
        path.write_text(content)
        with pytest.raises(SealKeyError, match="OGCR_SEAL_KEY_FILE") as refused:
            Seal.load(path)
        assert str(path) in str(refused.value)
        assert content not in str(refused.value)
