"""What the routes work with: settings, database, compiled contracts, documents, and the node."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from threading import Semaphore

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from api.cursors import START, Cursor
from api.errors import ApiError, UnavailableError
from api.node import Node
from api.oauth.keys import SigningKeys
from api.oauth.provider import Provider
from api.parameters import AsOf, Part
from api.queries.changes import mark_of
from api.queries.hooks import hooks_by_state
from api.queries.positions import snapshot_at, snapshot_of
from api.queries.tasks import unsettled_by_state
from api.reading import Reader
from api.relayer import Relayer
from api.sealing import Seal
from api.settings import ApiSettings
from api.snapshot import Snapshot
from api.telemetry.metrics import Metrics
from api.telemetry.traces import Traces, exporter_to
from indexer import database
from indexer.abi import Abi
from indexer.deployments import FORWARDER, Deployments
from indexer.documents import DocumentStore


class Registry:
    """The parts of one API process; opened once, closed with the server."""

    def __init__(self, settings: ApiSettings) -> None:
        self.settings = settings
        self.engine = database.engine(settings.index_url)
        has_replica = settings.reading_url != settings.index_url
        self._index = database.engine(settings.reading_url) if has_replica else self.engine
        self.documents = DocumentStore(settings.documents)
        self.reader = Reader(self.documents)
        self.metrics = Metrics()
        self.traces = Traces(self.engine, exporter_to(settings.traces))
        self.node = Node(settings.rpc_urls, settings.request_timeout, self.traces.tracer)

    @property
    def abi(self) -> Abi:
        """The compiled contracts; raises `ArtifactsMissing`."""
        return Abi.load(self.settings.artifacts)

    @cached_property
    def chain_id(self) -> int:
        """The chain this API serves; asks the node when the settings do not say."""
        return self.settings.chain_id or self.node.chain_id()

    @cached_property
    def deployments(self) -> Deployments:
        """Where the contracts are; raises `DeploymentsMissing`."""
        return Deployments.load(self.settings.deployments, self.chain_id)

    @cached_property
    def relayer(self) -> Relayer | None:
        """The account that pays for signed requests, if there is one; raises `RelayerError`."""
        return Relayer.load(self.settings)

    @cached_property
    def outside(self) -> Semaphore:
        """Turns for requests that wait for somebody outside: fewer than there are threads."""
        return Semaphore(4)

    @cached_property
    def seal(self) -> Seal:
        """The server's own key; raises `SealKeyError`."""
        return Seal.load(self.settings.seal_key_file)

    @property
    def forwarder(self) -> str | None:
        """Where our forwarder is, None when the modules trust another or none."""
        held = self.deployments.contracts.get(FORWARDER)
        return held.address if held else None

    @cached_property
    def signing_keys(self) -> SigningKeys:
        """The keys that sign access tokens."""
        return SigningKeys(self.settings.signing_key_file)

    @cached_property
    def provider(self) -> Provider:
        """The OpenID provider of the settings."""
        return Provider(self.settings.oidc_issuer, self.settings.oidc_cache_seconds)

    @contextmanager
    def snapshot(self, as_of: str | None = None) -> Iterator[Snapshot]:
        """One state of the index for one answer, about what is asked for by its key."""
        # How many rows ended since a past state no plan for any block can know: PostgreSQL would
        # read every unit that there ever was.
        with database.snapshot(self._index, by_key=as_of is None) as session:
            yield snapshot_at(session, as_of)

    @contextmanager
    def listing(self, part: Part) -> Iterator[Snapshot]:
        """The state that a page of a list is of: of a cursor, that of the first page."""
        with database.snapshot(self._index) as session:
            if part.cursor is not None and part.cursor != START:
                yield snapshot_of(session, Cursor.read(part.cursor))
            else:
                yield snapshot_at(session, part.as_of if isinstance(part, AsOf) else None)

    @contextmanager
    def newest_state(self) -> Iterator[Snapshot]:
        """The newest state of the index itself: who may do what is not asked of a replica, which
        may not know yet what was taken back."""
        with database.snapshot(self.engine) as session:
            yield snapshot_at(session, None)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that writes this room's own tables; all or nothing."""
        with database.transaction(self.engine) as session:
            yield session

    def feed_mark(self) -> tuple[int, ...]:
        """Where the change feed stands; nothing while the index cannot be read."""
        try:
            with self.snapshot() as snapshot:
                return mark_of(snapshot.session, snapshot.position)
        except (ApiError, SQLAlchemyError):
            return ()

    def unsettled_tasks(self) -> dict[str, float]:
        """How many writes are on their way, by state; raises `UnavailableError`."""
        try:
            with database.snapshot(self.engine) as session:
                return unsettled_by_state(session)
        except SQLAlchemyError as error:
            raise UnavailableError("The database does not answer; try again.") from error

    def webhooks_by_state(self) -> dict[str, float]:
        """How many subscriptions there are, by state; raises `UnavailableError`."""
        try:
            with database.snapshot(self.engine) as session:
                return hooks_by_state(session)
        except SQLAlchemyError as error:
            raise UnavailableError("The database does not answer; try again.") from error

    def link(self, path: str) -> str:
        """The absolute address of a path of this API."""
        return self.settings.address + path

    def close(self) -> None:
        """Give connections back."""
        self.node.close()
        self.traces.close()
        self._index.dispose()
        self.engine.dispose()
