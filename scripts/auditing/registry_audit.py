"""An audit from beginning to end: pin a block, read, replay, recompute, compare."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.abi import Abi
from indexer.deployments import Deployments
from indexer.errors import DeploymentsMissing
from scripts.auditing.anchors import Anchor
from scripts.auditing.checks import Checks
from scripts.auditing.documents import Source, check_documents
from scripts.auditing.events import read_events
from scripts.auditing.node import Node, NodeTrouble, Pin
from scripts.auditing.replay import Replay
from scripts.auditing.storage import check_storage
from scripts.auditing.sums import STATUSES, check_sums

Say = Callable[[str], None]


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
    pin = node.pin(assignment.block if assignment.block is not None else "latest")
    checks = Checks()
    replay = replayed(node, deployments, assignment, pin, checks, say)
    supply = check_sums(replay, checks)
    check_documents(
        list(_anchors(replay)),
        assignment.documents,
        checks,
        lambda done, of: say(f"documents: {done} of {of}"),
    )
    check_storage(node, pin, replay, checks, lambda done, of: say(f"storage: {done} of {of}"))
    _require_canonical(node, pin)
    return checks, _summary(deployments, pin, replay, supply)


def replayed(
    node: Node, deployments: Deployments, assignment: Assignment, pin: Pin, checks: Checks, say: Say
) -> Replay:
    """The registry's state at the pinned block, from its events alone."""
    abi = Abi.load(assignment.artifacts)
    progress = lambda block: say(f"events: block {block} of {pin.number}")  # noqa: E731
    events = read_events(node, abi, deployments, pin, checks, progress)
    say(f"replaying {len(events)} events")
    replay = Replay(deployments, abi, checks)
    replay.apply(events)
    return replay


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
