"""Accreditations: who may judge what."""

from __future__ import annotations

from api.models.accreditations import AccountAccreditations, AccreditationPage
from api.operations.operation import LIST, READ_ANY, Operation, read

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", "/accreditations"): read(
        "A page of accreditations.",
        AccreditationPage,
        "accreditations",
        errors=LIST,
        scopes=READ_ANY,
    ),
    ("get", "/accreditations/{account}"): read(
        "The account's accreditations, and what it decided.",
        AccountAccreditations,
        "accreditation",
        scopes=READ_ANY,
    ),
}
