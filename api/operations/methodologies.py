"""Methodologies: their versions."""

from __future__ import annotations

from api.models.methodologies import MethodologyPage, MethodologyVersion
from api.operations.operation import LIST, READ_ANY, Operation, read

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", "/methodologies"): read(
        "A page of methodology versions.",
        MethodologyPage,
        "methodologies",
        errors=LIST,
        scopes=READ_ANY,
    ),
    ("get", "/methodologies/{name}"): read(
        "The methodology version.", MethodologyVersion, "methodology", scopes=READ_ANY
    ),
}
