"""Events: what there is to be told, how it is called, and who may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from api.filters import STATES
from indexer.models import VERSIONED

TABLES = tuple(str(table.__table__.name) for table in VERSIONED)
KINDS = ("began", "changed", "ended", "rolled_back")
#: About the whole index; whoever is told changes is told these as well.
INDEX = ("reorganised", "restarted", "gap")
STEPS = tuple(state for state in STATES if state != "awaiting_signature")
PING = "ping"
#: Which of the scopes show the rows of a table; what is not here, any of them.
_SCOPES = {
    "projects:read": ("project", "pdd_version", "project_deficit"),
    "mrv:read": ("report", "report_version", "report_vintage", "monitoring_extension"),
    "credits:read": (
        "unit",
        "operator_approval",
        "buffer_release",
        "reversal",
        "reversal_coverage",
        "impaired_unit",
        "unit_export",
        "unit_import",
    ),
}
_ANY_READ = ("projects:read", "mrv:read", "credits:read")
_PUBLIC = "public:read"


def event_type(table: str | None, kind: str) -> str:
    """`project.changed`, or `index.reorganised` of a record about the whole index."""
    return f"{table or 'index'}.{kind}"


def fault_of(pattern: str) -> str | None:
    """What is wrong with a filter of events; None when it can be followed."""
    if pattern == "*":
        return None
    subject, dot, kind = pattern.partition(".")
    known = STEPS if subject == "task" else KINDS
    if not dot or subject not in (*TABLES, "task", "*"):
        return "give “*”, a table and what becomes of its rows as in unit.began, or task.final"
    if kind not in (*known, "*"):
        return f"of {subject} there is {', '.join(known)}; or “*” for all of them"
    return None


def wants(patterns: Iterable[str], kind: str) -> bool:
    """Whether one of the filters takes an event of a type."""
    subject, _, what = kind.partition(".")
    takes_changes = False
    for pattern in patterns:
        wanted, _, fate = pattern.partition(".")
        takes_changes |= wanted != "task"
        if pattern == "*" or (wanted in ("*", subject) and fate in ("*", what)):
            return True
    return subject == "index" and takes_changes


def tables_of(patterns: Iterable[str]) -> tuple[str, ...] | None:
    """The tables that filters ask for; None for no change at all, empty for any table."""
    subjects = {pattern.partition(".")[0] for pattern in patterns}
    if "*" in subjects:
        return ()
    return tuple(table for table in TABLES if table in subjects) or None


def scopes_for(patterns: Iterable[str]) -> list[tuple[str, ...]]:
    """Of each group one scope must be granted, to be told what the filters ask for."""
    tables = tables_of(patterns)
    if tables is None:
        return []
    shown = {table: scope for scope, names in _SCOPES.items() for table in names}
    asked = tables or TABLES
    return sorted({(_PUBLIC, *((shown[t],) if t in shown else _ANY_READ)) for t in asked})


def accounts_in(row: Mapping[str, Any]) -> set[str]:
    """The accounts that a row names, in lower case."""
    return {v.lower() for v in row.values() if isinstance(v, str) and len(v) == 42}
