"""`scripts/deploy` on Ape's own chain: once, again, and where a broken run stopped."""

import json
from pathlib import Path

import pytest
from ape import networks

from scripts.accounts import CAST, development_account
from scripts.deploy import deploy, record_path, write_whole
from scripts.deployment import CONTRACTS, FORWARDER, ROLE_IDS, DeploymentError

#: `Standing.Fit` of contracts/interfaces/IRegistryAccessControl.sol.
FIT = 0


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the record of the test's own deployment goes."""
    monkeypatch.setenv("OGCR_DEPLOYMENTS", str(tmp_path))
    return record_path()


class TestDeploy:
    """
    on an empty chain                        it deploys all contracts and grants the sample's roles
    run again                                it sends no transaction
    given a record of half a deployment      it deploys the rest
    given a local chain that lost contracts  it deploys them anew
    given a broken record                    it says so
    """

    def test_deploys_once_and_only_once(self, record: Path) -> None:
        registry = deploy()
        written = json.loads(record.read_text())
        assert list(written["contracts"]) == [FORWARDER, *CONTRACTS]
        access = registry["RegistryAccessControl"]
        for role, numbers in CAST.items():
            for number in numbers:
                assert access.hasRole(ROLE_IDS[role], development_account(number).address)[0]
        for role in ("validator", "verifier"):
            account = development_account(CAST[role][0]).address
            for developer in (development_account(number).address for number in CAST["developer"]):
                assert access.standing(account, ROLE_IDS[role], 0, developer) == FIT
        block = networks.provider.get_block("latest").number
        deploy()
        assert networks.provider.get_block("latest").number == block
        assert json.loads(record.read_text()) == written

    def test_deploys_the_rest_given_half_a_record(self, record: Path) -> None:
        deploy()
        whole = json.loads(record.read_text())
        kept = dict(list(whole["contracts"].items())[:3])
        write_whole(record, {**whole, "contracts": kept})
        deploy()
        again = json.loads(record.read_text())["contracts"]
        assert {name: again[name] for name in kept} == kept
        assert again["CRU"]["address"] != whole["contracts"]["CRU"]["address"]

    def test_deploys_anew_given_the_chain_lost_them(self, record: Path) -> None:
        snapshot = networks.provider.snapshot()
        deploy()
        networks.provider.restore(snapshot)
        deploy()
        assert set(json.loads(record.read_text())["contracts"]) == {FORWARDER, *CONTRACTS}

    def test_says_so_given_a_broken_record(self, record: Path) -> None:
        record.write_text("{half")
        with pytest.raises(DeploymentError, match=r"is no JSON .* restore it, or delete it"):
            deploy()
