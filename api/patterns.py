"""Patterns: the forms that names and numbers in requests have, and how each is said to a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

ADDRESS = r"^0x[0-9a-fA-F]{40}$"
NAME = r"^[A-Za-z0-9_-]{1,100}$"
UNIT = r"^[A-Za-z0-9_.-]{1,300}$"
REGISTRY = r"^[A-Za-z0-9._-]{1,100}$"
HEX = r"^0x([0-9a-fA-F]{2})+$"
SIGNATURE = r"^0x([0-9a-fA-F]{2})*$"
NUMBER = r"^(0|[1-9][0-9]{0,77})$"
BYTES32 = r"^0x[0-9a-fA-F]{64}$"
DATE = r"^\d{4}-\d{2}-\d{2}$"
LABEL = r"^[a-z0-9_]{1,31}$"
COUNTRY = r"^[A-Z]{2}$"
ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
WITHOUT_NUL = r"^[^\x00]*$"
URL = r"^[!-~]+$"
FAULT = r"^[A-Z_]{1,60}$"
RESOURCE = r"^/[^\x00]*$"
WEBHOOK = r"^[0-9a-f]{32}$"
DOCUMENT = r"^[A-Za-z0-9_-]+$"
WORD = r"^[A-Za-z0-9_]{1,100}$"
#: As a sign-in text can hold it, and no letter that looks like another one's.
CLIENT_NAME = r"^[A-Za-z0-9][A-Za-z0-9 ._()&+-]{0,59}$"
#: What the fields of OAuth's requests may consist of (RFC 6749, appendix A).
VISIBLE = r"^[\x20-\x7e]*$"
OAUTH_FIELDS = {
    "response_type": r"^[a-z0-9_ ]*$",
    "grant_type": r"^[A-Za-z0-9\-._:/]*$",
    "token_type_hint": r"^[A-Za-z0-9\-._:/]*$",
    "scope": r"^[\x21\x23-\x5b\x5d-\x7e ]*$",
    "client_id": r"^[A-Za-z0-9\-._~]*$",
}
METHODOLOGY = r"^([A-Za-z0-9._-]{1,100}(@[0-9]+\.[0-9]+(\.[0-9]+)?)?|0x[0-9a-fA-F]{64})$"
_DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)"
_END = rf"{_DAY}([Tt]{_CLOCK})?"
#: A day, a time, or two with a slash between.
INTERVAL = rf"^({_END}|{_END}/({_END}|\.\.)?|(\.\.)?/{_END})$"
_LONGITUDE = r"-?(180|(1[0-7]\d|\d{1,2})(\.\d{1,20})?)"
_LATITUDE = r"-?(90|[1-8]?\d(\.\d{1,20})?)"
_PLACE = rf"{_LONGITUDE},{_LATITUDE}"
_HIGH = rf"{_PLACE},-?\d{{1,6}}(\.\d{{1,20}})?"
BBOX = rf"^({_PLACE},{_PLACE}|{_HIGH},{_HIGH})$"


_LISTING = re.compile(r"\^\(([a-z_|]+)\)\(,\(")


def listing(*names: str) -> str:
    """The form of some of these names, separated by commas."""
    known = "|".join(names)
    return f"^({known})(,({known})){{0,{len(names) - 1}}}$"


def sorting(*names: str) -> str:
    """The form of some of these names, separated by commas, each with or without a minus."""
    known = "|".join(names)
    return f"^-?({known})(,-?({known})){{0,{len(names) - 1}}}$"


_SAID = {
    ADDRESS: "an address is “0x” and 40 hexadecimal digits",
    NAME: "an id has 1 to 100 letters, digits, “_” and “-”, or is “0x” and hexadecimal digits",
    UNIT: "a unit is named by its token id (decimal, or “0x” and 64 hexadecimal digits) or serial",
    REGISTRY: "a registry is named by 1 to 100 letters, digits, “.”, “_” and “-”",
    HEX: "bytes are “0x” and an even number of hexadecimal digits",
    SIGNATURE: "a signature is “0x” and an even number of hexadecimal digits",
    DATE: "a day is written as in 2024-12-31",
    LABEL: "a reason has 1 to 31 of a-z, 0-9 and “_”",
    NUMBER: "a number is written with decimal digits",
    COUNTRY: "a country is two capital letters, as in FI",
    WORD: "a name in the contracts has letters, digits and “_”",
    ONE_LINE: "this is one line of text",
    BYTES32: "this is “0x” and 64 hexadecimal digits",
    CLIENT_NAME: "a name has 1 to 60 of A-Z, a-z, 0-9, space, “._()&+-”, a letter or digit first",
    DOCUMENT: "an id has letters, digits, “_” and “-”",
    FAULT: "a code is written in capitals, as in METHODOLOGY_UNKNOWN",
    RESOURCE: "a resource is a path, as in /projects/harz-mixed-forest",
    URL: "write all but ASCII as in %C3%A9, of a host as in xn--bcher-kva.example",
    WEBHOOK: "the id of a webhook has 32 of 0-9 and a-f",
    WITHOUT_NUL: "take out U+0000",
}


#: What pydantic's errors mean to the person who sent the value, by their type.
_REMEDIES = {
    "missing": "this is missing; add it",
    "extra_forbidden": "this is not known here; take it out",
    "model_type": "give a JSON object",
    "model_attributes_type": "give a JSON object",
    "dict_type": "give a JSON object",
    "list_type": "give an array",
    "string_type": "give a text in quotation marks",
    "int_type": "give a whole number",
    "int_parsing": "give a whole number",
    "int_from_float": "give a whole number",
    "int_parsing_size": "give a smaller number",
    "float_parsing": "give a number",
    "finite_number": "give a finite number",
    "bool_parsing": "give true or false",
    "bool_type": "give true or false",
    "literal_error": "give one of {expected}",
    "greater_than": "give a number greater than {gt}",
    "greater_than_equal": "give {ge} or more",
    "less_than_equal": "give {le} or less",
    "too_short": "give at least {min_length} of them",
    "too_long": "give at most {max_length} of them",
    "string_too_short": "give at least {min_length} character(s)",
    "string_too_long": "give at most {max_length} characters",
}


def _form(pattern: str) -> str:
    names = _LISTING.match(pattern)
    if names is None:
        return f"it has the form {pattern}"
    return f"give some of {names[1].replace('|', ', ')}, separated by commas"


def fault_sentence(entry: Mapping[str, Any]) -> str:
    """What is wrong and how to mend it, without a full stop, of one of pydantic's errors."""
    context = entry.get("ctx") or {}
    if context.get("pattern") in _SAID:
        return f"“{str(entry['input'])[:80]}” does not fit; {_SAID[context['pattern']]}"
    if entry["type"] == "string_pattern_mismatch":
        return f"“{str(entry['input'])[:80]}” does not fit; {_form(context['pattern'])}"
    if entry["type"] in _REMEDIES:
        return _REMEDIES[entry["type"]].format(**context)
    return str(entry["msg"]).removeprefix("Value error, ").rstrip(".")
