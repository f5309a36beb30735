"""Anchors: document hashes on the chain, and what each document must say to fit its anchor."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import schemas

Document = dict[str, Any]
ZERO_HASH = "0x" + 64 * "0"


@dataclass(frozen=True)
class Anchor:
    """A document that the chain names.

    `hash` is `0x` + 64 hex digits, `what` names it in a sentence, `kind` is its profile, and
    `differences` tells how a document's content departs from what the chain says of it.
    """

    hash: str
    kind: str
    what: str
    differences: Callable[[Document], Iterator[str]]

    @property
    def content_hash(self) -> str:
        """`sha256:` + 64 hex digits."""
        return schemas.bytes32_to_hash(self.hash)


def differing(name: str, said: object, anchored: object) -> Iterator[str]:
    """One difference, when the document says something else than the chain."""
    if said != anchored:
        yield f"its {name} is {said}, on the chain it is {anchored}"
