"""The generated decoders against eth-abi, over every event of ours and over types at random."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.abi import Abi, EventType
from indexer.decoding import NoDecoder, decoder_of
from indexer.values import Parameter, decode_values, encode_values

from .stage import MANIFEST

ABI = Abi.load(MANIFEST)
EVENTS = list(ABI.events.values())


def by_library(event: EventType, topics: list[str], data: str) -> Any:
    """What eth-abi makes of a log; the error's type when it refuses."""
    try:
        if len(topics) != len(event.indexed) + 1:
            raise ValueError(topics)
        found: dict[str, Any] = {}
        for parameter, topic in zip(event.indexed, topics[1:], strict=True):
            found |= decode_values([parameter], bytes.fromhex(topic[2:]))
        return found | decode_values(event.data, bytes.fromhex(data[2:]), strict=True)
    except ValueError:
        return ValueError


def generated(event: EventType, topics: list[str], data: str) -> Any:
    try:
        return event.decode(topics, data)
    except ValueError:
        return ValueError


def values(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Values of a type, as `encode_values` takes them."""
    if parameter.is_array:
        count = parameter.type[parameter.type.rindex("[") + 1 : -1]
        size = {"min_size": int(count), "max_size": int(count)} if count else {"max_size": 3}
        return st.lists(values(parameter.item), **size)
    if parameter.members:
        return st.fixed_dictionaries({m.name: values(m) for m in parameter.members})
    if parameter.words:
        return st.sampled_from(parameter.words)
    kind = parameter.type
    if kind == "address":
        return st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
    if kind.startswith("bytes"):
        least, most = (int(kind[5:]),) * 2 if kind[5:] else (0, 70)
        return st.binary(min_size=least, max_size=most).map(lambda raw: "0x" + raw.hex())
    if kind.startswith("uint"):
        return st.integers(0, (1 << int(kind[4:])) - 1)
    if kind.startswith("int"):
        bound = 1 << (int(kind[3:]) - 1)
        return st.integers(-bound, bound - 1)
    return st.booleans() if kind == "bool" else st.text(max_size=70)


@st.composite
def damaged(draw: st.DrawFn, raw: bytes) -> bytes:
    """The bytes with some changed, cut off or added, pointers and lengths above all."""
    changed = bytearray(raw)
    for _ in range(draw(st.integers(0, 3))):
        if not changed:
            break
        kind = draw(st.sampled_from(["byte", "word", "cut", "add"]))
        place = draw(st.integers(0, len(changed) - 1))
        if kind == "byte":
            changed[place] = draw(st.integers(0, 255))
        elif kind == "word":
            number = draw(st.integers(0, 600) | st.integers(0, (1 << 256) - 1))
            start = place // 32 * 32
            changed[start : start + 32] = number.to_bytes(32, "big")
        elif kind == "cut":
            del changed[place:]
        else:
            changed += draw(st.binary(max_size=40))
    return bytes(changed)


@st.composite
def logs(draw: st.DrawFn, event: EventType) -> tuple[list[str], str]:
    """Topics and data of an event, sound or damaged."""
    topics = [event.topic]
    for parameter in event.indexed:
        word = encode_values([parameter], [draw(values(parameter))])
        topics.append("0x" + draw(damaged(word)).ljust(32, b"\0")[:32].hex())
    if draw(st.integers(0, 9)) == 0:
        topics = draw(st.sampled_from([topics[:-1] or [event.topic], [*topics, event.topic]]))
    sound = encode_values(event.data, [draw(values(p)) for p in event.data])
    return topics, "0x" + draw(damaged(sound)).hex()


LEAVES = ("address", "bool", "bytes", "string", "bytes4", "bytes32", "uint8", "uint256", "int16")


def types(depth: int = 2) -> st.SearchStrategy[Parameter]:
    """Parameters of any type that Solidity can write, nested at most so deep."""
    leaf = st.sampled_from(LEAVES).map(lambda kind: Parameter("x", kind))
    word = st.just(Parameter("x", "uint8", words=("none", "one", "two")))
    if depth == 0:
        return leaf | word
    inner = types(depth - 1)
    arrays = st.tuples(inner, st.sampled_from(["[]", "[1]", "[3]"])).map(
        lambda it: Parameter("x", it[0].type + it[1], it[0].members, it[0].words)
    )
    structs = st.lists(inner, min_size=1, max_size=3).map(
        lambda members: Parameter("x", "tuple", named(members))
    )
    return leaf | word | arrays | structs


def named(members: list[Parameter]) -> tuple[Parameter, ...]:
    return tuple(Parameter(f"m{n}", m.type, m.members, m.words) for n, m in enumerate(members))


@st.composite
def strangers(draw: st.DrawFn) -> EventType:
    """An event of another contract, with arguments of any types."""
    members = named(draw(st.lists(types(), min_size=1, max_size=4)))
    return EventType("Another", "Strange", "0x" + "11" * 32, (), members)


class TestGeneratedDecoder:
    """
    given a log of any event of ours, sound or damaged   it says what eth-abi says
    given a log of any types that Solidity can write      the same
    given a type that it does not know                    it is refused when the code is made
    """

    @given(st.data())
    @settings(max_examples=600, deadline=None)
    def test_says_what_eth_abi_says_given_any_log_of_ours(self, data: st.DataObject) -> None:
        event = data.draw(st.sampled_from(EVENTS))
        log = data.draw(logs(event))
        assert generated(event, *log) == by_library(event, *log)

    @given(st.data())
    @settings(max_examples=300, deadline=None)
    def test_says_what_eth_abi_says_given_any_types(self, data: st.DataObject) -> None:
        event = data.draw(strangers())
        log = data.draw(logs(event))
        assert generated(event, *log) == by_library(event, *log)

    @pytest.mark.parametrize("event", EVENTS, ids=lambda e: f"{e.contract}.{e.name}")
    def test_says_what_eth_abi_says_given_each_event(self, event: EventType) -> None:
        @given(logs(event))
        @settings(max_examples=20, deadline=None)
        def check(log: tuple[list[str], str]) -> None:
            assert generated(event, *log) == by_library(event, *log)

        check()

    def test_is_refused_given_an_unknown_type(self) -> None:
        with pytest.raises(NoDecoder, match="ufixed128x18"):
            decoder_of("Strange", (), (Parameter("x", "ufixed128x18"),))


def spelled(value: Any) -> Any:
    """Whole numbers as text, everything else as it is."""
    if isinstance(value, dict):
        return {name: spelled(item) for name, item in value.items()}
    if isinstance(value, list):
        return [spelled(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class TestGeneratedText:
    """
    given arguments of any event   it is their JSON, whole numbers as text
    """

    @given(st.data())
    @settings(max_examples=150, deadline=None)
    def test_is_their_json(self, data: st.DataObject) -> None:
        event = data.draw(st.sampled_from(EVENTS) | strangers())
        raw = encode_values(event.data, [data.draw(values(p)) for p in event.data])
        arguments = decode_values(event.data, raw)
        for parameter in event.indexed:
            word = encode_values([parameter], [data.draw(values(parameter))])
            arguments |= decode_values([parameter], word)
        assert json.loads(event.textual(arguments)) == spelled(arguments)
