"""What a check of a deployment found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `difference` is a sentence when it is not as it should be."""

    subject: str
    looked_at: str
    found: str
    difference: str = ""


def compare(subject: str, looked_at: str, found: object, expected: object) -> Finding:
    """A finding about a value that should be another."""
    told, wanted = _told(found), _told(expected)
    difference = "" if found == expected else f"{subject}: {looked_at} is {told}, not {wanted}."
    return Finding(subject, looked_at, told, difference)


def _told(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nobody"
    return str(value)
