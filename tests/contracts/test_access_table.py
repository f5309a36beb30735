"""`docs/access.md` against a fresh deployment: the one table of who may do what."""

from __future__ import annotations

import pytest

from scripts.access import TABLE, access_table
from scripts.deployment import CONTRACTS, Registry

from .ledger import CONTRACTS_FOLDER, Contract, Ledger
from .samples import Contracts

ROOT = CONTRACTS_FOLDER.parent


@pytest.fixture(scope="module")
def fresh(deployment: Registry, registry: Contracts) -> str:
    """What a fresh deployment says, asked once."""
    return access_table(deployment)


class TestAccessTable:
    """
    it is what a fresh deployment says, to the letter
    it names every state-changing function of every contract behind a proxy
    when a role changes on the chain    it changes too: it is read there, not in a list
    """

    def test_is_what_a_fresh_deployment_says(self, fresh: str) -> None:
        assert (ROOT / TABLE).read_text() == fresh, (
            f"Run `scripts/access --to {TABLE}` against a fresh deployment, and read what changed."
        )

    def test_names_every_state_changing_function(
        self, deployment: Registry, ledger: Ledger
    ) -> None:
        sections = (ROOT / TABLE).read_text().split("\n## ")
        for name in CONTRACTS:
            contract = ledger.contract(name, deployment.placements[name].address)
            (section,) = [one for one in sections if one.startswith(f"{name}\n")]
            rows = [line for line in section.splitlines() if line.startswith("| `")]
            assert len(rows) == len(contract.mutable())

    def test_changes_when_a_role_changes_on_the_chain(
        self,
        deployment: Registry,
        fresh: str,
        access: Contract,
        units: Contract,
        administrator: str,
    ) -> None:
        change = (units.address, [units.selector("pause")], 1)
        access.setTargetFunctionRole(*change, sender=administrator)
        after = access_table(deployment).split("## CRU\n")[1].split("\n## ")[0]
        assert "| `pause()` | guardian |" in fresh.split("## CRU\n")[1].split("\n## ")[0]
        assert "| `pause()` | registry_operator |" in after
