"""Dialect: the JSON Schemas of this folder, and a validator that reads their patterns as meant."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend
from referencing import Registry, Resource

from .formats import FORMATS

KINDS = ("pdd", "mrv", "cru", "methodology", "decision", "metadata")
BASE = "https://ogcr.org/schemas/"
_MOST_COMPARED = 1_000
_FOLDER = Path(__file__).parent


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a kind of document, or of the shared definitions (`common`)."""
    return deepcopy(_read(name))


@cache
def _read(name: str) -> dict[str, Any]:
    text = (_FOLDER / f"{name}.schema.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


@cache
def validator(kind: str) -> Any:
    """The validator of a kind; references are resolved in this folder, nothing is fetched."""
    resources = [(BASE + f"{name}.schema.json", _read(name)) for name in (*KINDS, "common")]
    registry: Registry[Any] = Registry().with_resources(
        [(uri, Resource.from_contents(contents)) for uri, contents in resources]
    )
    return _Validator(_read(kind), registry=registry, format_checker=FORMATS)


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    # ECMA-262, which JSON Schema means, lets `$` match only at the very end; Python also before
    # a last line break.
    return re.compile(pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern)


def unknown_members(instance: Mapping[str, Any], subschema: Mapping[str, Any]) -> list[str]:
    """The members of a closed object that its schema neither names nor leaves open."""
    named = subschema.get("properties", {})
    patterns = [_expression(pattern) for pattern in subschema.get("patternProperties", {})]
    return [
        name
        for name in instance
        if name not in named and not any(pattern.search(name) for pattern in patterns)
    ]


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _expression(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(
    reader: Any, patterns: Mapping[str, Any], instance: Any, _: Any
) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    for pattern, subschema in patterns.items():
        for name, value in instance.items():
            if _expression(pattern).search(name):
                yield from reader.descend(value, subschema, path=name, schema_path=pattern)


def _additional_properties(
    _: Any, allowed: bool, instance: Any, subschema: Any
) -> Iterator[ValidationError]:
    if isinstance(instance, dict) and allowed is False and unknown_members(instance, subschema):
        yield ValidationError("members that the schema does not know")


def _unique_items(_: Any, unique: bool, instance: Any, __: Any) -> Iterator[ValidationError]:
    # Comparing every pair of a long array takes minutes; its length is a fault already.
    if unique and isinstance(instance, list) and len(instance) <= _MOST_COMPARED:
        written = [json.dumps(item, sort_keys=True) for item in instance]
        if len(set(written)) < len(written):
            yield ValidationError("an entry is given more than once")


_Validator = extend(
    Draft202012Validator,
    {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        "uniqueItems": _unique_items,
    },
)
