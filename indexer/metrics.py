"""What Prometheus may ask: head, position, lag, reorganisations, events, errors."""

from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from sqlalchemy import Engine

from indexer.condition import Condition
from indexer.gauges import ConditionGauge, DatabaseGauges
from indexer.serving import Server
from indexer.settings import IndexerSettings

_DEPTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 1024)


class Metrics:
    """The indexer's metrics, in a registry of their own."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self.registry = registry
        self.condition = Condition()
        self.head = Gauge("ogcr_head_block", "Newest block of the node", registry=registry)
        self.block = Gauge("ogcr_indexed_block", "Newest indexed block", registry=registry)
        self.lag = Gauge("ogcr_lag_blocks", "Blocks behind the head", registry=registry)
        self.writes = Gauge("ogcr_is_writer", "1 while this process writes", registry=registry)
        self.events = Counter("ogcr_events", "Events indexed", registry=registry)
        self.commit_seconds = Histogram(
            "ogcr_commit_seconds", "Duration of write transactions", registry=registry
        )
        self.reorg_depth = Histogram(
            "ogcr_reorg_depth_blocks",
            "Blocks undone by repairs",
            buckets=_DEPTHS,
            registry=registry,
        )
        self.reorgs_below_finality = Counter(
            "ogcr_reorgs_below_finality", "Repairs deeper than finality", registry=registry
        )
        self.troubles = Counter(
            "ogcr_troubles", "Passing troubles by kind", ["kind"], registry=registry
        )

        self.errand_restarts = Counter(
            "ogcr_errand_restarts", "Times the errands' process ended by itself", registry=registry
        )

    def count_trouble(self, kind: str) -> None:
        """Count a passing trouble of the node or the database."""
        self.troubles.labels(kind).inc()

    def serve(self, settings: IndexerSettings, engine: Engine) -> Server:
        """The server of `/metrics`, `/health` and `/ready`, to be entered."""
        report = partial(self.condition.report, settings)
        self.registry.register(ConditionGauge(report))
        self.registry.register(DatabaseGauges(engine))
        return Server(settings.metrics_host, settings.metrics_port or 0, self.registry, report)
