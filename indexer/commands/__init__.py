"""What `python -m indexer` can be told to do, one module a command."""

from indexer.commands import (
    digesting,
    exporting,
    rebuilding,
    rolling_back,
    running,
    status,
    verifying,
)
from indexer.commands.command import Command

__all__ = ["COMMANDS", "Command"]

COMMANDS: dict[str, Command] = {
    "run": running.COMMAND,
    "status": status.COMMAND,
    "digest": digesting.COMMAND,
    "verify": verifying.COMMAND,
    "rebuild": rebuilding.COMMAND,
    "rollback": rolling_back.COMMAND,
    "export": exporting.COMMAND,
}
