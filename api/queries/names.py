"""Queries: the document ids behind hashed ids, so that sentences can name what they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from api.queries.statements import Methodologies, Projects, Reports
from indexer.database import snapshot
from indexer.models import Project, Report


def document_names(engine: Engine, arguments: Mapping[str, Any]) -> dict[str, str]:
    """Names of the projects, reports and methodologies among a custom error's arguments."""
    with snapshot(engine) as session:
        found = {name: _name_of(session, value) for name, value in arguments.items()}
    return {name: text for name, text in found.items() if text}


def _name_of(session: Session, value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    if re.fullmatch(r"0x[0-9a-f]{28}", value):
        return _document_id(session, Reports.document_id, Report, Reports.report_id == value)
    if re.fullmatch(r"0x[0-9a-f]{64}", value):
        return _document_id(
            session, Projects.document_id, Project, Projects.project_id == value
        ) or _methodology(session, value)
    return None


def _document_id(session: Session, column: Any, table: Any, condition: Any) -> str | None:
    query = select(column).where(table.valid_to.is_(None), condition)
    found: str | None = session.exec(query).first()
    return found


def _methodology(session: Session, key: str) -> str | None:
    query = select(Methodologies).where(Methodologies.valid_to.is_(None))
    found = session.exec(query.where(Methodologies.methodology_key == key)).first()
    return f"{found.methodology_id}@{found.version}" if found else None
