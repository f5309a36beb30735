"""Queries: the tables as statements see them.

SQLModel types the attributes of a table's class as the values of a row; in a statement they are
columns, which is said here once.
"""

from typing import Any

from api import tables
from indexer import models

Projects: Any = models.Project
PDDVersions: Any = models.PDDVersion
Methodologies: Any = models.Methodology
Reports: Any = models.Report
ReportVersions: Any = models.ReportVersion
Vintages: Any = models.ReportVintage
Units: Any = models.Unit
Accreditations: Any = models.Accreditation
Withdrawals: Any = models.AccreditationWithdrawal
Organisations: Any = models.Organisation
Decisions: Any = models.Decision
Deficits: Any = models.ProjectDeficit
Reasons: Any = models.RetirementReason
Reversals: Any = models.Reversal
Coverages: Any = models.ReversalCoverage
ImpairedUnits: Any = models.ImpairedUnit
Exports: Any = models.UnitExport
Imports: Any = models.UnitImport
Footprints: Any = models.Footprint
FootprintMarks: Any = models.FootprintMark
Conflicts: Any = models.GeometryConflict
Blocks: Any = models.Block
Events: Any = models.Event
Checkpoints: Any = models.Checkpoint
Changes: Any = models.RowChange
Findings: Any = models.DocumentFinding
Retrievals: Any = models.DocumentRetrieval
FailedCalls: Any = models.FailedCall
ScannedBlocks: Any = models.ScannedBlock
Reorganisations: Any = models.Reorganisation
FeedPositions: Any = models.FeedPosition
Tasks: Any = tables.Task
TaskHolders: Any = tables.TaskHolder
TaskSteps: Any = tables.TaskStep
Transactions: Any = tables.TaskTransaction
Requests: Any = tables.ForwardRequest
Deliveries: Any = tables.RelayDelivery
RelayTransactions: Any = tables.RelayTransaction
RelayItems: Any = tables.RelayItem
RelayedCalls: Any = models.RelayedCall
Invalidations: Any = models.NonceInvalidation
Submissions: Any = tables.Submission
Validations: Any = tables.Validation
ValidationFaults: Any = tables.ValidationFault
