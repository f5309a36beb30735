"""`scripts/deploy` on Ape's own chain: once, again, and where a broken run stopped."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from ape import networks
from click import UsageError

from scripts.accounts import CAST, development_account
from scripts.deploy import deploy, record_path, write_whole
from scripts.deployment import CONTRACTS, FORWARDER, ROLE_IDS, DeploymentError
from scripts.governing.asked import Asked, terms_of
from scripts.governing.terms import DEFAULT_DELAYS, TermsError

from ..ports import free_port, wait_for_port  # noqa: TID252
from .own_chain import put_back

#: `Standing.Fit` of contracts/interfaces/IRegistryAccessControl.sol.
FIT = 0
DAY = 86_400
OWNERS = tuple(str(development_account(number).address) for number in (0, 1, 2))


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
        with put_back():
            deploy()
        deploy()
        assert set(json.loads(record.read_text())["contracts"]) == {FORWARDER, *CONTRACTS}

    def test_says_so_given_a_broken_record(self, record: Path) -> None:
        record.write_text("{half")
        with pytest.raises(DeploymentError, match=r"is no JSON .* restore it, or delete it"):
            deploy()


class TestTerms:
    """
    outside a local chain
        given one key, no delay, no guardian    it refuses, and says all of it at once
        given a Safe and a guardian             it takes them, with the delays of the configuration
        given --single-key                      it takes one key, still with delay and guardian
    given a Safe and a key at once              it says that these exclude each other
    given a Safe on a local chain               it hands over to it, and the cast plays on
    """

    @pytest.fixture
    def sepolia(self) -> Iterator[None]:
        """A node that is no local chain to Ape: the id of a public network."""
        port = free_port()
        command = ["anvil", "--port", str(port), "--chain-id", "11155111", "--silent"]
        with subprocess.Popen(command) as node:
            wait_for_port(port)
            with networks.parse_network_choice(f"ethereum:sepolia:http://127.0.0.1:{port}"):
                yield
            node.terminate()

    def test_refuses_all_at_once_given_no_terms(self, sepolia: None) -> None:
        with pytest.raises(TermsError) as caught:
            terms_of(Asked(delay="0"))
        told = str(caught.value)
        assert "One key alone would administrate the registry on ethereum:sepolia" in told
        assert "Without a delay nobody could stop a plan" in told
        assert "name a guardian (--member guardian=ADDRESS" in told

    def test_takes_a_safe_with_the_configured_delays(self, sepolia: None) -> None:
        asked = Asked(owners=OWNERS, threshold=2, members=(f"guardian={OWNERS[0]}",))
        terms = terms_of(asked)
        assert terms.safe is not None
        assert (terms.safe.owners, terms.safe.threshold) == (OWNERS, 2)
        assert terms.delays == DEFAULT_DELAYS
        assert terms.members == {"guardian": (OWNERS[0],)}

    def test_takes_one_key_when_told_so(self, sepolia: None) -> None:
        asked = Asked(administrator=OWNERS[0], single_key=True)
        with pytest.raises(TermsError) as caught:
            terms_of(asked)
        assert "One key alone" not in str(caught.value)
        terms = terms_of(replace(asked, members=(f"guardian={OWNERS[1]}",)))
        assert (terms.safe, terms.delays.administrator) == (None, 2 * DAY)

    def test_says_that_a_safe_and_a_key_exclude_each_other(self) -> None:
        with pytest.raises(UsageError, match="Either a Safe"):
            terms_of(Asked(owners=OWNERS, threshold=2, administrator=OWNERS[0]))
        with pytest.raises(UsageError, match="4 of 3 owners can never sign"):
            terms_of(Asked(owners=OWNERS, threshold=4))
        with pytest.raises(UsageError, match="say ROLE=ADDRESS"):
            terms_of(Asked(members=("king=0x",)))

    def test_hands_over_to_a_safe_and_lets_the_cast_play_on(self, record: Path) -> None:
        registry = deploy(asked=Asked(owners=OWNERS, threshold=3, delay="1 hour"))
        access = registry["RegistryAccessControl"]
        assert json.loads(record.read_text())["safe"] == registry.safe
        assert tuple(access.hasRole(0, registry.safe)) == (True, 3_600)
        assert not access.hasRole(0, development_account(0).address)[0]
        for role, numbers in CAST.items():
            assert access.hasRole(ROLE_IDS[role], development_account(numbers[0]).address)[0]
        deploy()
        assert tuple(access.hasRole(0, registry.safe)) == (True, 3_600)
