"""An audit from beginning to end: pin a block, read, replay, recompute, compare."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.abi import Abi
from indexer.deployments import Deployments
from indexer.errors import DeploymentsMissing
from scripts.auditing.anchors import Anchor
from scripts.auditing.api_model import ApiModel
from scripts.auditing.checks import Checks
from scripts.auditing.chronicle import Chronicle
from scripts.auditing.code import check_code
from scripts.auditing.documents import Source, check_documents
from scripts.auditing.events import read_events
from scripts.auditing.index_model import IndexModel
from scripts.auditing.node import Node, NodeTrouble, Pin
from scripts.auditing.relaying import with_signers
from scripts.auditing.replay import Replay
from scripts.auditing.storage import check_storage
from scripts.auditing.sums import STATUSES, check_sums

Say = Callable[[str], None]
Model = IndexModel | ApiModel
#: How long to wait for a model that follows a reorganisation, and how often to look.
PIN_ATTEMPTS, PIN_PAUSE = 40, 0.25


@dataclass(frozen=True)
class Assignment:
    """What to audit against what; `api` and `index` name the model, if it is to be compared."""

    rpc_url: str
    deployments: Path
    artifacts: Path
    documents: Source
    api: str | None = None
    index: str | None = None
    block: int | None = None


def audit(assignment: Assignment, say: Say) -> tuple[Checks, str]:
    """Make the audit; gives all checks and one line that says what was audited.

    Raises NodeTrouble or the indexer's StopLoudly when it cannot be made.
    """
    node = Node(assignment.rpc_url)
    deployments = _deployments(assignment.deployments, node.chain_id())
    abi, checks = Abi.load(assignment.artifacts), Checks()
    index = IndexModel(assignment.index) if assignment.index else None
    api = ApiModel(assignment.api) if assignment.api else None
    pin = _pin(node, assignment.block, [model for model in (index, api) if model], say)
    progress = lambda block: say(f"events: block {block} of {pin.number}")  # noqa: E731
    events = with_signers(read_events(node, abi, deployments, pin, checks, progress))
    say(f"replaying {len(events)} events")
    replay = Replay(deployments, abi, checks)
    chronicle = Chronicle(replay)
    replay.apply(events, chronicle.note)
    chronicle.close()
    supply = check_sums(replay, checks)
    _check_documents(replay, assignment.documents, checks, say)
    check_code(node, pin, replay, checks)
    check_storage(node, pin, replay, checks, lambda done, of: say(f"storage: {done} of {of}"))
    if index is not None:
        say("model: the index")
        index.check(chronicle, events, node, pin, assignment.documents, checks)
    if api is not None:
        api.check(replay, pin, checks, say)
    _require_canonical(node, pin)
    return checks, _summary(deployments, pin, replay, supply)


def _pin(node: Node, block: int | None, models: Sequence[Model], say: Say) -> Pin:
    """The block to audit: the one asked for, else the newest that all models know."""
    for _ in range(PIN_ATTEMPTS):
        known = [model.position() for model in models]
        newest = min((number for number, _ in known), default=node.pin().number)
        pin = node.pin(newest if block is None else block)
        if pin.number > newest:
            raise NodeTrouble(f"The model has come to block {newest}: name that or an older block.")
        if all(number > pin.number or digest == pin.hash for number, digest in known):
            return pin
        say("waiting for the model to follow a reorganisation")
        time.sleep(PIN_PAUSE)
    raise NodeTrouble(
        f"The model is at {known}, which the chain does not have: let the indexer repair it first."
    )


def _check_documents(replay: Replay, source: Source, checks: Checks, say: Say) -> None:
    progress = lambda done, of: say(f"documents: {done} of {of}")  # noqa: E731
    check_documents(list(_anchors(replay)), source, checks, progress)


def _deployments(path: Path, chain_id: int) -> Deployments:
    if path.is_dir():
        return Deployments.load(path, chain_id)
    try:
        return Deployments.from_record(json.loads(path.read_text()), chain_id, path)
    except ValueError as error:
        raise DeploymentsMissing(f"{path} is no JSON ({error}): name another record.") from error


def _anchors(replay: Replay) -> Iterator[Anchor]:
    yield from replay.methodologies.anchors
    yield from replay.projects.anchors
    yield from replay.reports.anchors


def _require_canonical(node: Node, pin: Pin) -> None:
    if node.pin(pin.number).hash != pin.hash:
        raise NodeTrouble(
            f"Block {pin.number} was replaced by a reorganisation meanwhile: run the audit again, "
            "or name an older block with --block."
        )


def _summary(deployments: Deployments, pin: Pin, replay: Replay, supply: Counter[str]) -> str:
    parts = ", ".join(f"{supply[s]:,} {s}" for s in STATUSES if supply[s]) or "nothing"
    return (
        f"Audit of chain {deployments.chain_id} at block {pin.number} ({pin.hash})\n"
        f"{len(replay.projects.states)} projects, {len(replay.reports.states)} reports, "
        f"{len(replay.units.blocks)} blocks of units; kg CO2e: {supply['verified']:,} verified, "
        f"{supply['issued']:,} issued = {parts}"
    )
