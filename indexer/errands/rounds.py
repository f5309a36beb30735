"""A round of errands: as much of each as there is to do now."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog
from sqlalchemy.exc import SQLAlchemyError

from indexer.abi import Abi
from indexer.chain import Chain
from indexer.database import create_index_tables, engine
from indexer.deployments import Deployments
from indexer.errands.failed_calls import FailedCalls
from indexer.errands.failures import Failures
from indexer.errands.findings import Findings
from indexer.errors import IndexerError
from indexer.rpc import Rpc
from indexer.settings import IndexerSettings
from indexer.tracing import Tracing

log = structlog.get_logger("indexer")


class Rounds:
    """The errands that the settings ask for, over one index."""

    def __init__(self, settings: IndexerSettings) -> None:
        self._settings = settings
        self._engine = engine(settings.index_url)
        self._rpc = Rpc(settings.rpc_urls, settings.request_timeout)
        self._findings = Findings(self._engine, settings)
        self._failed_calls: FailedCalls | None = None
        self._has_tables = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._findings.close()
        self._rpc.close()
        self._engine.dispose()

    def run(self) -> bool:
        """One round; True when there is more to do at once. Troubles are told and tried again."""
        if not self._has_tables and not self._attempt("tables", self._make_tables):
            return False
        errands = {"failed calls": self._search, "documents": self._look}
        more = [self._attempt(name, errand) for name, errand in errands.items()]
        return any(more)

    def _attempt(self, name: str, errand: Callable[[], bool]) -> bool:
        try:
            return errand()
        except (IndexerError, SQLAlchemyError) as trouble:
            log.info("errand put off", errand=name, why=str(trouble).splitlines()[0])
            return False

    def _make_tables(self) -> bool:
        create_index_tables(self._engine)
        self._has_tables = True
        return True

    def _search(self) -> bool:
        if not self._settings.failed_calls:
            return False
        self._failed_calls = self._failed_calls or self._prepared()
        return self._failed_calls.step()

    def _look(self) -> bool:
        return self._settings.examine_documents and self._findings.step()

    def _prepared(self) -> FailedCalls:
        settings = self._settings
        chain_id = settings.chain_id or Chain(self._rpc).chain_id()
        deployments = Deployments.load(settings.deployments, chain_id)
        failures = Failures(Abi.load(settings.artifacts), deployments)
        through = settings.failed_calls_through
        return FailedCalls(self._engine, Tracing(self._rpc), failures, through)
