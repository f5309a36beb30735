"""Writes contracts/libraries/ActionTypes.sol: the type and the layout of every action."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scripts.signing.actions import (
    Action,
    Entry,
    Struct,
    UnsupportedAction,
    encoded_type,
    struct_fields,
    struct_name,
    structs_of,
)

#: The codes that contracts/libraries/ActionHash.sol reads.
_BYTES, _BOOL, _TEXT, _ARRAY, _STATIC, _DYNAMIC = 0x20, 0x41, 0x42, 0x43, 0x80, 0xC0

_RETURNS = "returns (bytes32 typeHash, bytes32 layout)"

_HEAD = """\
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/typed-data from the compiled ABIs: do not edit.
pragma solidity 0.8.34;

/// @title The EIP-712 type of every action, and how its arguments lie in the calldata
/// @notice See `ActionHash` for what a layout says.
library ActionTypes {"""


def library(found: Sequence[Action]) -> str:
    """The source text of the library."""
    structs = structs_of(found)
    places = {struct.name: place for place, struct in enumerate(structs)}
    lines = [_HEAD, *_actions(found, places), "", *_structs(structs, places), "}"]
    return "\n".join(lines) + "\n"


def layout(entries: Sequence[Entry], places: Mapping[str, int]) -> bytes:
    """Words of the head, then a code for every argument; 32 bytes. Raises `UnsupportedAction`."""
    codes = bytes([_head_words(entries)]) + b"".join(_codes(entry, places) for entry in entries)
    if len(codes) > 32:
        raise UnsupportedAction(f"{len(entries)} arguments do not fit a layout of 32 bytes.")
    return codes.ljust(32, b"\0")


def _actions(found: Sequence[Action], places: Mapping[str, int]) -> Iterator[str]:
    yield "    /// @return typeHash zero for a function that is no action"
    yield "    // A search by halves is as deep as it must be."
    yield "    // slither-disable-next-line cyclomatic-complexity"
    yield f"    function action(bytes4 selector) internal pure {_RETURNS} {{"
    yield from _search([*found], places, 2)
    yield "    }"


def _search(found: list[Action], places: Mapping[str, int], depth: int) -> Iterator[str]:
    indent = "    " * depth
    if len(found) > 4:
        middle = len(found) // 2
        yield f"{indent}if (selector < 0x{found[middle].selector.hex()}) {{"
        yield from _search(found[:middle], places, depth + 1)
        yield f"{indent}}} else {{"
        yield from _search(found[middle:], places, depth + 1)
        yield f"{indent}}}"
        return
    for action in found:
        yield f"{indent}if (selector == 0x{action.selector.hex()}) {{"
        packed = layout(action.inputs, places)
        yield from _answer(action.encoded_type, packed, depth + 1)
        yield f"{indent}}}"


def _structs(structs: Sequence[Struct], places: Mapping[str, int]) -> Iterator[str]:
    yield f"    function member(uint256 place) internal pure {_RETURNS} {{"
    for place, struct in enumerate(structs):
        yield f"        if (place == {place}) {{"
        inner = [s for s in structs if s.name in _names_within(struct)]
        text = encoded_type(struct.name, struct_fields(struct), inner)
        yield from _answer(text, layout(struct.members, places), 3)
        yield "        }"
    yield "    }"


def _names_within(struct: Struct) -> set[str]:
    found = set()
    for member in struct.members:
        if member["type"].startswith("tuple"):
            found.add(struct_name(member))
            found |= _names_within(Struct(struct_name(member), tuple(member["components"])))
    return found


def _answer(type_text: str, packed: bytes, depth: int) -> Iterator[str]:
    indent = "    " * depth
    yield f"{indent}return ("
    yield f"{indent}    keccak256("
    for part in _broken(type_text, 100):
        yield f'{indent}        "{part}"'
    yield f"{indent}    ),"
    yield f"{indent}    0x{packed.hex()}"
    yield f"{indent});"


def _broken(text: str, width: int) -> Iterator[str]:
    # Behind a comma or a bracket, so that a reader finds whole fields.
    while len(text) > width:
        cut = max(text.rfind(mark, 0, width) for mark in ",)") + 1
        yield text[:cut]
        text = text[cut:]
    yield text


def _codes(entry: Entry, places: Mapping[str, int]) -> bytes:
    kind: str = entry["type"]
    if kind.endswith("[]"):
        element = {**entry, "type": kind.removesuffix("[]")}
        if "[" in element["type"]:
            raise UnsupportedAction(f"“{entry['name']}” is an array of arrays.")
        return bytes([_ARRAY]) + _codes(element, places)
    if kind == "tuple":
        kinds = _DYNAMIC if _is_dynamic(entry) else _STATIC
        return bytes([kinds | places[struct_name(entry)]])
    return bytes([_elementary(kind, entry["name"])])


def _elementary(kind: str, name: str) -> int:
    if kind in ("string", "bytes"):
        return _TEXT
    if kind == "bool":
        return _BOOL
    if kind == "address":
        return 20
    if (bits := kind.removeprefix("uint")).isdigit():
        return int(bits) // 8
    if (length := kind.removeprefix("bytes")).isdigit():
        return _BYTES + int(length)
    raise UnsupportedAction(f"“{name}” is of type {kind}, which no layout knows.")


def _is_dynamic(entry: Entry) -> bool:
    kind: str = entry["type"]
    if kind == "tuple":
        return any(_is_dynamic(member) for member in entry["components"])
    return kind in ("string", "bytes") or kind.endswith("[]")


def _head_words(entries: Sequence[Entry]) -> int:
    return sum(
        _head_words(e["components"]) if e["type"] == "tuple" and not _is_dynamic(e) else 1
        for e in entries
    )
