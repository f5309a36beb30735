"""Every row at a block held against the contracts' own views at that block."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from indexer.abi import Abi
from indexer.chain import Chain, Header
from indexer.deployments import Deployments
from indexer.models import ReportVintage, Unit, Versioned, as_of
from indexer.verification.likeness import same
from indexer.verification.questions import Moment, Question, View
from indexer.verification.views import VIEWS
from indexer.work import Work

ROWS_AT_ONCE = 50


@dataclass(frozen=True)
class Difference:
    """A column that the chain says otherwise."""

    table: str
    key: tuple[Any, ...]
    column: str
    indexed: Any
    held: Any

    def __str__(self) -> str:
        key = ", ".join(map(str, self.key))
        return f"{self.table} {key}: {self.column} is {self.indexed!r}, on chain {self.held!r}"


@dataclass
class Result:
    """How many values were compared, and those that differ."""

    compared: int = 0
    differences: list[Difference] = field(default_factory=list)

    def compare(self, table: str, key: tuple[Any, ...], column: str, *values: Any) -> None:
        """Hold a value of the index against the chain's."""
        self.compared += 1
        if not same(*values):
            self.differences.append(Difference(table, key, column, *values))


def verify_rows(
    session: Session, chain: Chain, abi: Abi, deployments: Deployments, block: Header
) -> Result:
    """Compare every row of every table that has a view; raises `TryLater` for a node's troubles."""
    result, at = Result(), block.number
    total = sum(_count(session, view.table, at) for view in VIEWS)
    with Work("comparing rows with the contracts", total) as work:
        for view in VIEWS:
            for rows in _parts(session, view.table, at):
                _compare(view, rows, Asking(chain, abi, deployments, block), result)
                work.advance(len(rows))
    _compare_partitions(session, at, result)
    return result


@dataclass(frozen=True)
class Asking:
    """The views of our contracts on the state after a block."""

    chain: Chain
    abi: Abi
    deployments: Deployments
    block: Header

    def answers(self, questions: Sequence[Question]) -> list[Any]:
        """What the views return, decoded; None where they revert."""
        calls = [
            (
                self.deployments.contracts[q.contract].address,
                self.abi.encode_call(q.contract, q.function, q.arguments),
            )
            for q in questions
        ]
        returned = self.chain.answers(calls, self.block.hash)
        return [
            None if data is None else self.abi.decode_result(q.contract, q.function, data)
            for q, data in zip(questions, returned, strict=True)
        ]


def _compare(view: View, rows: Sequence[Any], asking: Asking, result: Result) -> None:
    asked = [list(view.asks(row, asking.abi)) for row in rows]
    answers = iter(asking.answers([question for part in asked for question in part]))
    moment, table = Moment(asking.block.timestamp, asking.abi), view.table.__table__.name
    for row, questions in zip(rows, asked, strict=True):
        key = tuple(getattr(row, name) for name in view.table.key_columns())
        found = [next(answers) for _ in questions]
        if any(answer is None for answer in found):
            result.compare(table, key, "row", "there", None)
            continue
        for column, indexed, held in view.compares(row, found, moment):
            result.compare(table, key, column, indexed, held)


def _compare_partitions(session: Session, block: int, result: Result) -> None:
    """The blocks of units of a report and vintage make up [0, issued), which no view lists."""
    units: dict[tuple[Any, Any], list[tuple[int, int]]] = defaultdict(list)
    columns = Unit.__table__.c
    query = select(columns.report_id, columns.vintage, columns.first_kg, columns.quantity_kg)
    for report, vintage, first, quantity in session.execute(query.where(as_of(Unit, block))):
        units[report, vintage].append((first, quantity))
    for row in session.scalars(select(ReportVintage).where(as_of(ReportVintage, block))):
        found = _end(sorted(units.pop((row.report_id, row.vintage), [])))
        key = (row.report_id, row.vintage)
        result.compare("report_vintage", key, "blocks of units", found, row.issued_kg)
    for key in units:
        result.compare("report_vintage", key, "row", None, "units of it")


def _end(blocks: Sequence[tuple[int, int]]) -> int | str:
    end = 0
    for first, quantity in blocks:
        if first != end:
            return f"a gap or overlap at kg {first}"
        end += quantity
    return end


def _count(session: Session, table: type[Versioned], block: int) -> int:
    counted = select(func.count()).select_from(table.__table__).where(as_of(table, block))
    return int(session.scalar(counted) or 0)


def _parts(session: Session, table: type[Versioned], block: int) -> Iterator[Sequence[Any]]:
    query = select(table).where(as_of(table, block)).execution_options(yield_per=ROWS_AT_ONCE)
    yield from session.scalars(query).partitions(ROWS_AT_ONCE)
