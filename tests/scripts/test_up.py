"""`scripts/up`: everything started, taken up again, watched and stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from scripts.lifecycle.project_steps import AssignValidator
from scripts.local.children import Child
from scripts.local.claims import Claimed, require_free, sole_user
from scripts.sample.lifecycle import sample

from ..ports import free_port  # noqa: TID252
from .running import PATIENCE_SECONDS, Running, output_of, up, wait_for_line


def descendants(process: int) -> dict[int, str]:
    """Process ids and command lines of the children of a process."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(process)],
        capture_output=True,
        text=True,
        check=False,
    )
    rows = (line.strip().partition(" ") for line in listed.stdout.splitlines())
    return {int(pid): command for pid, _, command in rows}


def child_of(process: int, words: str) -> int:
    (found,) = (pid for pid, command in descendants(process).items() if words in command)
    return found


def is_alive(process: int) -> bool:
    status = Path(f"/proc/{process}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def wait_until(condition: object, what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path, int]]:
    """A registry without the sample; its process, its folder and the port of its API."""
    port = free_port()
    process = up(tmp_path, port, free_port(), "--no-sample")
    wait_for_line(process, "Ctrl-C stops everything.")
    yield process, tmp_path, port
    process.kill()
    process.wait()


class TestUp:
    """
    with --once                                 it plays, audits and exits 0
    given data of an earlier run                it goes on with them, and plays nothing twice
    when it runs already                        a second one says so
    when it is killed                           its children die with it, and the next run works
    when indexer or API are killed              it starts them again
    when the chain dies                         it says so, with the log, and stops the rest
    """

    def test_plays_and_audits_with_once(self, running: Running) -> None:
        assert "77 steps played." in running.first_output
        assert "Everything holds." in running.first_output
        for what in ("/docs", "/projects/", "/credits/", "scripts/audit --rpc-url"):
            assert what in running.first_output

    def test_goes_on_given_earlier_data(self, running: Running) -> None:
        for story in sample():
            for project in {s.subject for s in story.steps if isinstance(s, AssignValidator)}:
                versions = httpx.get(f"{running.api}/projects/{project}").json()["ogcr:record"]
                assert len(versions["versions"]) == 1 + (project == "pt-lousa-restoration")
        owned = httpx.get(f"{running.api}/credits", params={"report": "de-lausitz-2023-h1"}).json()
        assert owned["ogcr:quantity_kg"] == 412_000

    def test_says_so_when_it_runs_already(self, running: Running) -> None:
        second = up(running.data, free_port(), free_port(), "--once")
        output = output_of(second)
        assert second.returncode == 1
        assert f"Another scripts/up (process {running.process.pid}) runs in this clone" in output

    def test_restarts_services_and_leaves_nothing_when_killed(
        self, bare: tuple[subprocess.Popen[str], Path, int]
    ) -> None:
        process, data, port = bare
        for module, name in (("-m indexer", "indexer"), ("-m api", "API")):
            os.kill(child_of(process.pid, module), signal.SIGKILL)
            wait_for_line(process, f"The {name} was ended by SIGKILL: started again")
        wait_until(lambda: _is_well(port), "the API to come back")
        children = descendants(process.pid)
        assert len(children) == 3
        process.kill()
        process.wait()
        wait_until(lambda: not any(map(is_alive, children)), f"{children} to die")
        again = up(data, port, free_port(), "--no-sample", "--once")
        output = output_of(again)
        assert again.returncode == 0, output
        assert "local chain at block 61" in output

    def test_ends_with_the_reason_when_the_chain_dies(
        self, bare: tuple[subprocess.Popen[str], Path, int]
    ) -> None:
        process, _, _ = bare
        children = descendants(process.pid)
        os.kill(child_of(process.pid, "anvil"), signal.SIGKILL)
        output = output_of(process)
        assert process.returncode == 1
        assert "The local chain (anvil) was ended by SIGKILL; the end of" in output
        assert not any(map(is_alive, children))


class TestChild:
    """
    when a child ends by itself     the reason and the end of its log are told
    """

    def test_tells_the_end_of_its_log_when_it_ends(self, tmp_path: Path) -> None:
        program = [sys.executable, "-c", "print('what went wrong'); raise SystemExit(7)"]
        child = Child("The program", program, tmp_path / "program.log")
        wait_until(lambda: child.ending() is not None, "the program to end")
        assert child.ending() == "The program ended with code 7"
        assert "what went wrong" in child.tail()


class TestClaims:
    """
    when a port is in use          it says which option gives another one
    when the lock is held          it names the process
    """

    def test_names_the_option_when_a_port_is_in_use(self) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            with pytest.raises(Claimed, match=rf"Port {port}, meant for the API, .*--port"):
                require_free(port, "--port", "the API")

    def test_names_the_process_when_the_lock_is_held(self, tmp_path: Path) -> None:
        lock = tmp_path / "up.lock"
        with (
            sole_user(lock),
            pytest.raises(Claimed, match=f"process {os.getpid()}"),
            sole_user(lock),
        ):
            pass
        with sole_user(lock):
            pass


def _is_well(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health").is_success
    except httpx.HTTPError:
        return False
