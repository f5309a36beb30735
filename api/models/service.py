"""The service itself: whether it is well, where to begin, what it counts."""

from __future__ import annotations

from typing import Literal

from pydantic import RootModel

from api.models.answers import Answer, IndexPosition, Link


class Health(Answer):
    """What works; `faults` says in sentences what does not."""

    status: Literal["ok", "behind", "broken"]
    faults: list[str]
    index: IndexPosition | None


class Landing(Answer):
    """Where to begin."""

    title: str
    description: str
    links: list[Link]


class Metrics(RootModel[str]):
    """Lines of Prometheus' text form: names, labels, numbers."""
