"""A step of a life cycle: who does what to which thing, and how to tell that it was done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from scripts.lifecycle.registry_api import RegistryApi


@dataclass(frozen=True)
class Proposal:
    """A request whose answer is a task with what is to be signed."""

    method: str
    path: str
    body: Any


@dataclass(frozen=True)
class Call:
    """A call of a contract for the relay, once signed, with the documents that it anchors."""

    contract: str
    function: str
    arguments: Mapping[str, Any]
    documents: Sequence[Any] = ()


class Step(Protocol):
    """One act of one role; `actor` is the number of the test account that signs."""

    @property
    def actor(self) -> int:
        """Number of the test account that acts."""

    @property
    def role(self) -> str:
        """The role in which it acts."""

    @property
    def action(self) -> str:
        """What it does, in the third person."""

    @property
    def subject(self) -> str:
        """To what."""

    def is_done(self, api: RegistryApi) -> bool:
        """Whether the registry is past this step already."""

    def request(self, api: RegistryApi) -> Proposal | Call:
        """What to ask the API for."""


@dataclass(frozen=True)
class Story:
    """Steps in order; one that fails ends the story, and those that need it."""

    name: str
    steps: Sequence[Step]
    needs: Sequence[str] = field(default=())
