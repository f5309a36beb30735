"""What the commands of this room share: an open registry, and how they end."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from api.errors import ApiError
from api.migrations import migrate
from api.registry import Registry
from api.settings import ApiSettings
from indexer.errors import IndexerError

DONE, FAULTS, USAGE, NOT_POSSIBLE = range(4)


@contextmanager
def opened() -> Iterator[Registry]:
    """The registry of the environment, with its tables."""
    registry = Registry(ApiSettings())
    try:
        migrate(registry.engine)
        yield registry
    finally:
        registry.close()


def show(value: dict[str, Any]) -> None:
    """One line of JSON."""
    print(json.dumps(value, ensure_ascii=False))


def ended(run: Callable[[], int]) -> int:
    """The exit code of a command; one sentence on standard error when it cannot be done."""
    try:
        return run()
    except ApiError as error:
        details = [detail.message for detail in error.details]
        sentences = details or [error.message]
    except (IndexerError, OSError, ValidationError) as error:
        sentences = [str(error)]
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
        sentences = [f"The database cannot be used ({reason}): name it with DATABASE_URL."]
    print(*sentences, sep="\n", file=sys.stderr)
    return NOT_POSSIBLE
