"""Parsing: what strict I-JSON takes and what it refuses, and where."""

from __future__ import annotations

import contextlib
import json
import time
from decimal import Decimal
from math import isinf

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas

#: Whole doubles between 2^53 and 10^21 are the one kind of JSON number that I-JSON refuses here.
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(
    allow_nan=False, allow_infinity=False
).filter(lambda x: not 2**53 - 1 < abs(x) < 1e21)
LITERAL = r"-?(0|[1-9][0-9]{0,25})(\.([0-9]{1,25}|0{320}1))?([eE][+-]?[0-9]{1,3})?"
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)

#: Bytes that are written exactly as their value would be are taken in one go.
WRITTEN = VALUES.map(lambda value: schemas.canonical_bytes(value).decode())
TWICE = '{"a":%s,"a":%s}'
ODD = ("-0", "1.0", "1e5", "1e400", "1e-400", "[1, 2]", r'"\u0041"', r'"\ud800"', TWICE % (1, 2))
PARTS = WRITTEN | st.from_regex(LITERAL, fullmatch=True) | st.sampled_from((*ODD, "NaN", "["))


def _outcome(text: bytes | str) -> str:
    try:
        return repr(schemas.parse(text))
    except schemas.DocumentError as error:
        return str(error)


def faults_of(text: bytes | str) -> list[tuple[str, str]]:
    with pytest.raises(schemas.DocumentError) as caught:
        schemas.parse(text)
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


