"""A rehearsal: a registry of the first release lives, is upgraded by its Safe, and lives on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from ape import networks

from indexer.abi import Abi
from indexer.chain import Chain
from indexer.database import engine, snapshot
from indexer.digest import rows
from indexer.follower import Follower
from indexer.models import VERSIONED
from indexer.rpc import Rpc
from indexer.settings import IndexerSettings
from indexer.verification import verify_rows
from scripts.accounts import development_account
from scripts.building.compilation import Compilation
from scripts.building.release import Release, releases
from scripts.checking.code import check_code
from scripts.deployment import CONTRACTS, FORWARDER, ROLE_IDS, create_implementation, registry_of
from scripts.deployment import Registry as Deployed
from scripts.governing.calls import Calls
from scripts.governing.plan import Plan
from scripts.governing.safe import Safe, safe_of
from scripts.governing.terms import SafeTerms

from .node import Node
from .play import Play
from .stage import MANIFEST, Registry
from .truth import digest_of, fresh_digest

DAY = 86_400
OWNERS = (0, 1, 2)
#: What an upgrade and its way through the Safe are about; all other tables are the registry's life.
GOVERNED = {"contract", "role_member", "scheduled_operation", "function_role", "role"}


@pytest.fixture
def release() -> Release:
    return releases()[0]


@pytest.fixture
def registry(release: Release, tmp_path: Path) -> Iterator[Registry]:
    """The released contracts, on a node of their own."""
    packed = release.read()
    manifest = tmp_path / "released.json"
    manifest.write_text(json.dumps(packed))
    # The id that Ape expects of a local chain that it has not started itself.
    node = Node(chain_id=1337)
    yield Registry(node, manifest, packed["deployed"])
    node.close()


@pytest.fixture
def settings(registry: Registry, tmp_path: Path) -> IndexerSettings:
    registry.save(tmp_path / "deployments")
    return IndexerSettings(
        rpc_urls=(registry.node.url,),
        deployments=tmp_path / "deployments",
        documents=tmp_path / "documents",
        artifacts=MANIFEST,
        database_url=f"sqlite:///{tmp_path / 'index.db'}",
        poll_seconds=0.02,
    )


class Office:
    """The administration on that node, as `scripts/govern` runs it."""

    def __init__(self, registry: Registry) -> None:
        self.node, self.abi = registry.node, registry.abi
        self.deployed: Deployed = registry_of(registry.record)
        self.calls = Calls(self.deployed, registry.abi)
        self.deployer = development_account(0)

    def hand_over(self) -> Safe:
        """Leave the administration to a Safe of two among three owners, behind two days."""
        access = self.deployed["RegistryAccessControl"]
        owners = tuple(str(development_account(number).address) for number in OWNERS)
        safe = safe_of(self.deployer, SafeTerms(2, owners), access.address)
        access.grantRole(ROLE_IDS["administrator"], safe.address, 2 * DAY, sender=self.deployer)
        access.renounceRole(ROLE_IDS["administrator"], self.deployer.address, sender=self.deployer)
        return safe

    def upgrade_all(self, safe: Safe) -> None:
        """Put the present code behind every proxy of the release."""
        plans = []
        for name in (one for one in self.deployed.placements if one != FORWARDER):
            code = create_implementation(self.deployer, self.deployed, name)
            data = self.calls.encoded(name, "upgradeToAndCall", [code, "0x"])
            plans.append((self.deployed.placements[name].address, data))
        for _step in ("schedule", "carry out"):
            for target, data in plans:
                plan = Plan.of(self.calls, safe, target, data, None)
                assert plan.step == _step
                for number in OWNERS[1:]:
                    plan.sign(development_account(number))
                plan.send(development_account(9))
            self.node.rpc("evm_increaseTime", 2 * DAY + 1)
            self.node.mine()


def life(settings: IndexerSettings) -> dict[str, list[Any]]:
    """Every row of the registry's life, in order."""
    database = engine(settings.database_url)
    with snapshot(database) as session:
        found = {
            str(table.__table__.name): [tuple(row) for row in rows(session, table)]
            for table in VERSIONED
            if table.__table__.name not in GOVERNED
        }
    database.dispose()
    return found


def agreed(registry: Registry, settings: IndexerSettings) -> int:
    """Hold every row against the contracts' views; gives how many values agree."""
    database = engine(settings.database_url)
    with closing(Rpc(settings.rpc_urls)) as rpc, snapshot(database) as session:
        chain = Chain(rpc)
        (header,) = chain.headers([registry.node.head])
        result = verify_rows(
            session, chain, Abi.load(settings.artifacts), registry.deployments, header
        )
    database.dispose()
    assert result.differences == []
    return result.compared


class TestRehearsal:
    """
    given a registry of the first release, with a whole life behind it, under a Safe
        when every proxy is upgraded to the present code, after two signatures and two days
            it runs the present code, byte for byte
            every view says of every row of the index what it said before
            no row of the registry's life has changed
        when life goes on
            the index follows, equal to a fresh one
    """

    def test_keeps_the_state_through_the_upgrade(
        self, registry: Registry, settings: IndexerSettings
    ) -> None:
        play = Play(registry, 71, "before")
        play.open()
        play.act(40)
        with Follower(settings) as follower:
            follower.catch_up()
            before, compared = life(settings), agreed(registry, settings)
            assert len(before["unit"]) > 5
            registry.node.rpc("evm_setAutomine", True)
            with networks.parse_network_choice(f"ethereum:local:{registry.node.url}"):
                office = Office(registry)
                office.upgrade_all(office.hand_over())
                self._check_code(registry)
            registry.node.rpc("evm_setAutomine", False)
            follower.catch_up()
            assert life(settings) == before
            upgraded = agreed(registry, settings)
            assert upgraded >= compared
            play.act(20)
            follower.catch_up()
            assert agreed(registry, settings) > upgraded
        fresh = settings.model_copy(
            update={"database_url": settings.database_url.replace("index.db", "fresh.db")}
        )
        assert fresh_digest(fresh) == digest_of(settings)

    def _check_code(self, registry: Registry) -> None:
        upgraded = registry_of(registry.record)
        for name in CONTRACTS:
            implementation = registry.record["contracts"][name]["implementation"]
            assert upgraded.placements[name].implementation.lower() != implementation.lower()
        findings = list(check_code(upgraded, Compilation()))
        assert [one.difference for one in findings if one.difference] == []
