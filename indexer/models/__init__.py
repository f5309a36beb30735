"""The tables of the index: versioned rows derived from events, the events, blocks, the checkpoint.

Conventions: addresses, ids and other hashes are lower-case `0x…` text, content hashes `sha256:…`,
amounts integer kg CO2e, days UTC days since 1970-01-01, times UNIX seconds of the block. A
versioned row is valid for the blocks `valid_from <= block < valid_to`, and current while `valid_to`
is null.
"""

from indexer.models.access import Contract, FunctionRole, Role, RoleMember, ScheduledOperation
from indexer.models.accreditations import (
    Accreditation,
    AccreditationWithdrawal,
    Decision,
    Organisation,
)
from indexer.models.base import IndexTable, Versioned, as_of, held_at, index_metadata
from indexer.models.chain import Block, Checkpoint, Event, Reorganisation
from indexer.models.documents import (
    ENDING,
    NEVER,
    Methodology,
    PDDVersion,
    Project,
    Report,
    ReportVersion,
    ReportVintage,
)
from indexer.models.exchange import UnitExport, UnitImport
from indexer.models.feed import FeedPosition, RowChange
from indexer.models.ground import Footprint, FootprintMark, GeometryConflict
from indexer.models.late import (
    LATE,
    DocumentFinding,
    DocumentRetrieval,
    FailedCall,
    Late,
    ScannedBlock,
    Verification,
)
from indexer.models.relaying import NonceInvalidation, RelayedCall
from indexer.models.reversals import ImpairedUnit, Reversal, ReversalCoverage
from indexer.models.units import (
    BufferRelease,
    MonitoringExtension,
    OperatorApproval,
    ProjectDeficit,
    RetirementReason,
    SuspendedAccount,
    Unit,
)

__all__ = [
    "ENDING",
    "LATE",
    "NEVER",
    "VERSIONED",
    "Accreditation",
    "AccreditationWithdrawal",
    "Block",
    "BufferRelease",
    "Checkpoint",
    "Contract",
    "Decision",
    "DocumentFinding",
    "DocumentRetrieval",
    "Event",
    "FailedCall",
    "FeedPosition",
    "Footprint",
    "FootprintMark",
    "FunctionRole",
    "GeometryConflict",
    "ImpairedUnit",
    "IndexTable",
    "Late",
    "Methodology",
    "MonitoringExtension",
    "NonceInvalidation",
    "OperatorApproval",
    "Organisation",
    "PDDVersion",
    "Project",
    "ProjectDeficit",
    "RelayedCall",
    "Reorganisation",
    "Report",
    "ReportVersion",
    "ReportVintage",
    "RetirementReason",
    "Reversal",
    "ReversalCoverage",
    "Role",
    "RoleMember",
    "RowChange",
    "ScannedBlock",
    "ScheduledOperation",
    "SuspendedAccount",
    "Unit",
    "UnitExport",
    "UnitImport",
    "Verification",
    "Versioned",
    "as_of",
    "held_at",
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
    SuspendedAccount,
    ProjectDeficit,
    MonitoringExtension,
    BufferRelease,
    RetirementReason,
    Reversal,
    ReversalCoverage,
    ImpairedUnit,
    UnitExport,
    UnitImport,
    Role,
    RoleMember,
    FunctionRole,
    ScheduledOperation,
    Accreditation,
    AccreditationWithdrawal,
    Organisation,
    Decision,
    Contract,
    RelayedCall,
    NonceInvalidation,
)
