"""The tables of the index: versioned rows derived from events, the events, blocks, the checkpoint.

Conventions: addresses, ids and other hashes are lower-case `0x…` text, content hashes `sha256:…`,
amounts integer kg CO2e, days UTC days since 1970-01-01, times UNIX seconds of the block. A
versioned row is valid for the blocks `valid_from <= block < valid_to`, and current while `valid_to`
is null.
"""

from indexer.models.access import Contract, FunctionRole, Role, RoleMember, ScheduledOperation
from indexer.models.base import IndexTable, Versioned, as_of, index_metadata
from indexer.models.chain import Block, Checkpoint, Event, Reorganisation
from indexer.models.documents import (
    Methodology,
    PDDVersion,
    Project,
    Report,
    ReportVersion,
    ReportVintage,
)
from indexer.models.feed import FeedPosition, RowChange
from indexer.models.ground import Footprint, GeometryConflict
from indexer.models.late import (
    LATE,
    DocumentFinding,
    DocumentRetrieval,
    FailedCall,
    Late,
    ScannedBlock,
    Verification,
)
from indexer.models.units import OperatorApproval, Unit

__all__ = [
    "LATE",
    "VERSIONED",
    "Block",
    "Checkpoint",
    "Contract",
    "DocumentFinding",
    "DocumentRetrieval",
    "Event",
    "FailedCall",
    "FeedPosition",
    "Footprint",
    "FunctionRole",
    "GeometryConflict",
    "IndexTable",
    "Late",
    "Methodology",
    "OperatorApproval",
    "PDDVersion",
    "Project",
    "Reorganisation",
    "Report",
    "ReportVersion",
    "ReportVintage",
    "Role",
    "RoleMember",
    "RowChange",
    "ScannedBlock",
    "ScheduledOperation",
    "Unit",
    "Verification",
    "Versioned",
    "as_of",
    "index_metadata",
]

VERSIONED: tuple[type[Versioned], ...] = (
    Methodology,
    Project,
    PDDVersion,
    Report,
    ReportVersion,
    ReportVintage,
    Unit,
    OperatorApproval,
    Role,
    RoleMember,
    FunctionRole,
    ScheduledOperation,
    Contract,
)
