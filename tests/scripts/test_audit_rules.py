"""The audit against a history that the contracts would have refused: each forged event is found."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from indexer.abi import Abi
from indexer.deployments import Deployments
from schemas import content_hash
from scripts.auditing.checks import Checks
from scripts.auditing.documents import Folder, check_documents
from scripts.auditing.events import ChainEvent, read_events
from scripts.auditing.node import Node
from scripts.auditing.replay import Replay
from scripts.auditing.sums import check_sums
from scripts.sample.lifecycle import document

from .running import ARTIFACTS, Running

ABI = Abi.load(ARTIFACTS)
STRANGER = "0x" + 40 * "5"
Forge = Callable[[list[ChainEvent]], Iterator[ChainEvent]]


@pytest.fixture(scope="module")
def deployments(running: Running) -> Deployments:
    return Deployments.load(running.record.parent, 31337)


@pytest.fixture(scope="module")
def history(running: Running, deployments: Deployments) -> list[ChainEvent]:
    """What the chain of the sample emitted."""
    node, checks = Node(running.rpc), Checks()
    return read_events(node, ABI, deployments, node.pin(), checks, lambda block: None)


def replayed(deployments: Deployments, events: list[ChainEvent]) -> Checks:
    checks = Checks()
    replay = Replay(deployments, ABI, checks)
    replay.apply(events)
    check_sums(replay, checks)
    return checks


def first(name: str, number: int = 0, **arguments: object) -> Forge:
    """Change arguments of the event of that name and number."""

    def forge(events: list[ChainEvent]) -> Iterator[ChainEvent]:
        wanted = [event for event in events if event.name == name][number]
        for event in events:
            changed = {**event.arguments, **arguments}
            yield replace(event, arguments=changed) if event is wanted else event

    return forge


def without(name: str, number: int = 0) -> Forge:
    """Leave an event out."""

    def forge(events: list[ChainEvent]) -> Iterator[ChainEvent]:
        wanted = [event for event in events if event.name == name][number]
        yield from (event for event in events if event is not wanted)

    return forge


def twice(name: str) -> Forge:
    """Let an event happen twice."""

    def forge(events: list[ChainEvent]) -> Iterator[ChainEvent]:
        wanted = next(event for event in events if event.name == name)
        for event in events:
            yield event
            if event is wanted:
                yield event

    return forge


def test_finds_nothing_given_the_true_history(
    deployments: Deployments, history: list[ChainEvent]
) -> None:
    checks = replayed(deployments, history)
    assert checks.discrepancies == []
    assert checks.areas["roles"].seen > 100


@pytest.mark.parametrize(
    ("forge", "area", "words"),
    [
        (first("RoleGranted", 7, account=STRANGER), "roles", "without"),
        (first("RoleGranted", 8, since=2**40), "roles", "without"),
        (first("ProjectStatusChanged", 0, actor=STRANGER), "roles", "without being the one"),
        (first("ProjectStatusChanged", 2, actor=STRANGER), "roles", "without being the one"),
        (first("ProjectStatusChanged", 1, to="validated"), "events", "went from"),
        (first("ProjectStatusChanged", 2, pddHash="0x" + 64 * "1"), "events", "was in force"),
        (first("ValidatorAssigned", 0, validator=STRANGER), "roles", "became validator"),
        (first("VerifierAssigned", 0, verifier=STRANGER), "roles", "became verifier"),
        (first("PDDRegistered", 0, documentId="another"), "events", "is no new one"),
        (first("PDDUpdated", 0, version=7), "events", "was replaced"),
        (first("PDDRegistered", 0, methodologyKey="0x" + 64 * "2"), "events", "was not active"),
        (first("MRVSubmitted", 0, startDay=1), "periods", "outside of its project's"),
        (first("MRVSubmitted", 1, startDay=18_993), "periods", "share days"),
        (first("MRVVerified", 0, verifiedKg=1), "sums", "breaks 1 kg down into"),
        (first("MRVVerified", 0, verifier=STRANGER), "events", "are not those of its verifier"),
        (first("CRUMinted", 0, kg=1), "units", "is not what the serial number"),
        (first("CRUMinted", 0, to=STRANGER), "units", "is not what the serial number"),
        (twice("CRUMinted"), "sums", "begins at 0 kg"),
        (without("Transfer"), "units", "do not begin unit"),
        (without("CRUMinted"), "sums", "begins at"),
        (twice("CRURetired"), "units", "which is retired"),
        (first("CRURetired", 0, owner=STRANGER), "units", f"as held by {STRANGER}"),
        (first("CRURetired", 0, actor=STRANGER), "units", "without being its owner or approved"),
        (twice("MRVVerified"), "sums", "a second time"),
        (first("CRUSplit", 0, parts=[1, 2]), "units", "are not the whole, end to end"),
        (without("CRUSplit"), "units", "as often as"),
        (first("ReversalRecorded", actor=STRANGER), "roles", "without the role"),
        (first("ReversalRecorded", dueKg=1), "reversals", "are due for"),
        (first("ReversalRecorded", kg=10**12, dueKg=10**12), "reversals", "were reversed before"),
        (first("ReversalRecorded", liable=STRANGER), "reversals", "is not what"),
        (first("ReversalRecorded", evidenceHash="0x" + 64 * "1"), "reversals", "is not what"),
        (first("ReversalRecorded", reportId="0x" + 28 * "1"), "reversals", "nobody submitted"),
        (twice("ReversalRecorded"), "reversals", "is not what"),
        (without("ReversalRecorded"), "reversals", "that nobody recorded"),
        (first("ReversalCovered", kg=1), "reversals", "are said to be covered"),
        (first("ReversalCovered", coveredKg=1), "reversals", "are said to be covered"),
        (first("ReversalCovered", source="compensation"), "reversals", "cannot cover"),
        (first("ReversalCovered", actor=STRANGER), "roles", "without the role"),
        (without("ReversalCovered", 1), "reversals", "The buffer covered"),
        (twice("ReversalCovered"), "reversals", "cannot cover"),
        (first("DeficitChanged", deficitKg=1), "reversals", "The deficit of the project"),
        (without("DeficitChanged", 1), "reversals", "The deficit of the project"),
        (first("UnitImpaired", kg=10**6), "reversals", "cannot have been hit"),
        (first("UnitImpaired", actor=STRANGER), "roles", "without the role"),
        (twice("UnitImpaired"), "reversals", "cannot have been hit"),
        (without("UnitImpaired"), "reversals", "is said to be compensated"),
        (twice("UnitCompensated"), "reversals", "is said to be compensated"),
        (without("CRUCancelled"), "reversals", "cannot cover"),
        (first("ExportStarted", kg=1), "exchange", "cannot have started"),
        (twice("ExportStarted"), "exchange", "cannot have started"),
        (without("ExportStarted"), "exchange", "never started"),
        (without("ExportStatusChanged"), "exchange", "is held and of"),
        (first("ExportCompleted", actor=STRANGER), "roles", "without the role"),
        (twice("ExportCompleted"), "exchange", "which was completed"),
        (first("UnitsImported", actor=STRANGER), "roles", "without the role"),
        (first("UnitsImported", originKey="EX-9"), "exchange", "is no new unit of that key"),
        (first("UnitsImported", to=STRANGER), "exchange", "is not what their origin says"),
        (first("UnitsImported", granularityKg=999), "exchange", "is not what their origin says"),
        (twice("UnitsImported"), "exchange", "is no new unit of that key"),
        (without("UnitsImported"), "units", "nobody submitted"),
        (first("UnitsConnected", 0, units=STRANGER), "events", "was connected"),
        (first("AuthorityUpdated", 0, authority=STRANGER), "roles", "obeys"),
        (first("MethodologyStatusChanged", 0, to="active"), "events", "went from none to active"),
    ],
)
def test_finds_it_given_a_forged_event(
    deployments: Deployments, history: list[ChainEvent], forge: Forge, area: str, words: str
) -> None:
    found = replayed(deployments, list(forge(history))).areas[area].discrepancies
    assert any(words in sentence for sentence in found), found


def test_finds_it_given_a_pause_that_nothing_obeyed(
    deployments: Deployments, history: list[ChainEvent]
) -> None:
    guardian = "0xa0ee7a142d267c1f36714e4a8f75612f20a79720"
    minted = next(event for event in history if event.name == "CRUMinted")
    pause = replace(minted, name="Paused", arguments={"account": guardian})
    place = history.index(minted)
    found = replayed(deployments, [*history[:place], pause, *history[place:]])
    sentences = found.areas["events"].discrepancies
    assert any("while it was paused" in sentence for sentence in sentences)
    assert not any("CRURetired" in sentence for sentence in sentences)


def document_hash(name: str) -> str:
    return "0x" + content_hash(document(name)).removeprefix("sha256:")


@pytest.mark.parametrize(
    ("forge", "words"),
    [
        (first("PDDRegistered", 0, pddHash=document_hash("lausitz/pdd.json")), "its id is"),
        (
            first("PDDRegistered", 0, pddHash=document_hash("lausitz/mrv-2023-first-half.json")),
            "no valid pdd",
        ),
        (first("PDDRegistered", 0, endDay=30_000), "its duration in days is"),
        (first("PDDRegistered", 0, projectType="biochar"), "its project type is reforestation"),
        (first("MRVSubmitted", 0, endDay=19_000), "its period in days is"),
        (first("MRVSubmitted", 0, documentId="other"), "its id is pt-lousa-2022"),
        (first("MethodologyRegistered", 0, version="9.9"), "its version is 2.0.0"),
        (first("ProjectStatusChanged", 2, to="validated"), "its outcome is rejected"),
        (first("MRVVerified", 0, verifiedKg=7), "its verified removal in kg is 1842600"),
        (first("ProjectMetadataUpdated", 0, metadataHash="0x" + 64 * "7"), "is missing"),
    ],
)
def test_finds_it_given_a_document_that_says_something_else(
    running: Running,
    deployments: Deployments,
    history: list[ChainEvent],
    forge: Forge,
    words: str,
) -> None:
    checks = Checks()
    replay = Replay(deployments, ABI, checks)
    replay.apply(forge(history))
    anchors = [*replay.methodologies.anchors, *replay.projects.anchors, *replay.reports.anchors]
    check_documents(anchors, Folder(running.documents), checks, lambda done, of: None)
    found = checks.areas["documents"].discrepancies
    assert any(words in sentence for sentence in found), found
