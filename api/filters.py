"""Filters: what each list can be narrowed by (OGCR 4.2, 4.5.2)."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, Field

from api.models.tasks import TaskState
from api.parameters import (
    DIGITS,
    AsOf,
    Box,
    Features,
    Interval,
    MethodologyName,
    Moment,
    Page,
    Part,
    SearchWords,
    Slice,
    sorted_by,
)
from api.patterns import ADDRESS, BYTES32, COUNTRY, FAULT, NAME, RESOURCE, WORD

ProjectType = Literal[
    "afforestation",
    "reforestation",
    "soil_carbon",
    "biochar",
    "direct_air_capture",
    "enhanced_weathering",
    "blue_carbon",
    "biomass_energy_ccs",
]
UnitType = Literal["CRU", "PCR", "CFS", "CSP", "SER"]
_Year = Annotated[int, Field(ge=1970, le=2149), DIGITS]
_Status = Annotated[int, Field(ge=100, le=599), DIGITS]
ProjectSort = Annotated[
    str,
    sorted_by(
        "created_at",
        "approved_at",
        "updated_at",
        "status",
        "methodology",
        "actor",
        "project_type",
        "country",
        "id",
        "name",
    ),
]
ReportSort = Annotated[
    str, sorted_by("start_date", "end_date", "created_at", "updated_at", "status", "verifier", "id")
]
UnitSort = Annotated[
    str,
    sorted_by(
        "issued_at",
        "issuance_year",
        "vintage",
        "quantity_kg",
        "status",
        "owner",
        "project",
        "report",
        "unit_type",
        "id",
    ),
]
ReversalSort = Annotated[str, sorted_by("recorded_at", "due_kg", "id")]
MethodologySort = Annotated[str, sorted_by("id", "registered_at", "status")]
AccreditationSort = Annotated[str, sorted_by("account", "role")]
BBOX = Field(
    default=None,
    description="minx,miny,maxx,maxy in WGS84 degrees; minx > maxx crosses the antimeridian. Six "
    "numbers give heights as well, which do not count.",
    examples=["14.0,48.0,16.0,49.0"],
)
INTERVAL = Field(
    default=None,
    description="A date or time (UTC), or two with a slash between, `..` for an open end: what "
    "has a day of its own in that time.",
    examples=["2023-01-01T00:00:00Z/.."],
)


class ProjectCriteria(BaseModel):
    """Which projects, wherever they are."""

    q: SearchWords | None = Field(
        default=None,
        max_length=200,
        description="Words that the id, the name or the description of the PDD begins words with: "
        "all of them, in any order, whatever their case and accents.",
        examples=["mixed forest"],
    )

    status: (
        Literal[
            "draft", "submitted", "under_review", "validated", "approved", "rejected", "archived"
        ]
        | None
    ) = Field(default=None, description="Life-cycle status; `approved` means `validated`.")
    methodology: MethodologyName | None = Field(
        default=None, description="Methodology id, `id@version` or key.", examples=["OGCR-AR@1.0"]
    )
    actor: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="The developer's address, or the `actor_id` of the document.",
    )
    project_type: ProjectType | None = Field(default=None, description="Kind of activity.")
    country: str | None = Field(
        default=None,
        pattern=COUNTRY,
        description="ISO 3166-1 alpha-2 code that the PDD names.",
        examples=["DE"],
    )


class ProjectFilters(Page, ProjectCriteria):
    """Which projects."""

    bbox: Box | None = BBOX
    created_from: Moment | None = Field(default=None, description="Registered on or after (UTC).")
    created_to: Moment | None = Field(default=None, description="Registered on or before (UTC).")
    approved_from: Moment | None = Field(default=None, description="Validated on or after (UTC).")
    approved_to: Moment | None = Field(default=None, description="Validated on or before (UTC).")
    sort: ProjectSort = Field(
        default="-created_at",
        max_length=200,
        description="created_at, approved_at, updated_at, status, methodology, actor, "
        "project_type, country, id, name; a minus turns round.",
        examples=["-created_at"],
    )


class PlaceFilters(Features, ProjectCriteria):
    """Which projects of a collection (OGC API - Features, 7.15)."""

    bbox: Box | None = BBOX
    datetime: Interval | None = INTERVAL


class ReportCriteria(BaseModel):
    """Which monitoring reports, of whatever time."""

    status: (
        Literal[
            "submitted",
            "pending_verification",
            "verified",
            "rejected",
            "withdrawn",
            "archived",
            "unverified",
            "pending",
        ]
        | None
    ) = Field(
        default=None,
        description="Life-cycle status, or the published words `unverified` and `pending`.",
    )
    verifier: str | None = Field(
        default=None, pattern=ADDRESS, description="Address of the assigned verifier."
    )


class ReportFilters(Page, ReportCriteria):
    """Which monitoring reports of a project."""

    period_from: Moment | None = Field(
        default=None, description="The reporting period ends on or after this day."
    )
    period_to: Moment | None = Field(
        default=None, description="The reporting period starts on or before this day."
    )
    sort: ReportSort = Field(
        default="start_date",
        max_length=200,
        description="start_date, end_date, created_at, updated_at, status, verifier, id; a minus "
        "turns round.",
    )


class ReportPlaceFilters(Features, ReportCriteria):
    """Which monitoring reports of all projects (OGC API - Features, 7.15)."""

    bbox: Box | None = BBOX
    datetime: Interval | None = INTERVAL


class UnitFilters(Page):
    """Which units."""

    project: str | None = Field(
        default=None, pattern=NAME, description="Project, by document id or 0x… id."
    )
    report: str | None = Field(
        default=None,
        pattern=NAME,
        description="Monitoring report, by 0x… id, or by document id within `project`.",
    )
    vintage: _Year | None = Field(default=None, description="Calendar year of the removal.")
    issuance_year: _Year | None = Field(
        default=None, description="Calendar year (UTC) of the issuance."
    )
    owner: str | None = Field(default=None, pattern=ADDRESS, description="Address of the owner.")
    status: (
        Literal["held", "buffer", "retired", "cancelled", "expired", "exported", "locked"] | None
    ) = Field(
        default=None,
        description="What became of the unit; `expired` as soon as its monitoring period is over, "
        "also before anybody records that.",
    )
    retired: bool | None = Field(
        default=None, description="Only retired units, or only those that are not."
    )
    unit_type: UnitType | None = Field(default=None, description="Kind of unit.")
    sort: UnitSort = Field(
        default="-issued_at",
        max_length=200,
        description="issued_at, issuance_year, vintage, quantity_kg, status, owner, project, "
        "report, unit_type, id; a minus turns round. Projects and reports go by their 0x… ids.",
    )


class SupplyFilters(AsOf):
    """Which units the supply is of."""

    project: str | None = Field(
        default=None, pattern=NAME, description="Project, by document id or 0x… id."
    )
    report: str | None = Field(
        default=None,
        pattern=NAME,
        description="Monitoring report, by 0x… id, or by document id within `project`.",
    )
    unit_type: UnitType | None = Field(default=None, description="Kind of unit.")


class ReversalFilters(Page):
    """Which reversals."""

    project: str | None = Field(
        default=None, pattern=NAME, description="Project, by document id or 0x… id."
    )
    report: str | None = Field(
        default=None,
        pattern=NAME,
        description="Monitoring report, by 0x… id, or by document id within `project`.",
    )
    status: Literal["outstanding", "covered"] | None = Field(
        default=None, description="Whether units are still owed for it."
    )
    liable: str | None = Field(
        default=None, pattern=ADDRESS, description="Address of the account that has to make up."
    )
    avoidable: bool | None = Field(
        default=None, description="Only those that could have been prevented, or only the others."
    )
    sort: ReversalSort = Field(
        default="-recorded_at",
        max_length=200,
        description="recorded_at, due_kg, id; a minus turns round.",
    )


class MethodologyFilters(Page):
    """Which methodologies."""

    status: Literal["registered", "active", "deprecated"] | None = Field(
        default=None, description="Status of the version."
    )
    project_type: ProjectType | None = Field(
        default=None, description="Only those that permit this project type."
    )
    sort: MethodologySort = Field(
        default="id", max_length=200, description="id, registered_at, status; a minus turns round."
    )


class AccreditationFilters(Page):
    """Whose accreditations."""

    role: Literal["validator", "verifier"] | None = Field(
        default=None, description="What the account is accredited as."
    )
    account: str | None = Field(
        default=None, pattern=ADDRESS, description="Address of the account."
    )
    sort: AccreditationSort = Field(
        default="account", max_length=200, description="account, role; a minus turns round."
    )


class PageOfAccount(AsOf, Slice):
    """Which of an account's decisions, the last one first."""


