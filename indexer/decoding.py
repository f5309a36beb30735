"""Decoders of events as Python code, generated from the ABI.

Each does what eth-abi does with the same types and data where it is strict (`indexer.values`), some
fifteen times faster; a property test holds the two together. Values come as text is cut out of the
node's hexadecimal answer, which must be lower-case hexadecimal of whole bytes.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson

from indexer.values import Parameter

Decode = Callable[[Sequence[str], str], dict[str, Any]]
Textual = Callable[[Mapping[str, Any]], str]
#: Bytes that a string or byte string can be told to have; eth-abi overflows beyond.
_LONGEST = sys.maxsize - 31


class NoDecoder(TypeError):
    """The type is none that Solidity writes into events."""


def decoder_of(name: str, indexed: Sequence[Parameter], data: Sequence[Parameter]) -> Decode:
    """A function from topics and data (`0x…` text) to arguments by name.

    It raises `ValueError` when they misfit. Raises `NoDecoder` for a type that it does not know.
    """
    decode: Decode = _compiled(_Source().event(name, indexed, data), "decode")
    return decode


def textual_of(parameters: Sequence[Parameter]) -> Textual:
    """A function from arguments by name to their JSON text, whole numbers as text."""
    whole = _rendered(*_members_text(parameters, "a"))
    textual: Textual = _compiled(f"def textual(a):\n    return {whole}\n", "textual")
    return textual


def _rendered(pattern: str, values: Sequence[str]) -> str:
    """The expression of a pattern with `%s` that is filled in by the values of expressions."""
    return f"{pattern!r} % ({''.join(f'{value}, ' for value in values)})"


def _members_text(parameters: Sequence[Parameter], holder: str) -> tuple[str, list[str]]:
    """Pattern and expressions of the JSON text of an object of these members."""
    fields, values = [], []
    for parameter in parameters:
        pattern, inner = _text_of(parameter, f"{holder}[{parameter.name!r}]")
        fields.append(f"{orjson.dumps(parameter.name).decode()}:{pattern}")
        values += inner
    return f"{{{','.join(fields)}}}", values


def _text_of(parameter: Parameter, value: str) -> tuple[str, list[str]]:
    """Pattern and expressions of a value's JSON text."""
    if parameter.is_array:
        item = f"i{len(parameter.type)}"
        inner = _rendered(*_text_of(parameter.item, item))
        return "[%s]", [f"','.join([{inner} for {item} in {value}])"]
    if parameter.members:
        return _members_text(parameter.members, value)
    if parameter.type == "bool":
        return "%s", [f"'true' if {value} else 'false'"]
    if parameter.type == "string":
        return "%s", [f"dumps({value}).decode()"]
    return '"%s"', [value]


def _compiled(source: str, name: str) -> Any:
    scope: dict[str, Any] = {
        "dumps": orjson.dumps,
        "digits": _byte_string,
        "misfit": ValueError,
    }
    exec(compile(source, "<generated from the ABI>", "exec"), scope)
    return scope[name]


def _byte_string(data: str, at: int) -> str:
    """The hexadecimal digits of a byte string whose length stands at `at`.

    Solidity writes events whole and their padding clean: what is otherwise was cut short.
    """
    word = data[at : at + 64]
    if len(word) < 64:
        raise ValueError("The data ends before the length of a text or byte string.")
    size = int(word, 16)
    if size > _LONGEST:
        raise ValueError("A text or byte string is too long.")
    end = at + 64 + 2 * size
    padding = data[end : end + 2 * (-size % 32)]
    if len(data) < end or padding != "00" * (-size % 32):
        raise ValueError("A text or byte string is cut off, or its padding is not empty.")
    return data[at + 64 : end]


