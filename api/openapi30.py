"""OpenAPI 3.0: the operations on collections, said in the older dialect that GIS clients read."""

from __future__ import annotations

from typing import Any

from api.parameters import MOST

_METHODS = ("get",)
_PLACES = ("/", "/conformance")
#: As OGC API - Features, 7.15, has it word by word; a list is read from the same text.
_BOX = {
    "type": "array",
    "items": {"type": "number"},
    "minItems": 4,
    "maxItems": 6,
    "example": [14.0, 48.0, 16.0, 49.0],
}
_WITHOUT = ("summary", "jsonSchemaDialect", "webhooks")


def collections_definition(document: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI 3.0 document of the collections, out of the OpenAPI 3.1 document of everything."""
    paths = {
        path: {method: _operation(entry[method]) for method in _METHODS if method in entry}
        for path, entry in document["paths"].items()
        if path in _PLACES or path.startswith("/collections")
    }
    about = {key: text for key, text in document["info"].items() if key not in _WITHOUT}
    return {"openapi": "3.0.3", "info": about, "paths": paths}


def _operation(entry: dict[str, Any]) -> dict[str, Any]:
    """The operation with its parameters; answers are described by their media types alone."""
    kept = ("summary", "description", "operationId", "tags")
    return {
        **{key: entry[key] for key in kept if key in entry},
        "parameters": [_parameter(one) for one in entry.get("parameters", ())],
        "responses": {
            status: {
                "description": answer["description"],
                **({"content": _content(answer["content"])} if "content" in answer else {}),
            }
            for status, answer in entry["responses"].items()
        },
    }


def _content(content: dict[str, Any]) -> dict[str, Any]:
    return {media_type: {"schema": {"type": "object"}} for media_type in content}


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    kept = ("name", "in", "required", "description")
    found = {key: parameter[key] for key in kept if key in parameter}
    found["schema"] = _BOX if parameter["name"] == "bbox" else _schema(parameter["schema"])
    if parameter["name"] == "limit":
        found["schema"] |= {"maximum": MOST}
    if parameter["in"] == "query":
        found |= {"style": "form", "explode": False}
    return found


def _schema(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema: a value that may be null is simply one that may be left out."""
    options = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    merged = {**schema, **options[0]} if len(options) == 1 else dict(schema)
    if len(options) < 2:
        merged.pop("anyOf", None)
    if "const" in merged:
        merged["enum"] = [merged.pop("const")]
    examples = merged.pop("examples", None)
    if examples:
        merged["example"] = examples[0]
    return merged
