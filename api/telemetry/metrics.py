"""Metrics: what this process answered and how fast, and what waits in the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from api.errors import ApiError

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The metrics of one API process, in a registry of their own.

    A route is named by its template, never by the path asked for: anybody could make up paths.
    """

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self.requests = Counter(
            "ogcr_api_requests",
            "Requests answered",
            ["method", "route", "status"],
            registry=registry,
        )
        self.seconds = Histogram(
            "ogcr_api_request_seconds",
            "From the first byte of a request to the last of its answer",
            ["method", "route"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.in_flight = Gauge(
            "ogcr_api_requests_in_flight", "Requests being answered", registry=registry
        )
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)

    def watch(self, name: str, said: str, counts: Callable[[], Mapping[str, float]]) -> None:
        """Add a gauge, `name` with a `state` label, that is asked for when somebody looks."""
        self._registry.register(_Counted(name, said, counts))

    def exposition(self, accepted: str) -> tuple[bytes, str]:
        """All of it and its media type, in the form that `Accept` asks for."""
        encode, media_type = choose_encoder(accepted)
        return encode(self._registry), media_type


class _Counted(Collector):
    """A gauge over what a function counts; left out while it cannot count."""

    def __init__(self, name: str, said: str, counts: Callable[[], Mapping[str, float]]) -> None:
        self._name, self._said, self._counts = name, said, counts

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """The gauge without its samples: nothing is counted before somebody looks."""
        return [self._family()]

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """One sample a state."""
        family = self._family()
        try:
            for state, number in self._counts().items():
                family.add_metric([state], number)
        except ApiError:
            return []
        return [family]

    def _family(self) -> GaugeMetricFamily:
        return GaugeMetricFamily(self._name, self._said, labels=["state"])