class _Source:
    """Lines of generated code. `d` is the data with its `0x`, so that byte n is at 2 + 2n."""

    def __init__(self) -> None:
        self._functions: list[str] = []
        self._names = 0

    def event(self, name: str, indexed: Sequence[Parameter], data: Sequence[Parameter]) -> str:
        """The source of `decode`."""
        count = len(indexed) + 1
        lines = [f"if len(t) != {count}: raise misfit({f'{name} has {count - 1} indexed'!r})"]
        values = []
        for place, parameter in enumerate(indexed, 1):
            lines.append(f"w = t[{place}][2:]")
            lines += self._word(parameter, (value := self._name()))
            values.append(f"{parameter.name!r}: {value}")
        fields = self._members(data, lines, "2", is_whole=True)
        inner = ", ".join([*values, *fields])
        return self._source("decode(t, d)", [*lines, f"return {{{inner}}}"])

    def _source(self, head: str, lines: Iterable[str]) -> str:
        body = "".join(f"    {line}\n" for line in lines)
        return "".join(self._functions) + f"def {head}:\n{body}"

    def _name(self) -> str:
        self._names += 1
        return f"v{self._names}"

    def _members(
        self, members: Sequence[Parameter], lines: list[str], at: str, *, is_whole: bool = False
    ) -> list[str]:
        """Append lines that read a tuple whose encoding begins at `at`; give its dict's items."""
        if not members:
            return []
        words = sum(_words(member) for member in members)
        lines.append(f"if len(d) < {at} + {64 * words}: raise misfit('The data is too short.')")
        fields, place = [], 0
        for member in members:
            value = self._name()
            where = str(2 + 64 * place) if is_whole else f"{at} + {64 * place}"
            if _is_dynamic(member):
                lines += self._pointed(member, members, where, at)
                lines += self._tail(member, value)
            elif member.members or member.is_array:
                lines.append(f"{value} = {self._function(member)}(d, {where})")
            else:
                lines.append(f"w = d[{where}:{where} + 64]")
                lines += self._word(member, value)
            fields.append(f"{member.name!r}: {value}")
            place += _words(member)
        return fields

    def _pointed(
        self, member: Parameter, members: Sequence[Parameter], where: str, at: str
    ) -> list[str]:
        head = 32 * sum(_counted(member) for member in members)
        return [
            f"p = {at} + 2 * int(d[{where}:{where} + 64], 16)",
            f"if p < {at} + {2 * head} or p >= len(d): raise misfit('A pointer leads astray.')",
        ]

    def _tail(self, parameter: Parameter, value: str) -> list[str]:
        """Lines that read what stands at the place `p`."""
        if parameter.type == "string":
            text = "bytes.fromhex(digits(d, p)).decode('utf-8', 'replace')"
            return [f"{value} = {text}.replace('\\0', '\\ufffd')"]
        if parameter.type == "bytes":
            return [f"{value} = '0x' + digits(d, p)"]
        return [f"{value} = {self._function(parameter)}(d, p)"]

    def _function(self, parameter: Parameter) -> str:
        """The name of a new function that reads an array or tuple at a place."""
        name = f"read{self._name()}"
        lines = self._array(parameter) if parameter.is_array else self._tuple(parameter)
        body = "".join(f"    {line}\n" for line in lines)
        self._functions.append(f"def {name}(d, at):\n{body}")
        return name

    def _tuple(self, parameter: Parameter) -> list[str]:
        lines: list[str] = []
        fields = self._members(parameter.members, lines, "at")
        return [*lines, f"return {{{', '.join(fields)}}}"]

    def _array(self, parameter: Parameter) -> list[str]:
        item, lines = parameter.item, []
        count = parameter.type[parameter.type.rindex("[") + 1 : -1]
        if not count:
            lines += ["w = d[at:at + 64]", "if len(w) < 64: raise misfit('An array is cut off.')"]
            lines += ["count = int(w, 16)", "at += 64"]
            count = "count"
        size = 64 * _words(item)
        lines.append(f"if len(d) < at + {size} * {count}: raise misfit('An array is cut off.')")
        lines += ["found = []", f"for place in range({count}):"]
        inner = self._item(item, size, count)
        return [*lines, *(f"    {line}" for line in inner), "return found"]

    def _item(self, item: Parameter, size: int, count: str) -> list[str]:
        if _is_dynamic(item):
            return [
                "q = at + 64 * place",
                "p = at + 2 * int(d[q:q + 64], 16)",
                f"if p < at + 64 * {count} or p >= len(d): raise misfit('A pointer leads astray.')",
                *self._tail(item, "v"),
                "found.append(v)",
            ]
        if item.members or item.is_array:
            return [f"found.append({self._function(item)}(d, at + {size} * place))"]
        lines = self._word(item, "v")
        return ["w = d[at + 64 * place:at + 64 * place + 64]", *lines, "found.append(v)"]

    def _word(self, parameter: Parameter, value: str) -> list[str]:
        """Lines that read the word `w`, 64 digits, of a type that fits into one."""
        kind = parameter.type
        dirty = f"raise misfit({f'{parameter.name} is no {kind}.'!r})"
        if kind == "address":
            zeros = "0" * 24
            return [f"if w[:24] != {zeros!r}: {dirty}", f"{value} = '0x' + w[24:]"]
        if kind == "bool":
            return [f"{value} = int(w, 16)", f"if {value} > 1: {dirty}", f"{value} = {value} == 1"]
        if kind.startswith("bytes"):
            size = 2 * int(kind.removeprefix("bytes"))
            check = [f"if w[{size}:] != {'0' * (64 - size)!r}: {dirty}"] if size < 64 else []
            return [*check, f"{value} = '0x' + w[:{size}]"]
        if kind.startswith("uint"):
            return [*self._unsigned(kind, value, dirty), *self._enum(parameter, value)]
        if kind.startswith("int"):
            return self._signed(kind, value, dirty)
        raise NoDecoder(kind)

    def _unsigned(self, kind: str, value: str, dirty: str) -> list[str]:
        bits = int(kind.removeprefix("uint"))
        check = [f"if {value} >> {bits}: {dirty}"] if bits < 256 else []
        return [f"{value} = int(w, 16)", *check]

    def _signed(self, kind: str, value: str, dirty: str) -> list[str]:
        bound = 1 << (int(kind.removeprefix("int")) - 1)
        return [
            f"{value} = int(w, 16)",
            f"if {value} >> 255: {value} -= {1 << 256}",
            f"if not -{bound} <= {value} < {bound}: {dirty}",
        ]

    def _enum(self, parameter: Parameter, value: str) -> list[str]:
        words = parameter.words
        if not words:
            return []
        unknown = f"'%d is no {parameter.name}: the highest is {words[-1]}.' % {value}"
        return [
            f"if {value} >= {len(words)}: raise misfit({unknown})",
            f"{value} = {words!r}[{value}]",
        ]


def _is_dynamic(parameter: Parameter) -> bool:
    if parameter.is_array:
        return parameter.type.endswith("[]") or _is_dynamic(parameter.item)
    return parameter.type in ("string", "bytes") or any(map(_is_dynamic, parameter.members))


def _words(parameter: Parameter) -> int:
    """Words of 32 bytes that it takes in the head."""
    if _is_dynamic(parameter):
        return 1
    if parameter.is_array:
        return _size(parameter) * _words(parameter.item)
    return sum(map(_words, parameter.members)) if parameter.members else 1


def _counted(parameter: Parameter) -> int:
    """Words of the head as eth-abi counts them where it refuses pointers into it."""
    is_sized = parameter.is_array and not _is_dynamic(parameter)
    return _size(parameter) if is_sized else 1


def _size(parameter: Parameter) -> int:
    return int(parameter.type[parameter.type.rindex("[") + 1 : -1])
