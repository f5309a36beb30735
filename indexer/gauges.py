"""Metrics that are read from the database when Prometheus asks, at most every few seconds."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from indexer.condition import STATUSES, Report
from indexer.database import snapshot
from indexer.models import (
    DocumentFinding,
    FailedCall,
    FeedPosition,
    ScannedBlock,
    Verification,
)

FRESH_SECONDS = 10.0
DOCUMENTS = ("missing", "valid", "invalid")


class ConditionGauge(Collector):
    """`ogcr_condition{status}`: 1 for the status that the indexer is in."""

    def __init__(self, report: Callable[[], Report]) -> None:
        self._report = report

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """One sample a status."""
        gauge = GaugeMetricFamily("ogcr_condition", "1 for how the indexer is", labels=["status"])
        now = self._report().status
        for status in STATUSES:
            gauge.add_metric([status], float(status == now))
        yield gauge


class DatabaseGauges(Collector):
    """What the tables beside the index say; nothing while the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: list[GaugeMetricFamily] = []
        self._read_at = -FRESH_SECONDS

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Counts of documents and failed calls, the feed's cursor, outcomes of verifications."""
        now = time.monotonic()
        if now - self._read_at >= FRESH_SECONDS:
            try:
                with snapshot(self._engine) as session:
                    self._kept = [*_counts(session), *_verifications(session)]
                self._read_at = now
            except SQLAlchemyError:
                return []
        return self._kept


def _counts(session: Session) -> Iterable[GaugeMetricFamily]:
    status = DocumentFinding.__table__.c.status
    counted = {row[0]: row[1] for row in session.execute(_by(status))}
    documents = GaugeMetricFamily(
        "ogcr_documents", "Anchored documents by what was found", labels=["status"]
    )
    for word in DOCUMENTS:
        documents.add_metric([word], counted.get(word, 0))
    yield documents
    failed = session.scalar(select(func.count()).select_from(FailedCall))
    yield GaugeMetricFamily("ogcr_failed_calls", "Failed calls found", value=failed or 0)
    searched = session.scalar(select(func.max(ScannedBlock.__table__.c.block_number)))
    yield GaugeMetricFamily("ogcr_searched_block", "Last block searched", value=searched or 0)
    cursor = session.scalar(select(FeedPosition.__table__.c.last_cursor))
    yield GaugeMetricFamily("ogcr_feed_cursor", "Newest cursor of the feed", value=cursor or 0)


def _by(column: Any) -> Any:
    return select(column, func.count()).group_by(column)


def _verifications(session: Session) -> Iterable[GaugeMetricFamily]:
    found = session.scalars(select(Verification)).all()
    gauges = {
        "differing": GaugeMetricFamily(
            "ogcr_verification_differing", "Values that differ from the chain", labels=["kind"]
        ),
        "block_number": GaugeMetricFamily(
            "ogcr_verified_block", "Block that was verified last", labels=["kind"]
        ),
        "verified_at": GaugeMetricFamily(
            "ogcr_verified_at_seconds", "UNIX time of the last verification", labels=["kind"]
        ),
    }
    for row in found:
        for column, gauge in gauges.items():
            gauge.add_metric([row.kind], getattr(row, column))
    yield from gauges.values()
