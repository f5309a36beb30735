"""Which views tell what a row of each table should be. A completeness test asks for every table."""

from indexer.models import (
    AccreditationWithdrawal,
    BufferRelease,
    Decision,
    Methodology,
    MonitoringExtension,
    PDDVersion,
    Project,
    Report,
    ReportVersion,
    Versioned,
)
from indexer.verification.access_views import ACCESS
from indexer.verification.questions import View, struct
from indexer.verification.unit_views import UNITS

#: Tables of which no view tells anything: what they hold is in events alone.
EVENTS_ALONE: dict[type[Versioned], str] = {
    PDDVersion: "the contract keeps the version in force only",
    ReportVersion: "the contract keeps the version in force only",
    MonitoringExtension: "the contract keeps the present end of a monitoring period only",
    BufferRelease: "the contract keeps the block alone",
    AccreditationWithdrawal: "the contract keeps the present accreditation alone",
    Decision: "the contracts keep the outcome of the last decision only",
}

VIEWS: tuple[View, ...] = (
    struct(Methodology, "MethodologyRegistry", "methodology", "methodology_key"),
    struct(Project, "ProjectRegistry", "project", "project_id"),
    struct(Report, "MRVRegistry", "report", "report_id"),
    *UNITS,
    *ACCESS,
)
