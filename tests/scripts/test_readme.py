"""The README: what it tells people to type exists."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from api.access.scopes import OPEN, READS
from api.main import create_app
from api.operations import OPERATIONS
from api.settings import ApiSettings

README = Path("README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.split("#")[0].strip()
    for block in re.findall(r"```bash\n(.*?)```", README, re.S)
    for line in block.splitlines()
    if line.strip()
]
MODULES = sorted(set(re.findall(r"python -m (\w+)", README)))
PATHS = sorted(set(re.findall(r"http://127\.0\.0\.1:8000(/[^\s?`>)\"]*)", README)))


class TestReadme:
    """
    whatever command it names    the command is there, and tells how it is used
    whatever path it asks for    the API has it
    whatever it asks for         it shows a credential where one is needed
    whatever file it links       the file is there
    """

    def test_names_scripts_that_can_be_run(self) -> None:
        scripts = {c.split()[0] for c in COMMANDS if c.startswith("scripts/")}
        assert {"scripts/up", "scripts/test", "scripts/audit"} <= scripts
        assert [script for script in scripts if not os.access(script, os.X_OK)] == []

    @pytest.mark.parametrize("module", MODULES)
    def test_names_modules_that_help(self, module: str) -> None:
        command = [sys.executable, "-m", module, "--help"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "usage" in done.stdout.lower()

    def test_asks_for_paths_that_the_api_has(self, tmp_path: Path) -> None:
        app = create_app(ApiSettings(database_url=f"sqlite:///{tmp_path / 'index.db'}"))
        known = [re.sub(r"\{\w+\}", "[^/]+", path) for path in app.openapi()["paths"]]
        asked = [path for path in PATHS if path != "/docs"]
        assert "/projects" in asked
        assert [path for path in asked if not any(re.fullmatch(k, path) for k in known)] == []

    def test_shows_a_credential_where_one_is_needed(self) -> None:
        without = []
        for command in (c for c in COMMANDS if c.startswith("curl") and ":8000/" in c):
            (path,) = re.findall(r":8000(/[^\s?\"]*)", command)
            method = "post" if " -d " in command or "-X POST" in command else "get"
            scopes = _scopes(method, path)
            is_open = scopes == OPEN or any(scope in READS for scope in scopes)
            if not is_open and "Authorization:" not in command and " -u " not in command:
                without.append(command)
        assert without == []

    def test_links_files_that_are_there(self) -> None:
        linked = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
        assert "docs/flow.svg" in linked
        assert [link for link in linked if not Path(link).exists()] == []


def _scopes(method: str, path: str) -> tuple[str, ...]:
    """What the operation that a command asks for needs."""
    for (known, template), operation in OPERATIONS.items():
        if known == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            return operation.scopes
    raise AssertionError(f"{method} {path} is no operation")
