"""Sentences: what a JSON Schema error means to the person who has to mend the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any

from jsonschema import ValidationError

from .dialect import unknown_members
from .faults import Fault, pointer_to, quoted

_TYPE_NAMES = {
    "object": "an object",
    "array": "an array",
    "string": "a string",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}
_MANY = 20


def schema_faults(error: ValidationError) -> Iterator[Fault]:
    """The faults that one JSON Schema error stands for, in this project's words."""
    tell = _TELLERS[str(error.validator)]
    yield from tell(error, tuple(error.absolute_path))


def _tell_type(error: ValidationError, path: tuple[Any, ...]) -> Iterator[Fault]:
    wanted = error.validator_value
    words = [_TYPE_NAMES[name] for name in ([wanted] if isinstance(wanted, str) else wanted)]
    message = f"{_named(error)} is not {' or '.join(words)}; write {' or '.join(words)}"
    yield Fault(pointer_to(*path), "WRONG_TYPE", f"{message}{_meaning(error)}.")


def _tell_required(error: ValidationError, path: tuple[Any, ...]) -> Iterator[Fault]:
    for name in error.validator_value:
        if name not in error.instance:
            member = error.schema.get("properties", {}).get(name, {})
            purpose = member.get("description") if isinstance(member, dict) else None
            hint = f" ({purpose.removesuffix('.')})" if purpose else ""
            message = f"The member “{name}” is missing; add it{hint}."
            yield Fault(pointer_to(*path, name), "REQUIRED_MEMBER_MISSING", message)


def _tell_unknown(error: ValidationError, path: tuple[Any, ...]) -> Iterator[Fault]:
    known = list(error.schema.get("properties", {}))
    names = list(unknown_members(error.instance, error.schema))
    # Looking for a likely name is slow: with so many unknown ones, none is a slip of the pen.
    compared = known if len(names) <= _MANY else []
    for name in names:
        advice = _advice(name, compared)
        message = f"The member {quoted(name)} is not known here; {advice}."
        yield Fault(pointer_to(*path, name), "UNKNOWN_MEMBER", message)


def _advice(name: str, known: list[str]) -> str:
    if name == "crs":
        return "coordinates are always WGS84 (RFC 7946, 4), take it out"
    close = get_close_matches(name[:100], known, n=1) if known else []
    if close:
        return f"did you mean “{close[0]}”? Otherwise take it out or give it a prefix"
    return "take it out, or give it a prefix, as in “prefix:name”, when a methodology defines it"


def _tell_enum(error: ValidationError, path: tuple[Any, ...]) -> Iterator[Fault]:
    allowed = [str(word) for word in error.validator_value]
    close = get_close_matches(str(error.instance)[:100], allowed, n=1)
    use = f"; use one of {', '.join(allowed)}" if len(allowed) <= _MANY else _meaning(error)
    hint = f" (did you mean “{close[0]}”?)" if close else ""
    message = f"{_named(error)} is not allowed here{use}{hint}."
    yield Fault(pointer_to(*path), "VALUE_NOT_ALLOWED", message)


def _tell_const(error: ValidationError, path: tuple[Any, ...]) -> Iterator[Fault]:
    message = f"{_named(error)} is not allowed here; write {quoted(error.validator_value)}."
    yield Fault(pointer_to(*path), "VALUE_NOT_ALLOWED", message)


def _tell_pattern(error: ValidationError, path: tuple[Any, ...]) -> Iterator[Fault]:
    message = f"{_named(error)} does not have the form that is needed{_meaning(error)}."
    yield Fault(pointer_to(*path), "WRONG_FORM", message)


def _tell_format(error: ValidationError, path: tuple[Any, ...]) -> Iterator[Fault]:
    codes = {"date": "NOT_A_DATE", "date-time": "NOT_A_DATE_TIME", "uri": "NOT_A_URI"}
    forms = {
        "date": "a calendar date, as in 2024-12-31",
        "date-time": "a date and time with an offset, as in 2024-12-31T23:59:59Z",
        "uri": "an absolute URI, as in https://example.org/document",
    }
    form = forms[error.validator_value]
    message = f"{_named(error)} is not {form.partition(',')[0]}; write {form}."
    yield Fault(pointer_to(*path), codes[error.validator_value], message)


def _tell_choice(error: ValidationError, path: tuple[Any, ...]) -> Iterator[Fault]:
    if isinstance(error.instance, list):
        message = f"{len(error.instance)} entries are given, which is no{_meaning(error)[1:]}."
        yield Fault(pointer_to(*path), "WRONG_LENGTH", message)
    else:
        message = f"{_named(error)} does not have the form that is needed{_meaning(error)}."
        yield Fault(pointer_to(*path), "NOT_A_DATE", message)


def _tell_length(error: ValidationError, path: tuple[Any, ...]) -> Iterator[Fault]:
    limit, length = error.validator_value, len(error.instance)
    unit = "entries" if isinstance(error.instance, list) else "characters"
    if length == 0:
        yield Fault(pointer_to(*path), "TOO_SHORT", f"It is empty; fill it in{_meaning(error)}.")
    elif str(error.validator).startswith("min"):
        message = f"At least {limit} {unit} are needed, {length} are given{_meaning(error)}."
        yield Fault(pointer_to(*path), "TOO_SHORT", message)
    else:
        message = f"At most {limit} {unit} are allowed, {length} are given; shorten it."
        yield Fault(pointer_to(*path), "TOO_LONG", message)


def _tell_range(error: ValidationError, path: tuple[Any, ...]) -> Iterator[Fault]:
    bound = "smaller" if error.validator == "minimum" else "greater"
    message = f"{_named(error)} is {bound} than {error.validator_value}, which is the limit"
    yield Fault(pointer_to(*path), "NUMBER_OUT_OF_RANGE", f"{message}{_meaning(error)}.")


def _tell_multiple(error: ValidationError, path: tuple[Any, ...]) -> Iterator[Fault]:
    message = f"{_named(error)} is not a multiple of {error.validator_value}{_meaning(error)}."
    yield Fault(pointer_to(*path), "NOT_A_MULTIPLE", message)


def _tell_unique(error: ValidationError, path: tuple[Any, ...]) -> Iterator[Fault]:
    message = "An entry is given more than once; keep each of them once."
    yield Fault(pointer_to(*path), "DUPLICATE_ENTRY", message)


def _tell_excluded(error: ValidationError, path: tuple[Any, ...]) -> Iterator[Fault]:
    message = f"{quoted(path[-1])} does not go with the other members; take it out or correct them."
    yield Fault(pointer_to(*path), "MEMBER_NOT_ALLOWED", message)


def _named(error: ValidationError) -> str:
    text = quoted(error.instance)
    return text[0].upper() + text[1:]


def _meaning(error: ValidationError) -> str:
    purpose = error.schema.get("description") if isinstance(error.schema, dict) else None
    return f": {purpose.removesuffix('.')}" if purpose else ""


_TELLERS: dict[str, Callable[[ValidationError, tuple[Any, ...]], Iterator[Fault]]] = {
    "type": _tell_type,
    "required": _tell_required,
    "additionalProperties": _tell_unknown,
    "enum": _tell_enum,
    "const": _tell_const,
    "pattern": _tell_pattern,
    "format": _tell_format,
    "anyOf": _tell_choice,
    "minLength": _tell_length,
    "maxLength": _tell_length,
    "minItems": _tell_length,
    "maxItems": _tell_length,
    "minimum": _tell_range,
    "maximum": _tell_range,
    "multipleOf": _tell_multiple,
    "uniqueItems": _tell_unique,
    "not": _tell_excluded,
}