class ValidationPeriod(BaseModel):
    """Which time."""

    since: Moment | None = Field(default=None, description="On or after this day or time (UTC).")
    until: Moment | None = Field(default=None, description="On or before this day or time (UTC).")


class ValidationFilters(ValidationPeriod, Part):
    """Which checks of documents."""

    status: Literal["accepted", "open", "resolved"] | None = Field(
        default=None,
        description="`resolved`: refused, and a later version of the document was accepted.",
    )
    kind: Literal["pdd", "mrv", "methodology", "decision", "metadata", "cru"] | None = Field(
        default=None, description="Kind of document."
    )
    submitter: str | None = Field(
        default=None, max_length=100, description="The sender's address, or the `actor_id`."
    )
    document: str | None = Field(default=None, pattern=NAME, description="Id of the document.")
    code: str | None = Field(
        default=None, pattern=FAULT, description="Only checks that found this code."
    )


#: A task's, in the order in which it goes through them.
STATES: tuple[str, ...] = get_args(TaskState)


class TaskFilters(Part):
    """Which tasks."""

    state: str | None = Field(
        default=None,
        pattern=f"^({'|'.join(STATES)})(,({'|'.join(STATES)}))*$",
        description="In one of these states, separated by commas.",
        examples=["broadcast,mined"],
    )
    kind: str | None = Field(
        default=None, pattern=WORD, description="Kind of write.", examples=["project_registration"]
    )
    resource: str | None = Field(
        default=None,
        max_length=500,
        pattern=RESOURCE,
        description="Path of what is written to.",
        examples=["/projects/waldviertel_soil"],
    )
    settled: bool | None = Field(
        default=None, description="Those that nothing can change any more, or the others."
    )
    created_from: Moment | None = Field(default=None, description="Made on or after (UTC).")
    created_to: Moment | None = Field(default=None, description="Made on or before (UTC).")


