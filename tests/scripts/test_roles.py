"""`scripts/roles` as an administrator types it."""

import os
import subprocess

import pytest

from .running import ROOT, Running

STRANGER = "0x00000000000000000000000000000000000000A1"


@pytest.fixture
def roles(running: Running) -> "Roles":
    return Roles(running)


class Roles:
    """The command on the running chain."""

    def __init__(self, running: Running) -> None:
        self._environment = {
            "APE_FOUNDRY_HOST": running.rpc,
            "OGCR_DEPLOYMENTS": str(running.record.parent),
        }

    def __call__(self, *arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            ["ape", "run", "roles", *arguments, "--network", "ethereum:local:foundry"],
            cwd=ROOT,
            env=os.environ | self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


class TestRoles:
    """
    list                             it shows who holds what
    grant, then revoke               the member comes and goes; either one again does nothing
    when the signer may not grant    it says who may
    """

    def test_shows_who_holds_what(self, roles: Roles) -> None:
        code, output = roles("list")
        assert code == 0
        rows = [line.split() for line in output.splitlines() if "0x" in line]
        assert len(rows) == 13
        assert ["verifier", "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955"] in [r[:2] for r in rows]

    def test_member_comes_and_goes_when_granted_and_revoked(self, roles: Roles) -> None:
        assert roles("grant", "verifier", STRANGER, "--delay", "60")[0] == 0
        assert ["verifier", STRANGER] in [
            line.split()[:2] for line in roles("list")[1].splitlines()
        ]
        assert "already holds verifier" in roles("grant", "verifier", STRANGER, "--delay", "60")[1]
        assert roles("revoke", "verifier", STRANGER)[0] == 0
        assert "does not hold verifier" in roles("revoke", "verifier", STRANGER)[1]

    def test_says_who_may_when_the_signer_may_not(self, roles: Roles) -> None:
        code, output = roles("grant", "verifier", STRANGER, "--account", "TEST::8")
        assert code == 1
        assert "sign as a holder of role administrator" in output


class TestAccreditations:
    """
    accreditations                               it shows who is accredited, for what, for whom
    organisation, accredit, withdraw             the accreditation comes and goes
    given the organisation is not known          it says what the chain refuses
    when an argument is unsound                  it says which, and sends nothing
    when the signer may not accredit             it says who may
    """

    EVIDENCE = ("--evidence", "sha256:" + "ac" * 32)

    def test_shows_who_is_accredited(self, roles: Roles) -> None:
        code, output = roles("accreditations")
        assert code == 0
        assert "biochar" in output
        assert "2149-06-06" in output

    def test_comes_and_goes(self, roles: Roles) -> None:
        given = ("accredit", "verifier", STRANGER, "--until", "2031-03-31", *self.EVIDENCE)
        code, output = roles(*given)
        assert code == 1
        assert "OrganisationRequired" in output
        assert roles("organisation", STRANGER, "AT FN 123456a")[0] == 0
        code, output = roles(*given, "--types", "biochar,soil_carbon", "--from", "2026-01-01")
        assert code == 0, output
        assert "2031-03-31" in roles("accreditations")[1]
        lost = ("withdraw", "verifier", STRANGER, *self.EVIDENCE, "--reason", "struck off")
        assert roles(*lost)[0] == 0
        assert "2031-03-31" not in roles("accreditations")[1]
        code, output = roles(*lost)
        assert code == 1
        assert "NotAccredited" in output
        assert roles("organisation", STRANGER)[0] == 0

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
    def test_says_what_is_unsound(self, roles: Roles, wrong: tuple[str, ...], words: str) -> None:
        given = ("accredit", "verifier", STRANGER, "--until", "2031-03-31", *self.EVIDENCE)
        code, output = roles(*given, *wrong)
        assert code != 0
        assert words in " ".join(output.split())
