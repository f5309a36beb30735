"""The chain that Ape started for this process of the tests."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from ape import networks
from click.testing import CliRunner, Result

from ..rewinding import wait_for_empty_pool  # noqa: TID252


@contextmanager
def put_back() -> Iterator[None]:
    """Undo afterwards whatever was done to the chain."""
    snapshot = networks.provider.snapshot()
    yield
    wait_for_empty_pool(networks.provider.web3.provider.make_request)
    networks.provider.restore(snapshot)


def typed(command: click.Command, *words: str) -> Result:
    """What a command prints on this chain: Ape's own frame would start another."""
    own = [one for one in command.params if one.name != "network"]
    plain = click.Command(command.name, params=own, callback=command.callback)
    return CliRunner().invoke(plain, words, catch_exceptions=False)