class ReorganisationFilters(Part):
    """Which reorganisations."""

    below_finality: bool | None = Field(
        default=None, description="Only those that took back what had been final, or the others."
    )
    since: Moment | None = Field(default=None, description="Noticed on or after (UTC).")
    until: Moment | None = Field(default=None, description="Noticed on or before (UTC).")


class FailedCallFilters(Page):
    """Which failed calls."""

    sender: str | None = Field(
        default=None, pattern=ADDRESS, description="Whom the contract took for the caller."
    )
    contract: str | None = Field(
        default=None, pattern=WORD, description="Name of the contract.", examples=["CRU"]
    )
    function: str | None = Field(
        default=None, pattern=WORD, description="Name of the function.", examples=["retire"]
    )
    error: str | None = Field(
        default=None,
        pattern=WORD,
        description="Name of the custom error; a missing role is `AccessManagedUnauthorized`.",
        examples=["AccessManagedUnauthorized"],
    )
    transaction: str | None = Field(
        default=None, pattern=BYTES32, description="Hash of the transaction."
    )
    since: Moment | None = Field(default=None, description="In a block on or after (UTC).")
    until: Moment | None = Field(default=None, description="In a block on or before (UTC).")


class KeyFilters(Part):
    """Which API keys."""

    organization: str | None = Field(
        default=None, max_length=200, description="The organization that they are bound to."
    )


class AuditFilters(Part):
    """Which entries of the audit log."""

    actor: str | None = Field(
        default=None,
        max_length=200,
        description="Who asked: `anonymous`, `eip155:…`, `client:…` or `key:…`.",
    )
    credential: str | None = Field(
        default=None, max_length=200, description="Id of the token or key that was shown."
    )
    operation: str | None = Field(
        default=None,
        max_length=200,
        description="Verb and route.",
        examples=["POST /credits/{creditId}/retire"],
    )
    resource: str | None = Field(
        default=None, max_length=500, description="Only paths that begin so."
    )
    outcome: Literal["allowed", "refused", "rejected", "failed"] | None = Field(
        default=None,
        description="`refused` by access control or rate; `rejected` for what was asked; `failed` "
        "by a fault of ours.",
    )
    status: _Status | None = Field(default=None, description="Status of the answer.")
    request: str | None = Field(default=None, max_length=64, description="Id of the request.")
    address: str | None = Field(
        default=None, max_length=45, description="Address of the machine, unless it was erased."
    )
    since: Moment | None = Field(default=None, description="On or after this day or time (UTC).")
    until: Moment | None = Field(default=None, description="On or before this day or time (UTC).")
