"""The application: routes, errors and the tracker of one process, put together."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware

from api.access.gate import Gate
from api.access.tiers import Tiers
from api.access.trail import Trail
from api.access.witness import Witness
from api.branches import Branches
from api.conditional import Conditional
from api.dependencies import admit
from api.documentation import describe
from api.errors import EXPECTED
from api.hooks.worker import Teller
from api.idempotency.middleware import Idempotent
from api.middleware import Envelope
from api.migrations import migrate
from api.pages import add_documentation
from api.problems import problem_response
from api.rates import Rates
from api.registry import Registry
from api.routes import (
    accreditations,
    audit,
    changes,
    clients,
    contexts,
    credits,
    documents,
    evidence,
    failed_calls,
    features,
    grants,
    health,
    keys,
    landing,
    methodologies,
    metrics,
    monitoring,
    oauth,
    projects,
    relay,
    reorganisations,
    reversals,
    statistics,
    stream,
    tasks,
    validation,
    webhooks,
)
from api.settings import ApiSettings
from api.streams import Streams
from api.telemetry.traffic import Traffic
from api.tracking import Tracker
from indexer.database import create_index_tables

log = logging.getLogger("api")

ROUTERS = (
    projects.router,
    monitoring.router,
    credits.router,
    reversals.router,
    accreditations.router,
    statistics.router,
    methodologies.router,
    features.router,
    validation.router,
    changes.router,
    stream.router,
    reorganisations.router,
    failed_calls.router,
    documents.router,
    evidence.router,
    tasks.router,
    webhooks.router,
    relay.router,
    oauth.router,
    clients.router,
    grants.router,
    keys.router,
    audit.router,
    health.router,
    metrics.router,
    landing.router,
    contexts.router,
)
_SHOWN = [
    "Location",
    "Link",
    "ETag",
    "OGCR-Block-Number",
    "OGCR-Block-Hash",
    "OGCR-Finality",
    "OGCR-Lag",
    "OGCR-CID",
    "X-Request-ID",
    "Retry-After",
    "Idempotency-Replayed",
    "WWW-Authenticate",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
]


_TAKEN = [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    # For who listens with a credential, which the browser's own EventSource cannot show.
    "Last-Event-ID",
    "X-API-Key",
    "X-Request-ID",
    "traceparent",
    "tracestate",
]


def create_app(settings: ApiSettings | None = None) -> FastAPI:
    """The API over one database and one chain; without settings, those of the environment."""
    registry = Registry(settings or ApiSettings())
    app = FastAPI(
        title="OGCR registry",
        version="0.1.0",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        dependencies=[Depends(admit)],
    )
    app.state.registry = registry
    app.state.trail = Trail(registry.engine)
    app.state.streams = Streams(registry.settings.most_streams, registry.feed_mark)
    app.router.routes.append(Branches(route for router in ROUTERS for route in router.routes))
    add_documentation(app)
    describe(app)
    for kind in EXPECTED:
        app.add_exception_handler(kind, problem_response)
    _watch(app.state.streams, registry)
    _add_middleware(app, registry, app.state.trail)
    return app


def _watch(streams: Streams, registry: Registry) -> None:
    """What is counted when somebody asks for the metrics."""
    registry.metrics.watch(
        "ogcr_api_tasks", "Writes that are not settled, by state", registry.unsettled_tasks
    )
    registry.metrics.watch(
        "ogcr_api_webhooks", "Subscriptions, by state", registry.webhooks_by_state
    )
    registry.metrics.watch(
        "ogcr_api_streams", "Readers of the event stream", lambda: {"open": streams.open}
    )


def _add_middleware(app: FastAPI, registry: Registry, trail: Trail) -> None:
    settings = registry.settings
    app.add_middleware(Idempotent, registry=registry)
    app.add_middleware(Conditional)
    app.add_middleware(Rates, settings=settings, tiers=Tiers(registry))
    app.add_middleware(Gate, registry=registry)
    app.add_middleware(Witness, trail=trail, proxies=settings.trusted_proxies)
    app.add_middleware(Traffic, metrics=registry.metrics, traces=registry.traces)
    app.add_middleware(Envelope, for_everybody=settings.reads == "public")
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=_TAKEN,
        allow_credentials=False,
        expose_headers=_SHOWN,
        max_age=600,
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    registry: Registry = app.state.registry
    await run_in_threadpool(create_index_tables, registry.engine)
    await run_in_threadpool(migrate, registry.engine)
    tracker = Tracker(registry)
    tracker.start()
    teller = Teller(registry)
    teller.start()
    yield
    await run_in_threadpool(teller.stop)
    await run_in_threadpool(tracker.stop)
    await run_in_threadpool(app.state.trail.stop)
    await run_in_threadpool(registry.close)
