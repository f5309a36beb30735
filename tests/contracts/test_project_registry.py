"""A project's documents: who may anchor which PDD, and what each version must fulfil."""

from __future__ import annotations

import string
from collections.abc import Callable
from functools import partial

import pytest
from eth_utils import keccak

from .ledger import Contract, Receipt, reverts
from .samples import (
    ZERO_HASH,
    MethodologyStatus,
    Pdd,
    ProjectStatus,
    ProjectType,
    Stage,
    Terms,
    content_hash,
)

NAME = "biochar-schwarzwald_2026"
PROJECT_ID = keccak(text=NAME)
ALPHABET = string.ascii_letters + string.digits + "_-"
MOVES = ("updatePDD", "resubmitProject", "redraftProject")

Anchor = Callable[[Pdd], Receipt]


@pytest.fixture
def key(stage: Stage) -> bytes:
    return stage.methodology()


@pytest.fixture
def pdd(key: bytes) -> Pdd:
    return Pdd(content_hash("first"), key)


@pytest.fixture(params=["draftProject", "registerProject", *MOVES])
def anchor(
    request: pytest.FixtureRequest, projects: Contract, stage: Stage, pdd: Pdd, developer: str
) -> Anchor:
    """Each function that takes a PDD, ready to be called by the developer of the project."""
    function = getattr(projects, request.param)
    if request.param not in MOVES:
        return partial(_call, function, NAME, developer)
    project_id = stage.project(ProjectStatus.Rejected, "project-1", pdd)
    return partial(_call, function, project_id, developer)


def _call(function: Callable[..., Receipt], subject: object, sender: str, pdd: Pdd) -> Receipt:
    return function(subject, pdd, sender=sender)


class TestAnchorPDD:
    """
    when the hash is zero                                    it reverts
    when the period ends before it starts                    it reverts, naming both days
    when the uri is too long                                 it reverts
    given the methodology is missing, inactive, of another type  it reverts, naming its status
    """

    def test_reverts_when_the_hash_is_zero(self, anchor: Anchor, pdd: Pdd) -> None:
        with reverts("ProjectRegistryZeroHash"):
            anchor(pdd._replace(pdd_hash=ZERO_HASH))

    def test_reverts_when_the_period_ends_before_it_starts(self, anchor: Anchor, pdd: Pdd) -> None:
        with reverts("ProjectRegistryInvalidPeriod", 20_001, 20_000):
            anchor(pdd._replace(pdd_hash=content_hash("new"), start_day=20_001, end_day=20_000))

    @pytest.mark.parametrize("days", [(0, 65_535), (20_000, 20_000), (0, 0), (65_535, 65_535)])
    def test_anchors_when_the_period_is_in_order(
        self, anchor: Anchor, pdd: Pdd, days: tuple[int, int]
    ) -> None:
        receipt = anchor(
            pdd._replace(pdd_hash=content_hash("new"), start_day=days[0], end_day=days[1])
        )
        emitted = receipt.events[0].arguments
        assert (emitted["startDay"], emitted["endDay"]) == days

    def test_reverts_when_the_uri_is_longer_than_its_limit(self, anchor: Anchor, pdd: Pdd) -> None:
        new = pdd._replace(pdd_hash=content_hash("new"))
        with reverts("ProjectRegistryTextTooLong", 513, 512):
            anchor(new._replace(uri="u" * 513))
        assert anchor(new._replace(uri="u" * 512))

    @pytest.mark.parametrize(
        "status", [s for s in MethodologyStatus if s != MethodologyStatus.Active]
    )
    def test_reverts_given_the_methodology_is_not_active(
        self, anchor: Anchor, pdd: Pdd, stage: Stage, status: int
    ) -> None:
        other = stage.methodology("other", status=status) if status else content_hash("nothing")
        with reverts("ProjectRegistryMethodologyNotPermitted", other, status, ProjectType.Biochar):
            anchor(pdd._replace(pdd_hash=content_hash("new"), methodology_key=other))

    def test_reverts_given_the_methodology_is_for_another_type(
        self, anchor: Anchor, pdd: Pdd, key: bytes
    ) -> None:
        expected = (key, MethodologyStatus.Active, ProjectType.BlueCarbon)
        with reverts("ProjectRegistryMethodologyNotPermitted", *expected):
            anchor(pdd._replace(pdd_hash=content_hash("new"), project_type=ProjectType.BlueCarbon))


