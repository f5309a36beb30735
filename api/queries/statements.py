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
Footprints: Any = models.Footprint
Conflicts: Any = models.GeometryConflict
Blocks: Any = models.Block
Events: Any = models.Event
Checkpoints: Any = models.Checkpoint
Changes: Any = models.RowChange
Findings: Any = models.DocumentFinding
Retrievals: Any = models.DocumentRetrieval
FailedCalls: Any = models.FailedCall
ScannedBlocks: Any = models.ScannedBlock
FeedPositions: Any = models.FeedPosition
Tasks: Any = tables.Task
Transactions: Any = tables.TaskTransaction
Submissions: Any = tables.Submission
Validations: Any = tables.Validation
ValidationFaults: Any = tables.ValidationFault
