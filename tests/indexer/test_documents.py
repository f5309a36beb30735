"""The store by hash, the footprints of what it holds, and those that came late."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select

import schemas
from indexer.database import create_index_tables, engine, snapshot, transaction
from indexer.documents import DocumentCorrupt, DocumentMissing, DocumentStore, hash_of
from indexer.follower import Follower
from indexer.footprints import conflicts_of, register_document
from indexer.models import Footprint, GeometryConflict
from indexer.settings import IndexerSettings

from .play import Play
from .stage import Registry

EXAMPLES = Path("schemas/examples/valid")
FOREST = json.loads((EXAMPLES / "pdd.harz-reforestation.json").read_text())
FACILITY = json.loads((EXAMPLES / "pdd.hellisheidi-air-capture.json").read_text())


def content(document: dict[str, Any], **changes: Any) -> bytes:
    """Content bytes of a PDD with other members or properties."""
    changed = copy.deepcopy(document)
    for name, value in changes.items():
        place = changed if name in ("id", "geometry") else changed["properties"]
        place[name] = value
    return schemas.content_bytes(changed)


class TestStore:
    """
    when put                           a document is had back by the hash of its bytes
    given its bytes were changed       it is not given out
    given no such document             it is missing
    given the bytes are put again      the document is whole again
    """

    def test_is_had_back_when_put(self, tmp_path: Path) -> None:
        store = DocumentStore(tmp_path / "documents")
        digest = store.put(content(FOREST))
        assert digest == schemas.content_hash(FOREST)
        assert store.get(digest) == content(FOREST)
        assert store.has(digest)
        assert list(store.hashes()) == [digest]

    def test_is_not_given_out_given_its_bytes_were_changed(self, tmp_path: Path) -> None:
        store = DocumentStore(tmp_path)
        digest = store.put(content(FOREST))
        path = tmp_path / f"{digest.removeprefix('sha256:')}.json"
        path.write_bytes(path.read_bytes().replace(b"Feature", b"featurE", 1))
        with pytest.raises(DocumentCorrupt, match="hand in the document again"):
            store.get(digest)
        store.put(content(FOREST))
        assert store.get(digest) == content(FOREST)

    @pytest.mark.parametrize("digest", ["sha256:" + "0" * 64, "sha256:../../etc/passwd", "", "x"])
    def test_is_missing_given_no_such_document(self, tmp_path: Path, digest: str) -> None:
        store = DocumentStore(tmp_path)
        assert not store.has(digest)
        with pytest.raises(DocumentMissing):
            store.get(digest)


@pytest.fixture
def database(database_url: str) -> Engine:
    made = engine(database_url)
    create_index_tables(made)
    return made


def registered(database: Engine, *documents: bytes) -> list[Footprint]:
    with transaction(database) as session:
        return [register_document(session, document) for document in documents]


def conflicts(database: Engine) -> list[tuple[str, str, str]]:
    with snapshot(database) as session:
        found = session.scalars(select(GeometryConflict)).all()
        return sorted((c.hash_a, c.hash_b, c.kind) for c in found)


class TestFootprints:
    """
    when registered                        a PDD's ground, area and names are kept, once
    given another project on that ground   there is a conflict, with the shared ground
    given another version of the project   there is none
    given two plants with one facility id  there is a conflict
    given no PDD, or no usable geometry    the fault is kept
    given texts of any length              what is indexed of them is kept
    """

    def test_is_kept_once_when_registered(self, database: Engine) -> None:
        first, again = registered(database, content(FOREST), content(FOREST))
        assert first.hash == again.hash == schemas.content_hash(FOREST)
        assert first.document_id == FOREST["id"]
        assert first.area_m2 == pytest.approx(schemas.area_m2(FOREST["geometry"]))
        assert (first.west, first.south, first.east, first.north) == schemas.bounds(
            FOREST["geometry"]
        )
        assert first.fault is None

    def test_conflicts_given_another_project_on_that_ground(self, database: Engine) -> None:
        mine, theirs = registered(database, content(FOREST), content(FOREST, id="another"))
        assert conflicts(database) == [(*sorted((mine.hash, theirs.hash)), "ground")]
        with snapshot(database) as session:
            (found,) = conflicts_of(session, mine.hash)
            assert found.area_m2 == pytest.approx(mine.area_m2)
            assert found.geometry is not None

    def test_does_not_conflict_given_another_version(self, database: Engine) -> None:
        registered(database, content(FOREST), content(FOREST, name="A better name"))
        assert conflicts(database) == []

    def test_conflicts_given_two_plants_with_one_facility_id(self, database: Engine) -> None:
        plant = {"facility_id": "IS-0001"}
        registered(database, content(FACILITY, **plant), content(FACILITY, id="other", **plant))
        assert [kind for _, _, kind in conflicts(database)] == ["facility"]

    def test_keeps_the_fault_given_no_pdd_or_no_geometry(self, database: Engine) -> None:
        kept = registered(
            database, b"[]", b"{", content(FOREST, geometry={"type": "Polygon", "coordinates": []})
        )
        assert all(footprint.fault for footprint in kept)
        assert all(footprint.geometry is None for footprint in kept)

    @pytest.mark.parametrize(
        "geometry",
        [
            None,
            5,
            [],
            {},
            {"type": 5},
            {"type": "Point"},
            {"type": "Polygon", "coordinates": {}},
            {"type": "GeometryCollection", "geometries": [None]},
        ],
    )
    def test_keeps_the_fault_given_anything_for_a_geometry(
        self, database: Engine, geometry: Any
    ) -> None:
        (kept,) = registered(database, content(FOREST, geometry=geometry))
        assert kept.fault
        assert kept.geometry is None

    def test_is_kept_in_part_given_longer_texts_than_an_index_takes(self, database: Engine) -> None:
        # Nothing that PostgreSQL could press together.
        endless = "".join(hash_of(bytes([n]))[7:] for n in range(200))
        names = ("name", "country", "actor_id", "project_type", "facility_id")
        (kept,) = registered(database, content(FOREST, id=endless, **dict.fromkeys(names, endless)))
        assert {getattr(kept, name) for name in names} == {endless[:500]}


@pytest.mark.chain
class TestHealing:
    """
    given an anchored document comes late     its footprint is registered by itself; before, it is
                                              no fault
    given the footprints were dropped         they are made again from the store
    given a stored document is corrupt        the index goes on, and says so
    """

    @pytest.fixture
    def anchored(self, registry: Registry, settings: IndexerSettings) -> IndexerSettings:
        play = Play(registry, 31, "late")
        play.new_methodology(True)
        registry.node.mine()
        arguments = (hash_of(content(FOREST)), play.methodologies[0][1], 1, 0, 9, "ipfs://x")
        developer = registry.developers[0]
        registry.send(developer, "ProjectRegistry", "registerProject", FOREST["id"], arguments)
        registry.node.mine()
        with Follower(settings) as follower:
            follower.catch_up(5)
        return settings

    def footprints(self, settings: IndexerSettings) -> list[str]:
        with snapshot(engine(settings.database_url)) as session:
            return list(session.scalars(select(Footprint.hash)))

    def test_registers_given_it_comes_late(
        self, anchored: IndexerSettings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with Follower(anchored) as follower:
            follower.catch_up(5)
        assert "document cannot be used" not in capsys.readouterr().err
        assert self.footprints(anchored) == []
        digest = DocumentStore(anchored.documents).put(content(FOREST))
        with Follower(anchored) as follower:
            follower.catch_up(5)
        assert self.footprints(anchored) == [digest]

    def test_makes_them_again_given_they_were_dropped(self, anchored: IndexerSettings) -> None:
        digest = DocumentStore(anchored.documents).put(content(FOREST))
        with Follower(anchored) as follower:
            follower.catch_up(5)
            with transaction(engine(anchored.database_url)) as session:
                session.execute(delete(Footprint))
            follower.catch_up(5)
        assert self.footprints(anchored) == [digest]

    def test_goes_on_given_it_is_corrupt(
        self, anchored: IndexerSettings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        store = DocumentStore(anchored.documents)
        digest = store.put(content(FOREST))
        (store.folder / f"{digest.removeprefix('sha256:')}.json").write_bytes(b"{}")
        with Follower(anchored) as follower:
            follower.catch_up(5)
        assert "document cannot be used" in capsys.readouterr().err
        assert self.footprints(anchored) == []
