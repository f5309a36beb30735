"""Plays stories: asks the API what is done, signs what is next, and waits until it is indexed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ape.exceptions import ApeException
from eth_typing import HexStr
from rich.console import Console
from web3.exceptions import Web3Exception

from indexer.abi import Abi
from indexer.deployments import Deployments
from scripts.accounts import development_account
from scripts.lifecycle.registry_api import Broken, Record, Refused, RegistryApi, TooSlow
from scripts.lifecycle.sessions import Sessions
from scripts.lifecycle.step import Call, Step, Story
from scripts.lifecycle.wallet import sign_call
from scripts.signing.session import SignInError

#: States of a task that wait for this player's signature.
UNSIGNED = "awaiting_signature"


@dataclass
class Outcome:
    """How many steps were done now and before, and a sentence for each failure."""

    played: int = 0
    done_before: int = 0
    failures: list[str] = field(default_factory=list)


class Player:
    """Plays stories on one registry through its API, one step at a time."""

    def __init__(
        self,
        api: RegistryApi,
        sessions: Sessions,
        abi: Abi,
        deployments: Deployments,
        console: Console,
    ) -> None:
        self._api = api
        self._sessions = sessions
        self._abi = abi
        self._deployments = deployments
        self._console = console
        self._failed: set[str] = set()
        self.outcome = Outcome()

    def play(self, stories: Sequence[Story]) -> Outcome:
        """Play every story as far as it goes; a failure ends its story and those that need it."""
        with self._console.status("looking what is done") as status:
            for story in stories:
                missing = [name for name in story.needs if name in self._failed]
                if missing:
                    self._fail(story, f"needs {', '.join(missing)}, which failed")
                else:
                    self._play(story, status.update)
        return self.outcome

    def _play(self, story: Story, say: Callable[[str], None]) -> None:
        for step in story.steps:
            try:
                self._take(step, say)
            except (Refused, Broken, TooSlow, SignInError, Web3Exception, ApeException) as error:
                self._fail(story, f"{step.role} {step.action} {step.subject}: {error}")
                return

    def _fail(self, story: Story, why: str) -> None:
        self._failed.add(story.name)
        self.outcome.failures.append(f"{story.name}: {why}")
        self._say(f"     failed  {story.name}: {why}")

    def _take(self, step: Step, say: Callable[[str], None]) -> None:
        say(f"{step.role} {step.action} {step.subject}")
        self._api.show(self._sessions.headers(step.actor))
        if step.is_done(self._api):
            self.outcome.done_before += 1
            return
        task = self._asked(step)
        found = self._api.wait_for_task(task, f"{step.action} {step.subject}", say)
        self.outcome.played += 1
        block = f"block {found['block_number']}"
        self._say(f"{block:>11}  {step.role:<17}  {step.action} {step.subject}")

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)

    def _asked(self, step: Step) -> str:
        request = step.request(self._api)
        if isinstance(request, Call):
            return self._relayed(step, request)
        task = self._api.send(request.method, request.path, request.body)
        if task["state"] == UNSIGNED:
            wanted = task["to_sign"]
            raw = sign_call(development_account(step.actor), wanted["to"], HexStr(wanted["data"]))
            self._api.send("POST", f"/tasks/{task['id']}", {"signed_transaction": raw})
        return str(task["id"])

    def _relayed(self, step: Step, call: Call) -> str:
        to = self._deployments.contracts[call.contract].address
        data = self._abi.encode_call(call.contract, call.function, call.arguments)
        raw = sign_call(development_account(step.actor), to, HexStr(data))
        body = {"signed_transaction": raw, "documents": list(call.documents)}
        task: Record = self._api.send("POST", "/relay", body)
        return str(task["id"])
