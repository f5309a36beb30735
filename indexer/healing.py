"""Footprints of anchored documents that came late: found and registered outside of the batches."""

import structlog
from sqlalchemy import Engine, exists, select

from indexer.database import transaction
from indexer.documents import DocumentCorrupt, DocumentMissing, DocumentStore
from indexer.models import Footprint, PDDVersion, as_of

log = structlog.get_logger("indexer")


class Healing:
    """Registers the footprint of every anchored PDD that the store holds and the index lacks."""

    def __init__(self, engine: Engine, store: DocumentStore) -> None:
        self._engine = engine
        self._store = store
        self._reported: set[str] = set()

    def run(self) -> int:
        """Register what can be registered, each in a transaction of its own; gives how many."""
        return sum(self._register(digest) for digest in self._lacking())

    def _lacking(self) -> list[str]:
        anchored, known = PDDVersion.__table__.c.pdd_hash, Footprint.__table__.c.hash
        current = select(anchored).where(as_of(PDDVersion)).distinct().order_by(anchored)
        lacking = current.where(~exists().where(known == anchored))
        with self._engine.connect() as connection:
            hashes = connection.scalars(lacking).all()
        return [digest for digest in hashes if digest and self._store.has(digest)]

    def _register(self, digest: str) -> bool:
        try:
            content = self._store.get(digest)
        except (DocumentMissing, DocumentCorrupt) as error:
            if digest not in self._reported:
                log.error("document cannot be used", document=digest, why=str(error))
            self._reported.add(digest)
            return False
        # GEOS and PROJ take 35 MiB, which a backlog has better use for.
        from indexer.footprints import register_document

        with transaction(self._engine) as session:
            register_document(session, content)
        return True
