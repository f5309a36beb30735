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
        assert len(rows) == 10
        assert ["verifier", "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955"] in [r[:2] for r in rows]

    def test_member_comes_and_goes_when_granted_and_revoked(self, roles: Roles) -> None:
        assert roles("grant", "verifier", STRANGER, "--delay", "60")[0] == 0
        assert f"verifier            {STRANGER}" in roles("list")[1]
        assert "already holds verifier" in roles("grant", "verifier", STRANGER, "--delay", "60")[1]
        assert roles("revoke", "verifier", STRANGER)[0] == 0
        assert "does not hold verifier" in roles("revoke", "verifier", STRANGER)[1]

    def test_says_who_may_when_the_signer_may_not(self, roles: Roles) -> None:
        code, output = roles("grant", "verifier", STRANGER, "--account", "TEST::8")
        assert code == 1
        assert "sign as a holder of role administrator" in output
