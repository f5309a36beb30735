"""Canonical form, against the vectors printed in RFC 8785."""

from __future__ import annotations

import struct

import pytest

import schemas

#: RFC 8785, appendix B: IEEE 754 double in hexadecimal, its JSON.
NUMBERS = """
0000000000000000 0
8000000000000000 0
0000000000000001 5e-324
8000000000000001 -5e-324
7fefffffffffffff 1.7976931348623157e+308
ffefffffffffffff -1.7976931348623157e+308
4340000000000000 9007199254740992
c340000000000000 -9007199254740992
4430000000000000 295147905179352830000
44b52d02c7e14af5 9.999999999999997e+22
44b52d02c7e14af6 1e+23
44b52d02c7e14af7 1.0000000000000001e+23
444b1ae4d6e2ef4e 999999999999999700000
444b1ae4d6e2ef4f 999999999999999900000
444b1ae4d6e2ef50 1e+21
3eb0c6f7a0b5ed8c 9.999999999999997e-7
3eb0c6f7a0b5ed8d 0.000001
41b3de4355555553 333333333.3333332
41b3de4355555554 333333333.33333325
41b3de4355555555 333333333.3333333
41b3de4355555556 333333333.3333334
41b3de4355555557 333333333.33333343
becbf647612f3696 -0.0000033333333333333333
43143ff3c1cb0959 1424953923781206.2
"""


def double(hexadecimal: str) -> float:
    return struct.unpack(">d", bytes.fromhex(hexadecimal))[0]


class TestCanonicalBytes:
    """
    given the vectors of RFC 8785      it gives their canonical form
    when a value has no JSON form      it raises, naming every place
    """

    @pytest.mark.parametrize("line", NUMBERS.split("\n")[1:-1])
    def test_form_is_that_of_appendix_b_given_a_double(self, line: str) -> None:
        hexadecimal, written = line.split()
        assert schemas.canonical_bytes(double(hexadecimal)) == written.encode()

    def test_form_is_that_of_section_3_2_2_given_its_sample(self) -> None:
        text = rb"""{
          "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
          "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
          "literals": [null, true, false]
        }"""
        expected = (
            '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
        )
        assert schemas.canonical_bytes(schemas.parse(text)).decode() == expected

    def test_members_follow_utf_16_given_the_names_of_section_3_2_3(self) -> None:
        text = rb"""{"\u20ac": "Euro Sign", "\r": "Carriage Return",
          "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
          "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
          "\u00f6": "Latin Small Letter O With Diaeresis"}"""
        ordered = schemas.parse(schemas.canonical_bytes(schemas.parse(text)))
        assert [name.split()[0] for name in ordered.values()] == [
            "Carriage",
            "One",
            "Control",
            "Latin",
            "Euro",
            "Emoji:",
            "Hebrew",
        ]

    def test_every_place_is_named_when_numbers_have_no_form(self) -> None:
        with pytest.raises(schemas.DocumentError) as caught:
            schemas.canonical_bytes({"a": [float("nan"), 1], "b": 2**53, "c/d": {"x": "\ud800"}})
        assert [(fault.pointer, fault.code) for fault in caught.value.faults] == [
            ("/a/0", "NUMBER_NOT_FINITE"),
            ("/b", "INTEGER_TOO_LARGE"),
            ("/c~1d/x", "LONE_SURROGATE"),
        ]

    def test_it_is_refused_when_a_value_is_not_json(self) -> None:
        for value in ({1: 2}, {"a": {1, 2}}, b"bytes"):
            with pytest.raises(schemas.DocumentError) as caught:
                schemas.canonical_bytes(value)
            assert caught.value.faults[0].code == "NOT_JSON"

    def test_it_is_refused_when_nesting_exhausts_the_stack(self) -> None:
        value: list = []
        for _ in range(100_000):
            value = [value]
        with pytest.raises(schemas.DocumentError) as caught:
            schemas.canonical_bytes(value)
        assert caught.value.faults[0].code == "NESTED_TOO_DEEPLY"
