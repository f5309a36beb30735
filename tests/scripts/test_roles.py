"""`scripts/roles` as an administrator types it, on Ape's own chain."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator

import pytest
from ape import networks
from click.testing import Result

from scripts.deploy import deploy
from scripts.roles import cli

from .own_chain import put_back, typed
from .running import ROOT

STRANGER = "0x00000000000000000000000000000000000000A1"
Type = Callable[..., Result]


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Type]:
    """Type a command of `scripts/roles`, in a registry with the sample's cast."""
    with pytest.MonkeyPatch.context() as patch, put_back():
        patch.setenv("OGCR_DEPLOYMENTS", str(tmp_path_factory.mktemp("deployments")))
        deploy()
        yield lambda name, *words: typed(cli.commands[name], *words)


class TestRoles:
    """
    list                             it shows who holds what
    list, in a process of its own    so it does: Ape runs the command
    grant, then revoke               the member comes and goes; either one again does nothing
    when the signer may not grant    it says who may
    """

    def test_shows_who_holds_what(self, roles: Type) -> None:
        listed = roles("list")
        assert listed.exit_code == 0
        rows = [line.split() for line in listed.output.splitlines() if "0x" in line]
        assert len(rows) == 13
        assert ["verifier", "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955"] in [r[:2] for r in rows]

    def test_shows_the_same_when_ape_runs_it(self, roles: Type) -> None:
        done = subprocess.run(
            ["ape", "run", "roles", "list", "--network", "ethereum:local:foundry"],
            cwd=ROOT,
            env=os.environ | {"APE_FOUNDRY_HOST": networks.provider.uri},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout == roles("list").output

    def test_member_comes_and_goes_when_granted_and_revoked(self, roles: Type) -> None:
        given = ("grant", "verifier", STRANGER, "--delay", "60")
        assert roles(*given).exit_code == 0
        held = [line.split()[:2] for line in roles("list").output.splitlines()]
        assert ["verifier", STRANGER] in held
        assert "already holds verifier" in roles(*given).output
        assert roles("revoke", "verifier", STRANGER).exit_code == 0
        assert "does not hold verifier" in roles("revoke", "verifier", STRANGER).output

    def test_says_who_may_when_the_signer_may_not(self, roles: Type) -> None:
        refused = roles("grant", "verifier", STRANGER, "--account", "TEST::8")
        assert refused.exit_code == 1
        assert "sign as a holder of role administrator" in refused.output


class TestAccreditations:
    """
    accreditations                               it shows who is accredited, for what, for whom
    organisation, accredit, withdraw             the accreditation comes and goes
    given the organisation is not known          it says what the chain refuses
    when an argument is unsound                  it says which, and sends nothing
    when the signer may not accredit             it says who may
    """

    EVIDENCE = ("--evidence", "sha256:" + "ac" * 32)

    def test_shows_who_is_accredited(self, roles: Type) -> None:
        listed = roles("accreditations")
        assert listed.exit_code == 0
        assert "biochar" in listed.output
        assert "2149-06-06" in listed.output

    def test_comes_and_goes(self, roles: Type) -> None:
        given = ("accredit", "verifier", STRANGER, "--until", "2031-03-31", *self.EVIDENCE)
        refused = roles(*given)
        assert refused.exit_code == 1
        told = f"The chain refuses: RegistryAccessControlOrganisationRequired(account={STRANGER})"
        assert told in refused.output
        assert roles("organisation", STRANGER, "AT FN 123456a").exit_code == 0
        done = roles(*given, "--types", "biochar,soil_carbon", "--from", "2026-01-01")
        assert done.exit_code == 0, done.output
        assert "2031-03-31" in roles("accreditations").output
        lost = ("withdraw", "verifier", STRANGER, *self.EVIDENCE, "--reason", "struck off")
        assert roles(*lost).exit_code == 0
        assert "2031-03-31" not in roles("accreditations").output
        refused = roles(*lost)
        assert refused.exit_code == 1
        assert "NotAccredited" in refused.output
        assert roles("organisation", STRANGER).exit_code == 0

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            (("--types", "wind"), "--types: wind unknown; known are afforestation"),
            (("--from", "1969-12-31"), "--from: name a day from 1970-01-01 to 2149-06-06"),
            (("--evidence", "sha256:12"), "--evidence:"),
            (("--evidence", "no-such-file"), "--evidence: there is no file no-such-file"),
            (("--account", "TEST::8"), "sign as a holder of role registry_operator"),
        ],
    )
    def test_says_what_is_unsound(self, roles: Type, wrong: tuple[str, ...], words: str) -> None:
        given = ("accredit", "verifier", STRANGER, "--until", "2031-03-31", *self.EVIDENCE)
        refused = roles(*given, *wrong)
        assert refused.exit_code != 0
        assert words in " ".join(refused.output.split())