class TestParse:
    """
    given I-JSON                               it gives the value
    given a canonical form                     it gives the value it was made of
    when names repeat, numbers are none, …     it raises with every place
    when one of very many names repeats        it names that one, and takes no longer for it
    when the bytes are not UTF-8 or not JSON   it raises and says where
    """

    @given(VALUES)
    def test_value_returns_given_its_canonical_form(self, value: object) -> None:
        text = schemas.canonical_bytes(value)
        assert schemas.canonical_bytes(schemas.parse(text)) == text
        assert schemas.parse(text) == value

    @given(PARTS, PARTS, st.sampled_from(("[%s,%s]", '{"a":%s,"b":%s}', '{"b":%s,"a":%s}', TWICE)))
    def test_same_is_found_given_bytes_and_text(self, one: str, other: str, form: str) -> None:
        text = form % (one, other)
        assert _outcome(text.encode()) == _outcome(text)

    @given(st.text() | st.binary())
    def test_nothing_but_a_document_error_escapes_given_any_text(self, text: bytes | str) -> None:
        with contextlib.suppress(schemas.DocumentError):
            schemas.parse(text)

    @given(st.from_regex(LITERAL, fullmatch=True), st.sampled_from(["%s", "[0, %s]", '{"a":%s}']))
    def test_number_is_refused_by_what_it_is_given_any_spelling(
        self, literal: str, around: str
    ) -> None:
        number = Decimal(literal)
        is_none = isinf(float(literal)) or (float(literal) == 0 and number != 0)
        is_whole = not set(literal) & set(".eE")
        is_inexact = abs(number) > 2**53 - 1 and (is_whole or abs(float(literal)) < 1e21)
        try:
            schemas.parse(around % literal)
            codes = []
        except schemas.DocumentError as error:
            codes = [fault.code for fault in error.faults]
        if is_none and not (is_whole and len(literal) <= 400):
            assert codes == ["NUMBER_OUT_OF_RANGE"]
        else:
            assert codes == ["INTEGER_TOO_LARGE"] * is_inexact

    def test_all_faults_are_named_when_several_places_are_wrong(self) -> None:
        text = '{"a": 1, "a": 2, "b": [NaN, -Infinity], "c": {"d": 9007199254740993}, "e": 1e999}'
        assert faults_of(text) == [
            ("/a", "DUPLICATE_MEMBER"),
            ("/b/0", "NUMBER_NOT_FINITE"),
            ("/b/1", "NUMBER_NOT_FINITE"),
            ("/c/d", "INTEGER_TOO_LARGE"),
            ("/e", "NUMBER_OUT_OF_RANGE"),
        ]

    def test_one_name_is_told_when_it_repeats_among_very_many(self) -> None:
        members = ",".join(f'"k{number}": 1' for number in range(100_000))
        began = time.process_time()
        assert faults_of(f'{{{members}, "k7": 2}}') == [("/k7", "DUPLICATE_MEMBER")]
        # Held against each other, as they were, they take minutes.
        assert time.process_time() - began < 20

    @pytest.mark.parametrize(
        "literal",
        [
            *("9007199254740992", "-9007199254740992", "9007199254740993.0", "1e20", "1e+20"),
            *("-9007199254740992.0", "1.549561217204054e+18", "9" * 5000),
        ],
    )
    def test_number_is_refused_when_whole_and_inexact(self, literal: str) -> None:
        code = "NUMBER_OUT_OF_RANGE" if len(literal) > 400 else "INTEGER_TOO_LARGE"
        assert faults_of(literal) == faults_of(literal.encode()) == [("", code)]
        assert faults_of(f"[0,{literal}]".encode()) == [("/1", code)]

    @pytest.mark.parametrize("literal", ["9007199254740991", "-9007199254740991", "1E30", "0e400"])
    def test_number_is_taken_when_a_double_holds_it(self, literal: str) -> None:
        assert schemas.parse(literal) == float(literal)

    def test_number_is_refused_when_it_would_vanish(self) -> None:
        assert faults_of("1e-400") == [("", "NUMBER_OUT_OF_RANGE")]

    def test_duplicate_is_found_when_names_differ_in_spelling_only(self) -> None:
        assert faults_of(rb'[{"x": {"\u0061b": 1, "ab": 1}}]') == [("/0/x/ab", "DUPLICATE_MEMBER")]

    def test_surrogate_is_refused_when_alone_and_taken_when_paired(self) -> None:
        assert faults_of(rb'{"a\ud800": "\udc00"}') == [
            ("/a\\ud800", "LONE_SURROGATE"),
            ("/a\\ud800", "LONE_SURROGATE"),
        ]
        assert schemas.parse(rb'"\ud83d\ude00"') == "😀"

    def test_depth_is_refused_when_over_64(self) -> None:
        assert schemas.parse("[" * 64 + "]" * 64)
        assert faults_of("[" * 65 + "]" * 65) == [("", "NESTED_TOO_DEEPLY")]
        assert faults_of('{"a":' * 100_000) == [("", "NESTED_TOO_DEEPLY")]

    def test_brackets_do_not_count_when_inside_a_string(self) -> None:
        text = json.dumps("[" * 100 + '"\\' + "{" * 100)
        assert schemas.parse(text) == "[" * 100 + '"\\' + "{" * 100

    def test_size_is_refused_when_over_a_million_values(self) -> None:
        assert faults_of("[" + "0," * 1_000_000 + "0]") == [("", "TOO_MANY_VALUES")]

    @pytest.mark.parametrize(
        ("text", "code", "word"),
        [
            (b"\xef\xbb\xbf{}", "BYTE_ORDER_MARK", "byte order mark"),
            (b'{"a": "\xff"}', "NOT_UTF8", "Byte 8"),
            (b'{"a": 1,\n "b" 2}', "NOT_JSON_TEXT", "line 2, column 6"),
            (b"", "NOT_JSON_TEXT", "line 1"),
            (b"{'a': 1}", "NOT_JSON_TEXT", "line 1"),
            (b"[1,]", "NOT_JSON_TEXT", "column"),
            (b"01", "NOT_JSON_TEXT", "column 2"),
            (b'"\x01"', "NOT_JSON_TEXT", "control character"),
            (b"{} {}", "NOT_JSON_TEXT", "extra data"),
        ],
    )
    def test_place_is_named_when_text_is_no_json(self, text: bytes, code: str, word: str) -> None:
        with pytest.raises(schemas.DocumentError) as caught:
            schemas.parse(text)
        assert caught.value.faults[0].code == code
        assert word in caught.value.faults[0].message
