"""What is counted of tables holds as long as they do not change, and no longer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update

from api.queries.counts import remembered_in, state_of
from api.queries.positions import snapshot_at
from api.queries.statements import Checkpoints, Projects, Units
from indexer.database import engine, snapshot, transaction
from indexer.footprints import register_document
from indexer.models import Reorganisation

from ..benchmarks import holdings  # noqa: TID252

FEW = holdings.Holdings(20, 20, 20)


@pytest.fixture
def index(database_url: str, tmp_path: Path) -> Engine:
    made = engine(database_url)
    holdings.fill(made, tmp_path, FEW)
    return made


def state(index: Engine, table: Any = Projects, as_of: str | None = None) -> str | None:
    with snapshot(index) as session:
        return state_of(snapshot_at(session, as_of), table)


def change(index: Engine, *statements: Any, row: Any = None) -> None:
    with transaction(index) as session:
        for statement in statements:
            session.execute(statement)
        if row is not None:
            session.add(row)


class TestStateOf:
    """
    when a block changes nothing of a table        the table's state is the same
    when a row ends                                another one
    when a document comes                          another one
    when blocks were lost                          another one, though the rows look the same
    given a past block                             that of the block, whatever comes later
    """

    def test_lasts_until_something_changes(self, index: Engine) -> None:
        seen = [state(index)]
        later = {
            "block_number": FEW.blocks + 1,
            "block_hash": holdings.transaction(0xB, FEW.blocks + 1),
        }
        change(index, update(Checkpoints).values(later))
        assert state(index) == seen[0]
        ended = update(Projects).where(Projects.valid_to.is_(None))
        change(index, ended.values(valid_to=FEW.blocks + 1))
        seen.append(state(index))
        with transaction(index) as session:
            register_document(session, b'{"profile":"pdd"}')
        seen.append(state(index))
        change(index, row=_reorganisation())
        seen.append(state(index))
        assert len(set(seen)) == len(seen)

    def test_is_of_its_block_given_a_past_one(self, index: Engine) -> None:
        before = state(index, as_of="12")
        change(index, update(Units).values(valid_to=FEW.blocks))
        assert before is not None
        assert state(index, as_of="12") == before
        assert state(index, as_of="13") != before

    def test_is_counted_once_for_a_state(self, index: Engine) -> None:
        asked = iter(range(9))
        with snapshot(index) as session:
            here = snapshot_at(session, None)
            counts = [
                remembered_in(here, where, name, lambda: next(asked))
                for where, name in (("a", "x"), ("a", "x"), ("b", "x"), ("a", "y"), (None, "x"))
            ]
            assert counts == [0, 0, 1, 2, 3]


def _reorganisation() -> Reorganisation:
    return Reorganisation(
        number=1,
        fork_number=5,
        lost_number=6,
        lost_hash="0x6",
        finalized_number=1,
        is_below_finality=False,
        head_number=6,
        head_hash="0x7",
        noticed_at=1,
    )
