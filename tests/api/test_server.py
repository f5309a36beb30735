"""`python -m api`: a real server, and the sentences of one that cannot start."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from ..patience import PATIENCE_SECONDS  # noqa: TID252
from ..ports import free_port  # noqa: TID252
from .world import World

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


def run(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command's exit code and output."""
    return subprocess.run(
        [sys.executable, "-m", "api", *options],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | environment,
        check=False,
    )


class TestServer:
    """
    when it is asked for help               it tells the options
    when the port is in use                 one sentence says so, and what to do
    when the contracts are not compiled     one sentence says so, and what to do
    when the database is not there          one sentence says so, and what to do
    when a setting is unusable              it names the setting
    when it is told to stop                 it stops, and a task goes on where it was
    """

    def test_it_tells_the_options(self) -> None:
        found = run("--help")
        assert found.returncode == 0
        assert "--port" in found.stdout

    def test_it_says_so_when_the_port_is_in_use(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            found = run("--port", port)
        assert found.returncode == 1
        assert f"Cannot listen on 127.0.0.1:{port}" in found.stderr
        assert len(found.stderr.strip().splitlines()) == 1

    def test_it_says_so_when_nothing_is_compiled(self, tmp_path: Path) -> None:
        found = run(OGCR_ARTIFACTS=str(tmp_path / "none.json"))
        assert found.returncode == 1
        assert "compile" in found.stderr
        assert len(found.stderr.strip().splitlines()) == 1

    @pytest.mark.parametrize(
        "url", ["postgresql://nobody@127.0.0.1:1/none", "nonsense", "sqlite:////proc/none/x.db"]
    )
    def test_it_says_so_when_the_database_is_not_there(self, url: str) -> None:
        found = run(DATABASE_URL=url)
        assert found.returncode == 1
        assert "DATABASE_URL" in found.stderr
        assert len(found.stderr.strip().splitlines()) == 1

    def test_it_names_the_setting_when_one_is_unusable(self) -> None:
        found = run(OGCR_API_PORT="eighty")
        assert found.returncode == 1
        assert "api_port" in found.stderr
        assert "Traceback" not in found.stderr

    def test_it_stops_when_it_is_told_to(self, world: World) -> None:
        port = free_port()
        settings = world.settings
        environment = {
            "DATABASE_URL": settings.database_url,
            "OGCR_RPC_URL": settings.rpc_urls[0],
            "OGCR_DEPLOYMENTS": str(settings.deployments),
            "OGCR_DOCUMENTS": str(settings.documents),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "api", "--port", str(port)], env=os.environ | environment
        )
        try:
            answer = _until_up(f"http://127.0.0.1:{port}/health")
            assert answer.json()["status"] == "ok"
            assert "server" not in answer.headers
            # There are no web sockets here, and the upgrade need not be (RFC 9110, 7.8).
            assert httpx.get(f"http://127.0.0.1:{port}/health", headers=UPGRADE).status_code == 200
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) in (0, -signal.SIGTERM)


def _until_up(url: str) -> httpx.Response:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            return httpx.get(url)
        except httpx.HTTPError:
            time.sleep(0.1)
    pytest.fail("The server did not come up in time.")
