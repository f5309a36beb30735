"""Quantities and CIDs: exact, and the same for everybody."""

from __future__ import annotations

import base64
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas

#: The codec is dag-pb (0x70), which a folder has, not the raw bytes of a document.
OF_A_DIRECTORY = "b" + base64.b32encode(bytes([1, 0x70, 0x12, 32, *range(32)])).decode().lower()


class TestToKg:
    """
    given a number and a unit                 it gives whole kilograms, rounded down, exactly
    when it is negative, no number, no unit   it raises
    """

    @pytest.mark.parametrize(
        ("value", "unit", "kg"),
        [
            (1250.75, "tCO2e", 1_250_750),
            (0.3, "tCO2e", 300),
            (1.005, "tCO2e", 1005),
            (4.35, "tCO2", 4350),
            (0.0009999, "tCO2e", 0),
            (1.9999, "tCO2e", 1999),
            (9102, "kgCO2e", 9102),
            (0.999, "kgCO2", 0),
            ("1250.7509", "tCO2e", 1_250_750),
            (Decimal("1e3"), "tCO2e", 1_000_000),
            (1e21, "kgCO2e", 10**21),
            (5e-324, "tCO2e", 0),
            (0, "tCO2e", 0),
        ],
    )
    def test_kilograms_are_exact_given_a_decimal(self, value: Any, unit: str, kg: int) -> None:
        assert schemas.to_kg(value, unit) == kg

    @given(st.floats(0, 1e300))
    def test_kilograms_are_rounded_down_given_any_number(self, value: float) -> None:
        exact = Fraction(repr(value)) * 1000
        assert schemas.to_kg(value, "tCO2e") == exact.numerator // exact.denominator

    @pytest.mark.parametrize(
        "value", [-1, -0.001, float("nan"), float("inf"), "ten", "1e999999999", None, True, []]
    )
    def test_it_raises_when_there_is_no_quantity(self, value: Any) -> None:
        with pytest.raises(ValueError, match=r"; (give|enter) "):
            schemas.to_kg(value, "tCO2e")

    def test_it_raises_when_the_unit_is_unknown(self) -> None:
        with pytest.raises(
            ValueError, match="“lb” is no unit of quantity; use one of tCO2e, kgCO2e"
        ):
            schemas.to_kg(1, "lb")


class TestToTonnes:
    """
    given kilograms   it gives tonnes with three decimals, which read back as the same kilograms
    """

    @given(st.integers(0, 2**64))
    def test_kilograms_return_given_tonnes(self, kg: int) -> None:
        assert schemas.to_kg(schemas.to_tonnes(kg), "tCO2e") == kg

    @pytest.mark.parametrize(("kg", "text"), [(0, "0.000"), (7, "0.007"), (1_250_750, "1250.750")])
    def test_three_decimals_are_written_given_kilograms(self, kg: int, text: str) -> None:
        assert schemas.to_tonnes(kg) == text

    @pytest.mark.parametrize("kg", [-1, 1.0, "1", True, None])
    def test_it_raises_when_there_are_no_whole_kilograms(self, kg: Any) -> None:
        with pytest.raises(ValueError, match="give whole kilograms"):
            schemas.to_tonnes(kg)


class TestCid:
    """
    given a content hash   the CID, the bytes32 and the hash are one digest in three spellings
    given another text     it raises
    """

    def test_cid_is_the_known_one_given_the_empty_document(self) -> None:
        # The CIDv1 (raw) of no bytes at all, as every IPFS tool prints it.
        digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        known = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
        assert schemas.cid(digest) == known

    @given(st.binary(min_size=32, max_size=32))
    def test_spellings_return_given_any_digest(self, digest: bytes) -> None:
        content_hash = schemas.bytes32_to_hash(digest)
        assert schemas.hash_to_bytes32(content_hash) == digest
        assert schemas.bytes32_to_hash("0x" + digest.hex()) == content_hash
        assert schemas.cid_to_hash(schemas.cid(content_hash)) == content_hash
        assert len(schemas.cid(content_hash)) == 59

    @pytest.mark.parametrize(
        "text", ["", "sha256:", "sha256:" + "A" * 64, "0x" + "0" * 64, "f" * 64]
    )
    def test_it_raises_when_a_hash_is_spelt_otherwise(self, text: str) -> None:
        with pytest.raises(ValueError, match="write “sha256:” and 64"):
            schemas.cid(text)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "b",
            "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG",
            OF_A_DIRECTORY,
        ],
    )
    def test_it_raises_when_a_cid_is_of_another_kind(self, text: str) -> None:
        with pytest.raises(ValueError, match="is no CIDv1 of raw bytes"):
            schemas.cid_to_hash(text)

    def test_it_raises_when_bytes_are_not_32(self) -> None:
        with pytest.raises(ValueError, match="this one has 31"):
            schemas.bytes32_to_hash(bytes(31))
