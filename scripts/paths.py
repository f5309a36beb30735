"""Paths as whoever typed them means them: `scripts/run` changes the folder, and says from which."""

import os
from pathlib import Path
from typing import Any

import click


class TypedPath(click.Path):
    """A path that is meant from where the command was typed."""

    def __init__(self, **conditions: Any) -> None:
        super().__init__(path_type=Path, **conditions)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The absolute path."""
        typed_in = os.environ.get("REGISTRY_TYPED_IN", ".")
        return super().convert(Path(typed_in, value), param, ctx)
