"""The registry on this machine: started in order, watched, and stopped in the reverse order."""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ape import networks
from ape.exceptions import ApeException
from rich.console import Console

from indexer.errors import StopLoudly
from indexer.settings import IndexerSettings
from scripts.audit import run, source
from scripts.auditing.registry_audit import Assignment
from scripts.demo import play
from scripts.deploy import deploy
from scripts.deployment import DeploymentError
from scripts.lifecycle.registry_api import Broken, Refused, RegistryApi, TooSlow
from scripts.local.chain import CHAIN_ID, ChainTrouble, LocalChain
from scripts.local.children import Child, ChildEnded
from scripts.local.client import register_player
from scripts.local.database import forget_database
from scripts.local.keeper import Keeper
from scripts.local.services import Service
from scripts.local.signals import end_by_interrupt, ignore_all

NETWORK = "ethereum:local:foundry"
DEFAULT_DATABASE = IndexerSettings.model_fields["database_url"].default


class Trouble(Exception):
    """The registry cannot be started or played; the message says what to do."""


@dataclass(frozen=True)
class Places:
    """Where everything is: the folder of all data, the port of the API, the port of the chain."""

    data: Path
    port: int
    rpc_port: int

    @property
    def api_url(self) -> str:
        """Where the API answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def rpc_url(self) -> str:
        """Where the chain answers."""
        return f"http://127.0.0.1:{self.rpc_port}"

    @property
    def chain_state(self) -> Path:
        """The kept chain."""
        return self.data / "chain" / "state.gz"

    @property
    def record(self) -> Path:
        """The deployments record of the local chain."""
        return self.data / "deployments" / f"{CHAIN_ID}.json"

    @property
    def client(self) -> Path:
        """The id of the client that people sign in to when the life cycle is played."""
        return self.data / "client"

    def environment(self) -> dict[str, str]:
        """The settings of every part; a database that DATABASE_URL names stays the one in use."""
        chosen = IndexerSettings().database_url
        own = f"sqlite:///{self.data / 'registry.db'}"
        return {
            "DATABASE_URL": own if chosen == DEFAULT_DATABASE else chosen,
            "APE_FOUNDRY_HOST": self.rpc_url,
            "OGCR_RPC_URLS": self.rpc_url,
            "OGCR_DEPLOYMENTS": str(self.data / "deployments"),
            "OGCR_DOCUMENTS": str(self.data / "documents"),
            "OGCR_API_PORT": str(self.port),
            "OGCR_PUBLIC_URL": self.api_url,
            "OGCR_POLL_SECONDS": "0.1",
        }


class LocalRegistry:
    """Chain, contracts, indexer and API of this clone."""

    def __init__(self, places: Places, console: Console) -> None:
        self._places = places
        self._console = console
        self._began = time.monotonic()
        self._chain = LocalChain(
            places.rpc_port, places.chain_state, places.data / "logs" / "chain.log"
        )
        self._anvil: Child | None = None
        self._keeper: Keeper | None = None
        self._services = [
            Service(name, [sys.executable, "-m", module], places.data / "logs" / f"{module}.log")
            for name, module in (("The indexer", "indexer"), ("The API", "api"))
        ]
        self._connection = ExitStack()
        os.environ.update(places.environment())

    def forget(self) -> None:
        """Throw away chain, deployment, index, tasks, documents and logs."""
        self._forget_chain()
        for folder in ("documents", "logs"):
            shutil.rmtree(self._places.data / folder, ignore_errors=True)
        self._say("earlier data thrown away")

    def start(self) -> None:
        """Start everything and return once the API serves the whole chain.

        Raises Trouble or ChildEnded with a sentence.
        """
        if not self._places.chain_state.exists():
            self._forget_chain()
        (self._places.data / "documents").mkdir(parents=True, exist_ok=True)
        anvil = self._attempt(self._start_chain)
        self._attempt(self._deploy)
        for service in self._services:
            service.start()
        self._keeper = Keeper(anvil, self._services, self._say)
        self._keeper.start()
        self._attempt(self._await_index)
        self._attempt(lambda: register_player(self._places.client))

    def play(self, documents: Path | None) -> list[str]:
        """Play the sample or a folder's documents; gives a sentence for each failure."""
        places = self._places
        outcome = self._attempt(
            lambda: play(places.api_url, documents, places.client, self._console)
        )
        self._chain.save()
        failures: list[str] = outcome.failures
        return failures

    def audit(self) -> int:
        """Audit chain, documents, index and API; gives the audit's exit code."""
        settings = IndexerSettings()
        return run(
            Assignment(
                self._places.rpc_url,
                settings.deployments,
                settings.artifacts,
                source(str(settings.documents)),
                self._places.api_url,
                settings.index_url,
            )
        )

    def show(self) -> None:
        """Print where to look."""
        api, places = RegistryApi(self._places.api_url), self._places
        lines = {"API": f"{places.api_url}/docs"}
        for name, path in (("a project", "/projects"), ("a unit", "/credits")):
            found = (api.get(path, limit=1) or {}).get("features")
            if found:
                lines[name] = f"{places.api_url}{path}/{found[0]['id']}"
        lines["chain"] = f"{places.rpc_url} (chain id {CHAIN_ID})"
        lines["audit"] = (
            f"scripts/audit --rpc-url {places.rpc_url} --deployments {places.record} "
            f"--documents {places.data / 'documents'} --api {places.api_url} "
            f"--index {IndexerSettings().index_url}"
        )
        self._console.print()
        for name, text in lines.items():
            self._console.print(f"{name:>9}  {text}", soft_wrap=True)

    @property
    def failure(self) -> ChildEnded | None:
        """Why the registry cannot go on, when it cannot."""
        return self._keeper.failure if self._keeper else None

    def stop(self) -> None:
        """Stop all that was started, the chain last, so that nothing is lost."""
        ignore_all()
        if self._keeper is not None:
            self._keeper.stop()
        self._connection.close()
        if self._anvil is not None:
            self._chain.stop(self._anvil)

    def _start_chain(self) -> Child:
        self._anvil = self._chain.start()
        self._say(f"local chain at block {self._chain.head()}")
        return self._anvil

    def _deploy(self) -> None:
        before = _fingerprint(self._places.record)
        with self._console.status("deploying the contracts"):
            self._connection.enter_context(networks.parse_network_choice(NETWORK))
            end_by_interrupt()
            deploy()
        self._chain.save()
        if before is not None and before != _fingerprint(self._places.record):
            forget_database(IndexerSettings().index_url)
        self._say("contracts deployed")

    def _await_index(self) -> None:
        api = RegistryApi(self._places.api_url)
        with self._console.status("starting indexer and API") as status:
            try:
                api.wait_until_up(status.update)
                api.wait_until_indexed(self._chain.head() or 0, status.update)
            except (Broken, TooSlow) as error:
                logs = " and ".join(str(service.log) for service in self._services)
                raise Trouble(f"{error}; see {logs}.") from error
        self._say(f"API on {self._places.api_url}")

    def _forget_chain(self) -> None:
        shutil.rmtree(self._places.chain_state.parent, ignore_errors=True)
        self._places.record.unlink(missing_ok=True)
        forget_database(IndexerSettings().index_url)

    def _attempt(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except (ChainTrouble, DeploymentError, StopLoudly, TooSlow, Refused, Broken) as error:
            self._require_chain()
            raise Trouble(str(error)) from error
        except ApeException as error:
            self._require_chain()
            raise Trouble(f"The contracts could not be deployed: {error}") from error

    def _require_chain(self) -> None:
        # Whatever failed, a chain that is gone is the reason.
        if self._anvil is not None:
            self._anvil.require_running()

    def _say(self, text: str) -> None:
        self._console.print(f"{time.monotonic() - self._began:4.0f}s  {text}")


def _fingerprint(record: Path) -> str | None:
    if not record.exists():
        return None
    try:
        return json.dumps(json.loads(record.read_text()).get("contracts"), sort_keys=True)
    except ValueError:
        return ""
