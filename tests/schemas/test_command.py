"""The command `python -m schemas`, as an auditor runs it without the rest of the system."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import schemas
from schemas.__main__ import main

ROOT = Path(schemas.__file__).parents[1]
EXAMPLES = ROOT / "schemas" / "examples"
HARZ = str(EXAMPLES / "valid" / "pdd.harz-reforestation.json")
DAC = str(EXAMPLES / "valid" / "pdd.hellisheidi-air-capture.json")
CROSSED = str(EXAMPLES / "invalid" / "pdd.self-intersection.geometry.coordinates.0.json")


def run(*arguments: str, text: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "schemas", *arguments]
    return subprocess.run(command, input=text, capture_output=True, cwd=ROOT, check=False)


def content_hash(path: str) -> str:
    return schemas.content_hash(json.loads(Path(path).read_text(encoding="utf-8")))


class TestCommand:
    """
    given `hash`        a line for each document; 1 and the faults on stderr if invalid
    given `validate`    each fault with pointer, code and sentence
    given `canonical`   the bytes and nothing else
    given `cid`         the CID of what is hashed
    when misused        2 and a sentence
    """

    def test_hash_is_printed_given_a_file(self) -> None:
        done = run("hash", HARZ)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.decode() == content_hash(HARZ) + "\n"

    def test_hash_is_printed_given_standard_input(self) -> None:
        done = run("hash", "-", text=Path(HARZ).read_bytes())
        assert done.stdout.decode() == content_hash(HARZ) + "\n"

    def test_canonical_bytes_are_written_given_any_json(self) -> None:
        done = run("canonical", "-", text=b'{"b": 1.0, "a": "\\u20ac"}\n')
        assert (done.returncode, done.stdout) == (0, '{"a":"€","b":1}'.encode())

    def test_nothing_heavy_is_loaded_when_imported(self) -> None:
        heavy = "{'ape', 'web3', 'fastapi', 'sqlmodel', 'pydantic'}"
        code = f"import schemas, sys; print(*{heavy} & set(sys.modules))"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True
        )
        assert done.stdout == b"\n"

    def test_names_are_printed_given_several_files(self, capsys: Any) -> None:
        assert main(["hash", HARZ, CROSSED, DAC]) == 1
        printed = capsys.readouterr()
        assert printed.out.splitlines() == [
            f"{content_hash(HARZ)}  {HARZ}",
            f"{content_hash(DAC)}  {DAC}",
        ]
        assert printed.err.splitlines()[0] == f"{CROSSED}: invalid, 1 fault"
        assert "/geometry/coordinates/0: SELF_INTERSECTION: The boundary crosses" in printed.err

    def test_hash_of_the_whole_is_printed_given_no_known_profile(
        self, capsys: Any, tmp_path: Path
    ) -> None:
        file = tmp_path / "any.json"
        file.write_text('{"z": [1.0], "a": null}')
        assert main(["hash", str(file)]) == 0
        expected = hashlib.sha256(b'{"a":null,"z":[1]}').hexdigest()
        assert capsys.readouterr().out == f"sha256:{expected}\n"

    def test_cid_is_printed_given_a_file(self, capsys: Any) -> None:
        assert main(["cid", HARZ]) == 0
        assert capsys.readouterr().out == schemas.cid(content_hash(HARZ)) + "\n"

    def test_faults_are_printed_given_invalid_files(self, capsys: Any) -> None:
        assert main(["validate", HARZ, CROSSED]) == 1
        out = capsys.readouterr().out
        assert out.startswith(f"{HARZ}: valid pdd\n{CROSSED}: invalid, 1 fault\n  /geometry/")

    def test_kind_decides_when_it_is_given(self, capsys: Any) -> None:
        assert main(["validate", "--kind", "mrv", HARZ]) == 1
        assert "/profile: VALUE_NOT_ALLOWED" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            (b"{}", "PROFILE_UNKNOWN"),
            (b"{", "NOT_JSON_TEXT"),
            (b'{"a":1,"a":1}', "DUPLICATE_MEMBER"),
        ],
    )
    def test_fault_is_printed_given_no_document(
        self, text: bytes, code: str, capsys: Any, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        assert main(["validate", "-"]) == 1
        assert code in capsys.readouterr().out

    def test_sentence_is_printed_when_a_file_is_missing(self, capsys: Any) -> None:
        assert main(["hash", "nowhere.json", HARZ]) == 2
        printed = capsys.readouterr()
        assert "nowhere.json: No such file or directory; give the name" in printed.err
        assert content_hash(HARZ) in printed.out

    @pytest.mark.parametrize("arguments", [[], ["weigh", HARZ], ["hash"], ["canonical", HARZ, DAC]])
    def test_usage_is_printed_when_misspelt(self, arguments: list[str], capsys: Any) -> None:
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2
        assert "usage: python -m schemas" in capsys.readouterr().err

    def test_exit_codes_are_explained_when_help_is_asked(self, capsys: Any) -> None:
        with pytest.raises(SystemExit):
            main(["--help"])
        assert "Exit codes: 0 all is well; 1 a document is invalid" in capsys.readouterr().out
