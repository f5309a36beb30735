"""`scripts/govern` as owners and a guardian type it, on Ape's own chain."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ape import chain
from click.testing import Result

from scripts.accounts import development_account
from scripts.check import cli as check_cli
from scripts.deploy import deploy
from scripts.deployment import ROLE_IDS, Registry
from scripts.govern import cli
from scripts.governing.asked import Asked

from .own_chain import put_back, typed

DAY = 86_400
MEMBER = "0x00000000000000000000000000000000000000A1"
Type = Callable[..., Result]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry under a Safe of two among the test accounts 0, 1 and 2, behind two days."""
    owners = ("TEST::0", "TEST::1", "TEST::2")
    with pytest.MonkeyPatch.context() as patch, put_back():
        patch.setenv("OGCR_DEPLOYMENTS", str(tmp_path_factory.mktemp("deployments")))
        yield deploy(asked=Asked(owners=owners, threshold=2, delay="2 days"))


@pytest.fixture(autouse=True)
def unchanged_chain(registry: Registry) -> Iterator[None]:
    with put_back():
        yield


@pytest.fixture
def govern(registry: Registry) -> Type:
    """Type a command of `scripts/govern`."""
    return lambda name, *words: typed(cli.commands[name], *words)


@pytest.fixture
def plan(govern: Type, tmp_path: Path) -> Path:
    """A plan to grant a role, proposed."""
    file = tmp_path / "plan.json"
    arguments = ("RegistryAccessControl", "grantRole", "developer", MEMBER, "0")
    assert govern("propose", str(file), *arguments).exit_code == 0
    return file


def take(govern: Type, file: Path) -> Result:
    """Let two owners sign the step that is due, and anybody send it."""
    for owner in ("TEST::2", "TEST::0"):
        assert govern("sign", str(file), "--account", owner).exit_code == 0
    return govern("send", str(file), "--account", "TEST::8")


class TestPlan:
    """
    when enough owners signed        it is scheduled; signed and sent again after two days, done
    when fewer signed                it says how many are missing
    when sent before the delay       it says that it waits
    when a stranger signs            it says who may
    when it was carried out          nobody can sign it again
    given a file of another Safe     it is refused
    when its file was altered        signatures under something else do not count
    """

    def test_is_done_after_two_steps_and_two_days(
        self, govern: Type, registry: Registry, plan: Path
    ) -> None:
        assert "Scheduled. It can be carried out from" in take(govern, plan).output
        access = registry["RegistryAccessControl"]
        assert not access.hasRole(ROLE_IDS["developer"], MEMBER)[0]
        shown = govern("show").output
        assert shown.count(json.loads(plan.read_text())["operation"]) == 1
        assert "RegistryAccessControl.grantRole(roleId=developer, account=0x" in shown
        refused = take(govern, plan)
        assert refused.exit_code == 1
        assert "is not over; wait and try again" in refused.output
        chain.pending_timestamp += 2 * DAY
        chain.mine()
        assert govern("send", str(plan), "--account", "TEST::8").output == "Done.\n"
        assert access.hasRole(ROLE_IDS["developer"], MEMBER)[0]
        again = govern("sign", str(plan), "--account", "TEST::0")
        assert "was carried out. To do the same again, `propose` it anew." in again.output

    def test_says_how_many_are_missing(self, govern: Type, plan: Path) -> None:
        govern("sign", str(plan), "--account", "TEST::1")
        sent = govern("send", str(plan), "--account", "TEST::1")
        assert (sent.exit_code, sent.output) == (
            1,
            "Error: 1 more of the owners must sign first.\n",
        )

    def test_says_who_may_sign(self, govern: Type, plan: Path) -> None:
        signed = govern("sign", str(plan), "--account", "TEST::5")
        assert "is no owner of the Safe: 0x" in signed.output

    def test_counts_no_signature_under_something_else(self, govern: Type, plan: Path) -> None:
        for owner in ("TEST::0", "TEST::1"):
            govern("sign", str(plan), "--account", owner)
        kept = json.loads(plan.read_text())
        other = kept["calldata"].replace(MEMBER[-4:].lower(), "beef")
        assert other != kept["calldata"]
        plan.write_text(json.dumps({**kept, "calldata": other}))
        assert "2 more of the owners must sign first" in govern("send", str(plan)).output

    def test_is_refused_given_another_safe(self, govern: Type, plan: Path) -> None:
        kept = json.loads(plan.read_text())
        plan.write_text(json.dumps({**kept, "safe": MEMBER}))
        assert (
            f"is for the Safe {MEMBER} on chain 31337, not for" in govern("sign", str(plan)).output
        )
        plan.write_text("{}")
        assert "is no plan" in govern("sign", str(plan)).output


class TestCancel:
    """
    when a guardian cancels what waits      it is gone
    when it is the guardian's own removal   it says that it may not
    when nothing of that id waits           it says where to look
    """

    def test_ends_what_waits(self, govern: Type, plan: Path) -> None:
        take(govern, plan)
        operation = json.loads(plan.read_text())["operation"]
        done = govern("cancel", operation, "--account", "TEST::9")
        assert done.output.startswith("Cancelled: RegistryAccessControl.grantRole(")
        again = govern("cancel", operation, "--account", "TEST::9")
        assert f"Nothing of the id {operation} is scheduled" in again.output

    def test_says_that_it_may_not_cancel_its_own_removal(
        self, govern: Type, tmp_path: Path
    ) -> None:
        guardian, file = str(development_account(9).address), tmp_path / "removal.json"
        arguments = ("RegistryAccessControl", "revokeRole", "guardian", guardian)
        govern("propose", str(file), *arguments)
        take(govern, file)
        operation = json.loads(file.read_text())["operation"]
        refused = govern("cancel", operation, "--account", "TEST::9")
        assert "may not cancel this operation" in refused.output


class TestPropose:
    """
    when function, role or argument is wrong    it says which there are
    when the Safe may not do it anyhow          it says why
    """

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (("Access", "grantRole"), "No contract Access: one of "),
            (("CRU", "burn"), "CRU has no function burn: one of "),
            (("CRU", "pause", "1"), "CRU.pause takes pause(), not 1 arguments."),
            (
                ("RegistryAccessControl", "revokeRole", "king", MEMBER),
                "No role king: one of administrator, ",
            ),
            (("CRU", "pause"), "cannot be done: The account "),
        ],
    )
    def test_says_what_is_wrong(
        self, govern: Type, tmp_path: Path, words: tuple[str, ...], told: str
    ) -> None:
        proposed = govern("propose", str(tmp_path / "p.json"), *words)
        assert proposed.exit_code == 1
        assert told in proposed.output
        assert not (tmp_path / "p.json").exists()


class TestUpgrade:
    """
    when scheduled, waited for and carried out    the proxy runs the new code, as `check` says
    """

    def test_runs_the_new_code(self, govern: Type, registry: Registry, tmp_path: Path) -> None:
        file, before = tmp_path / "upgrade.json", registry.placements["CRU"].implementation
        assert govern("upgrade", str(file), "CRU", "--account", "TEST::4").exit_code == 0
        take(govern, file)
        chain.pending_timestamp += 2 * DAY
        chain.mine()
        assert take(govern, file).output == "Done.\n"
        checked = typed(check_cli, "--threshold", "2", "--delay", "2 days")
        assert (checked.exit_code, checked.output.strip().endswith("Nothing differs.")) == (0, True)
        assert before not in checked.output