class TestRegisterProject:
    """
    when the document id is malformed                it reverts, naming it
    given the id is registered, in any status        it reverts, whoever asks
    when the access manager is the caller            it reverts: a project has an author
    otherwise                                        the caller becomes its developer; both events
    """

    @pytest.mark.parametrize(
        ("function", "status"),
        [("draftProject", ProjectStatus.Draft), ("registerProject", ProjectStatus.Submitted)],
    )
    def test_stores_the_pdd_when_called_by_a_developer(
        self, projects: Contract, developer: str, pdd: Pdd, function: str, status: int
    ) -> None:
        receipt = getattr(projects, function)(NAME, pdd, sender=developer)
        assert receipt.value == PROJECT_ID == projects.projectIdOf(NAME)
        held = projects.project(PROJECT_ID)._asdict()
        assert held == {
            "pddHash": pdd.pdd_hash,
            "methodologyKey": pdd.methodology_key,
            "developer": developer,
            "status": status,
            "projectType": pdd.project_type,
            "startDay": pdd.start_day,
            "endDay": pdd.end_day,
            "version": 1,
            "validator": "0x" + "00" * 20,
            "decidedVersion": 0,
            "decidedAt": 0,
            "metadataHash": ZERO_HASH,
        }
        assert receipt.named("PDDRegistered") == [
            {
                "projectId": PROJECT_ID,
                "developer": developer,
                "methodologyKey": pdd.methodology_key,
                "documentId": NAME,
                "pddHash": pdd.pdd_hash,
                "projectType": pdd.project_type,
                "startDay": pdd.start_day,
                "endDay": pdd.end_day,
                "uri": pdd.uri,
            }
        ]
        assert [event.name for event in receipt.events] == ["PDDRegistered", "ProjectStatusChanged"]

    @pytest.mark.parametrize("name", ["", "x" * 101, "a b", "a.b", "a/b", "a@b", "é", "a\x00"])
    @pytest.mark.parametrize("function", ["draftProject", "registerProject"])
    def test_reverts_when_the_document_id_is_malformed(
        self, projects: Contract, developer: str, pdd: Pdd, function: str, name: str
    ) -> None:
        with reverts("ProjectRegistryInvalidDocumentId", name):
            getattr(projects, function)(name, pdd, sender=developer)

    @pytest.mark.parametrize("name", ["0", "x" * 100, ALPHABET])
    def test_registers_when_the_document_id_is_within_the_alphabet(
        self, projects: Contract, developer: str, pdd: Pdd, name: str
    ) -> None:
        assert projects.registerProject(name, pdd, sender=developer).value == keccak(text=name)

    @pytest.mark.parametrize("status", [s for s in ProjectStatus if s])
    @pytest.mark.parametrize("function", ["draftProject", "registerProject"])
    @pytest.mark.parametrize("who", ["developer", "other_developer"])
    def test_reverts_given_the_id_is_registered(
        self, request: pytest.FixtureRequest, stage: Stage, status: int, function: str, who: str
    ) -> None:
        project_id = stage.project(status, NAME)
        again = Pdd(content_hash("again"), stage.methodology("other"))
        caller = request.getfixturevalue(who)
        with reverts("ProjectRegistryAlreadyRegistered", project_id):
            getattr(stage.registry.projects, function)(NAME, again, sender=caller)

    @pytest.mark.parametrize("function", ["draftProject", "registerProject"])
    def test_reverts_when_the_access_manager_is_the_caller(
        self, access: Contract, projects: Contract, developer: str, pdd: Pdd, function: str
    ) -> None:
        data = projects.calldata(function, NAME, pdd)
        with reverts("ProjectRegistryNotDeveloper", PROJECT_ID, access.address):
            access.execute(projects.address, data, sender=developer)


