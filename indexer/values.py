"""ABI values as plain Python: words for enums, dicts for structs, `0x…` text for bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_abi.codec import ABICodec
from eth_abi.decoding import StringDecoder, UnsignedIntegerDecoder
from eth_abi.encoding import UnsignedIntegerEncoder
from eth_abi.exceptions import DecodingError, EncodingError
from eth_abi.registry import BaseEquals, registry


@dataclass(frozen=True)
class Parameter:
    """An argument or member; `words` of an enum, `members` of a struct (or of an array's items)."""

    name: str
    type: str
    members: tuple["Parameter", ...] = ()
    words: tuple[str, ...] = ()

    @cached_property
    def canonical(self) -> str:
        """The type as signatures spell it."""
        if not self.members:
            return self.type
        inner = ",".join(member.canonical for member in self.members)
        return f"({inner}){self.type.removeprefix('tuple')}"

    @property
    def is_array(self) -> bool:
        """True for `T[]` and `T[n]`."""
        return self.type.endswith("]")

    @cached_property
    def item(self) -> "Parameter":
        """What an array holds."""
        return Parameter(self.name, self.type[: self.type.rindex("[")], self.members, self.words)


def decode_values(
    parameters: Sequence[Parameter], data: bytes, *, strict: bool = False
) -> dict[str, Any]:
    """Values by name; raises `ValueError` when the bytes are no such values.

    Who calls a contract may leave out the end of the last text; with `strict` that is refused. Text
    that is no UTF-8 and the character U+0000, which no database keeps, become U+FFFD.
    """
    try:
        values = _CODEC.decode([p.canonical for p in parameters], data, strict=strict)
    except (DecodingError, OverflowError) as error:
        raise ValueError(str(error)) from error
    return {p.name: _plain(p, v) for p, v in zip(parameters, values, strict=True)}


def encode_values(
    parameters: Sequence[Parameter], arguments: Sequence[Any] | Mapping[str, Any]
) -> bytes:
    """The inverse; takes tuples for structs, numbers for enums, `sha256:…` for hashes as well."""
    values = _members(parameters, arguments)
    try:
        return _CODEC.encode([p.canonical for p in parameters], values)
    except (EncodingError, TypeError) as error:
        raise ValueError(str(error)) from error


def _plain(parameter: Parameter, value: Any) -> Any:
    if parameter.is_array:
        return [_plain(parameter.item, item) for item in value]
    if parameter.members:
        pairs = zip(parameter.members, value, strict=True)
        return {member.name: _plain(member, v) for member, v in pairs}
    if parameter.words:
        return _word_of(parameter, value)
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if parameter.type == "address":
        return value.lower()
    return value.replace("\x00", "\ufffd") if parameter.type == "string" else value


def _word_of(parameter: Parameter, number: int) -> str:
    if number >= len(parameter.words):
        raise ValueError(f"{number} is no {parameter.name}: the highest is {parameter.words[-1]}.")
    return parameter.words[number]


def _encodable(parameter: Parameter, value: Any) -> Any:
    if parameter.is_array:
        return [_encodable(parameter.item, item) for item in value]
    if parameter.members:
        return tuple(_members(parameter.members, value))
    if parameter.words and isinstance(value, str):
        return _number_of(parameter, value)
    if parameter.type.startswith("bytes") and isinstance(value, str):
        return _raw(parameter, value)
    return value


def _members(parameters: Sequence[Parameter], values: Any) -> list[Any]:
    if isinstance(values, Mapping):
        names = [p.name for p in parameters]
        if set(names) != set(values):
            raise ValueError(f"Give exactly {', '.join(names) or 'nothing'}.")
        values = [values[name] for name in names]
    if len(values) != len(parameters):
        raise ValueError(f"Give {len(parameters)} values, not {len(values)}.")
    return [_encodable(p, v) for p, v in zip(parameters, values, strict=True)]


def _number_of(parameter: Parameter, word: str) -> int:
    if word not in parameter.words:
        raise ValueError(f"{word} is no {parameter.name}: choose of {', '.join(parameter.words)}.")
    return parameter.words.index(word)


def _raw(parameter: Parameter, value: str) -> bytes:
    try:
        raw = bytes.fromhex(value.removeprefix("sha256:").removeprefix("0x"))
    except ValueError as error:
        raise ValueError(f"{parameter.name} is no hex text: {value}") from error
    size = parameter.type.removeprefix("bytes")
    if size and len(raw) != int(size):
        raise ValueError(f"{parameter.name} needs {size} bytes, not {len(raw)}.")
    return raw


class _LenientText(StringDecoder):
    def __init__(self) -> None:
        super().__init__("replace")


def _lenient_codec() -> ABICodec:
    # Solidity checks no UTF-8: whoever may write text on chain must not be able to stop the index.
    lenient = registry.copy()
    # Ape, once imported, makes the shared registry pad numbers that were cut short.
    lenient.unregister("uint")
    lenient.register(
        BaseEquals("uint"), UnsignedIntegerEncoder, UnsignedIntegerDecoder, label="uint"
    )
    lenient.unregister_decoder("string")
    lenient.register_decoder(BaseEquals("string"), _LenientText, "string")
    return ABICodec(lenient)


_CODEC = _lenient_codec()
