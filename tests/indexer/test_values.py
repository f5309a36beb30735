"""Calls, errors and events by the compiled ABIs, and text that is hostile to databases."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.abi import Abi
from indexer.errors import ArtifactsMissing
from indexer.values import Parameter, decode_values, encode_values

from .node import Refused
from .stage import MANIFEST, Registry

ABI = Abi.load(MANIFEST)
HASH = "ab" * 32


class TestCalls:
    """
    when decoded                       a call is what was encoded, in plain values
    given names that are not there     it is refused
    given values that do not fit       it is refused, with the reason
    """

    def test_is_what_was_encoded_when_decoded(self) -> None:
        pdd = {
            "pddHash": f"sha256:{HASH}",
            "methodologyKey": "0x" + "01" * 32,
            "projectType": "soil_carbon",
            "startDay": 0,
            "endDay": 65_535,
            "uri": "ipfs://é",
        }
        data = ABI.encode_call("ProjectRegistry", "registerProject", ["harz-1", pdd])
        call = ABI.decode_call("ProjectRegistry", data)
        assert call.function == "registerProject"
        assert call.arguments == {"documentId": "harz-1", "pdd": pdd | {"pddHash": f"0x{HASH}"}}
        assert ABI.encode_call("ProjectRegistry", "registerProject", call.arguments) == data

    @pytest.mark.parametrize("count", [3, 4])
    def test_tells_overloads_apart_by_their_arguments(self, count: int) -> None:
        person, arguments = "0x" + "11" * 20, ["0x" + "11" * 20, "0x" + "22" * 20, 5, "0xfe"]
        data = ABI.encode_call("CRU", "safeTransferFrom", arguments[:count])
        assert ABI.decode_call("CRU", data).arguments["from"] == person

    def test_is_refused_given_a_function_that_is_not_there(self) -> None:
        with pytest.raises(KeyError, match="0 functions burn"):
            ABI.encode_call("CRU", "burn", [1])
        with pytest.raises(KeyError):
            ABI.decode_call("CRU", "0x12345678")

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (["0x12", []], "needs 14 bytes"),
            (["0x" + "zz" * 14, []], "no hex text"),
            ([], "Give 2 values, not 0"),
            ({"reportId": "0x" + "11" * 14}, "Give exactly reportId, reason"),
        ],
    )
    def test_is_refused_given_values_that_do_not_fit(self, arguments: object, reason: str) -> None:
        with pytest.raises(ValueError, match=reason):
            ABI.encode_call("MRVRegistry", "withdrawReport", arguments)  # type: ignore[arg-type]


class TestEnums:
    """
    every enum   has its words in the order of the Solidity source
    """

    def test_words_are_those_of_the_source(self) -> None:
        assert ABI.enum_words("ReportStatus")[2] == "pending_verification"
        assert ABI.enum_words("UnitType") == ("CRU", "PCR", "CFS", "CSP", "SER")

    def test_word_is_refused_given_another_one(self) -> None:
        parameter = Parameter("status", "uint8", words=("none", "draft"))
        with pytest.raises(ValueError, match="choose of none, draft"):
            encode_values([parameter], ["done"])
        with pytest.raises(ValueError, match="highest is draft"):
            decode_values([parameter], (2).to_bytes(32, "big"))


class TestText:
    """
    given bytes that are no UTF-8, or U+0000   they become U+FFFD, which every database keeps
    """

    @given(st.binary(max_size=80))
    def test_is_storable_given_any_bytes(self, raw: bytes) -> None:
        padded = raw.ljust(-(-len(raw) // 32) * 32, b"\0")
        data = (32).to_bytes(32, "big") + len(raw).to_bytes(32, "big") + padded
        text = decode_values([Parameter("reason", "string")], data)["reason"]
        assert "\0" not in text
        assert text == text.encode().decode()
        if b"\0" not in raw and "\ufffd" not in text:
            assert text.encode() == raw


@pytest.mark.chain
class TestErrors:
    """
    when a call reverts   its error is decoded by name and arguments
    given other data      there is none
    """

    def test_is_decoded_when_a_call_reverts(self, registry: Registry) -> None:
        data = ABI.encode_call("CRU", "ownerOf", [7])
        with pytest.raises(Refused) as refused:
            registry.node.call(registry.address("CRU"), data)
        revert = str(refused.value).split("'data': '")[1].split("'")[0]
        error = ABI.decode_error(revert)
        assert error is not None
        assert (error.name, error.arguments) == ("ERC721NonexistentToken", {"tokenId": 7})

    @pytest.mark.parametrize("data", ["0x", "0x12345678", "0x7e273289"])
    def test_is_none_given_other_data(self, data: str) -> None:
        # Ape's ABI module changes the decoders that everybody shares; ours must not follow.
        import_module("ape.utils.abi")
        assert ABI.decode_error(data) is None


class TestManifest:
    """
    given no manifest, or half a one   the reader is told what to do
    """

    @pytest.mark.parametrize("content", [None, "{", '{"contractTypes": {}, "sources": {}}'])
    def test_tells_what_to_do_given_none(self, tmp_path: Path, content: str | None) -> None:
        path = tmp_path / "manifest.json"
        if content is not None:
            path.write_text(content)
        with pytest.raises(ArtifactsMissing, match=r"scripts/compile|ape compile"):
            Abi.load(path)