class TestReplacePDD:
    """
    when the hash is the current one                    it reverts
    given the methodology was deprecated meanwhile      it goes on under it
    ... and the project type changes                    it reverts
    otherwise                                           the version counts up, PDDUpdated is emitted
    """

    @pytest.fixture(params=MOVES)
    def replace(self, request: pytest.FixtureRequest, projects: Contract) -> Callable[..., Receipt]:
        function: Callable[..., Receipt] = getattr(projects, request.param)
        return function

    def test_reverts_when_the_hash_is_the_current_one(
        self, replace: Callable[..., Receipt], stage: Stage, pdd: Pdd, developer: str
    ) -> None:
        project_id = stage.project(ProjectStatus.Rejected, pdd=pdd)
        with reverts("ProjectRegistryUnchangedPDD", project_id, pdd.pdd_hash):
            replace(project_id, pdd._replace(uri="ipfs://moved"), sender=developer)

    def test_counts_the_version_up_when_the_document_is_new(
        self, replace: Callable[..., Receipt], stage: Stage, pdd: Pdd, developer: str
    ) -> None:
        project_id = stage.project(ProjectStatus.Rejected, pdd=pdd)
        other = stage.methodology("other")
        new = Pdd(content_hash("new"), other, ProjectType.Afforestation, 19_000, 20_000, "ipfs://2")
        receipt = replace(project_id, new, sender=developer)
        held = stage.registry.projects.project(project_id)
        anchored = (held.pddHash, held.methodologyKey, held.projectType, held.startDay, held.endDay)
        assert anchored == tuple(new)[:5]
        assert (held.version, held.decidedVersion, held.developer) == (2, 1, developer)
        assert receipt.named("PDDUpdated") == [
            {
                "projectId": project_id,
                "developer": developer,
                "methodologyKey": other,
                "version": 2,
                "pddHash": new.pdd_hash,
                "projectType": ProjectType.Afforestation,
                "startDay": 19_000,
                "endDay": 20_000,
                "uri": "ipfs://2",
            }
        ]

    def test_goes_on_given_the_methodology_was_deprecated_meanwhile(
        self,
        replace: Callable[..., Receipt],
        stage: Stage,
        methodologies: Contract,
        developer: str,
        steward: str,
        pdd: Pdd,
    ) -> None:
        project_id = stage.project(ProjectStatus.Rejected, pdd=pdd)
        methodologies.deprecateMethodology(pdd.methodology_key, sender=steward)
        new = pdd._replace(pdd_hash=content_hash("new"))
        moved = new._replace(project_type=ProjectType.Afforestation)
        denied = (pdd.methodology_key, MethodologyStatus.Deprecated, ProjectType.Afforestation)
        with reverts("ProjectRegistryMethodologyNotPermitted", *denied):
            replace(project_id, moved, sender=developer)
        assert replace(project_id, new, sender=developer)


class TestUpdateMetadata:
    """
    when the hash is zero or the uri too long    it reverts
    otherwise                                    it stores the hash; the PDD's hash stays
    """

    def test_reverts_when_the_hash_is_zero(self, stage: Stage, developer: str) -> None:
        project_id = stage.project()
        with reverts("ProjectRegistryZeroHash"):
            stage.registry.projects.updateMetadata(project_id, ZERO_HASH, "", sender=developer)

    def test_reverts_when_the_uri_is_longer_than_its_limit(
        self, stage: Stage, developer: str
    ) -> None:
        project_id, metadata = stage.project(), content_hash("metadata")
        with reverts("ProjectRegistryTextTooLong", 513, 512):
            stage.registry.projects.updateMetadata(
                project_id, metadata, "u" * 513, sender=developer
            )

    def test_leaves_the_pdd_alone_when_it_stores_the_hash(
        self, stage: Stage, projects: Contract, developer: str
    ) -> None:
        project_id, metadata = stage.project(), content_hash("metadata")
        before = projects.project(project_id)
        receipt = projects.updateMetadata(project_id, metadata, "ipfs://m", sender=developer)
        assert projects.project(project_id) == before._replace(metadataHash=metadata)
        assert [event.name for event in receipt.events] == ["ProjectMetadataUpdated"]
        assert receipt.events[0].arguments == {
            "projectId": project_id,
            "developer": developer,
            "metadataHash": metadata,
            "uri": "ipfs://m",
        }


def test_registers_the_known_types_alone_given_terms_that_name_all(
    stage: Stage, projects: Contract, developer: str
) -> None:
    key = stage.methodology(terms=Terms(project_types=2 ** len(ProjectType) - 1))
    for kind in ProjectType:
        pdd = Pdd(content_hash(kind.name), key, kind)
        project_id = projects.registerProject(kind.name, pdd, sender=developer).value
        assert projects.project(project_id).projectType == kind
    with reverts("0x"):
        ninth = Pdd(content_hash("ninth"), key, len(ProjectType))
        projects.registerProject("ninth", ninth, sender=developer)
