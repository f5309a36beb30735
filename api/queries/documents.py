"""Queries: which hashes the chain anchors."""

from __future__ import annotations

from sqlmodel import Session, select

from api.queries.statements import Methodologies, PDDVersions, Projects, Reports, ReportVersions

_ANCHORS = (
    (PDDVersions.pdd_hash, "pdd"),
    (ReportVersions.report_hash, "mrv"),
    (Methodologies.document_hash, "methodology"),
    (Projects.decision_hash, "decision"),
    (Projects.metadata_hash, "metadata"),
    (Reports.statement_hash, "decision"),
)


def anchored_kinds(session: Session, content_hash: str) -> set[str]:
    """Kinds of document that a hash stands for on chain, now or at an earlier block."""
    return {
        kind
        for column, kind in _ANCHORS
        if session.exec(select(column).where(column == content_hash).limit(1)).first()
    }
