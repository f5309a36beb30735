"""Specimens: one value of every parameter that the documentation shows, by its name."""

from __future__ import annotations

from typing import Any

_ADDRESS = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"
_FROM, _UNTIL = "2026-01-01", "2026-06-30T12:00:00Z"
_BY_NAME: dict[str, Any] = {
    **dict.fromkeys(("account", "actor", "liable", "owner", "sender", "submitter"), _ADDRESS),
    **dict.fromkeys(("verifier", "wallet"), _ADDRESS),
    **dict.fromkeys(("approved_from", "created_from", "period_from", "since"), _FROM),
    **dict.fromkeys(("approved_to", "created_to", "period_to", "until"), _UNTIL),
    "Idempotency-Key": "8d8f1bb4-6e62-4d0c-a5a2-7f1f2b0c9d3e",
    "If-Match": '"0f3a5c7e9b1d2f40-00112233445566778899aabbccddeeff-0123456789abcdef"',
    "address": "192.0.2.7",
    "client_id": "39ff315d9ec88561eb80b76f",
    "code": "METHODOLOGY_UNKNOWN",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "credential": "key:6f7ab5a804c773a9",
    "document": "harz-mixed-forest",
    "id": "6f7ab5a804c773a9",
    "issuance_year": 2026,
    "kind": "began,rolled_back",
    "organization": "Example Registry Services",
    "project": "harz-mixed-forest",
    "redirect_uri": "https://app.example/signed-in",
    "report": "harz-mixed-forest-2025",
    "request": "f42ed8f86b0f443c8312999a2cb77e2f",
    "resource": "/projects/harz-mixed-forest",
    "scope": "projects:read projects:write",
    "state": "af0ifjsldkj",
    "status": 404,
    "transaction": "0x" + "5b" * 32,
    "vintage": 2025,
}


def with_specimen(parameter: dict[str, Any]) -> dict[str, Any]:
    """The parameter of an OpenAPI document, with an example where its schema has none."""
    schema = parameter["schema"]
    if schema.get("examples"):
        return parameter
    return {**parameter, "schema": {**schema, "examples": [_specimen(parameter["name"], schema)]}}


def _specimen(name: str, schema: dict[str, Any]) -> Any:
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "boolean":
        return True
    return schema["default"] if "default" in schema else _BY_NAME[name]
