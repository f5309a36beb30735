"""Models: the shapes of answers, for the documentation and for tests."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

Finality = Literal["latest", "safe", "finalized"]


class Answer(BaseModel):
    """A part of an answer; more members may follow in later versions."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)


class Link(Answer):
    """A link to a related resource (RFC 8288)."""

    rel: str | None = None
    href: str
    type: str | None = None
    title: str | None = None


class IndexPosition(Answer):
    """The block that an answer is about, and how sure it is."""

    chain_id: int
    block_number: int
    block_hash: str | None
    block_time: str | None
    finality: Finality
    lag_blocks: int


class ProblemDetail(Answer):
    """One thing that is wrong: where (JSON pointer or parameter), a code, and how to mend it."""

    field: str
    code: str
    message: str


class Problem(Answer):
    """The one error envelope (RFC 9457, OGCR 4.1)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: Literal[
        "VALIDATION_ERROR",
        "AUTHENTICATION_REQUIRED",
        "INSUFFICIENT_PERMISSIONS",
        "RESOURCE_NOT_FOUND",
        "METHOD_NOT_ALLOWED",
        "NOT_ACCEPTABLE",
        "CONFLICT",
        "RESOURCE_GONE",
        "PRECONDITION_FAILED",
        "PAYLOAD_TOO_LARGE",
        "UNSUPPORTED_MEDIA_TYPE",
        "PRECONDITION_REQUIRED",
        "RATE_LIMIT_EXCEEDED",
        "SERVICE_UNAVAILABLE",
        "INTERNAL_ERROR",
    ]
    message: str
    details: list[ProblemDetail]
    timestamp: str
    request_id: str


class Feature(Answer):
    """A GeoJSON Feature; `ogcr:` members are the registry's, the rest is its author's."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, Any]
    links: list[Link] = []
    index: IndexPosition | None = Field(default=None, alias="ogcr:index")
    record: dict[str, Any] | None = Field(default=None, alias="ogcr:record")


class FeatureCollection(Answer):
    """A page of a list."""

    type: Literal["FeatureCollection"]
    features: list[Feature]
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]
    time_stamp: str = Field(alias="timeStamp")
    index: IndexPosition = Field(alias="ogcr:index")


class Withdrawal(Answer):
    """The end of an accreditation, and what it rests on."""

    withdrawn_at: str | None
    withdrawn_by: str | None
    reason: str | None
    evidence_hash: str | None


class AccreditationDecision(Answer):
    """A decision on a project or a report; marked when its judge lost the accreditation since."""

    subject: Literal["project", "report"]
    subject_id: str | None
    outcome: str | None
    content_hash: str | None
    decision_hash: str | None
    reason: str | None
    decided_at: str | None
    tx_hash: str | None
    accreditation_withdrawn: Withdrawal | None
    finality: Finality


class Accreditation(Answer):
    """An account in a role that it is, or was, accredited for."""

    account: str
    role: Literal["validator", "verifier"]
    state: Literal["accredited", "withdrawn"]
    organisation: str | None
    project_types: list[str]
    first_day: str | None
    last_day: str | None
    evidence_hash: str | None
    granted_at: str | None
    withdrawals: list[Withdrawal]
    decisions: dict[str, int]
    finality: Finality
    decided: list[AccreditationDecision] | None = None


class AccreditationPage(Answer):
    """A page of accreditations."""

    accreditations: list[Accreditation]
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]
    time_stamp: str = Field(alias="timeStamp")
    index: IndexPosition = Field(alias="ogcr:index")


class AccountAccreditations(Answer):
    """The accreditations of an account, and what it decided under them."""

    account: str
    roles: list[str]
    accreditations: list[Accreditation]
    index: IndexPosition = Field(alias="ogcr:index")


class MethodologyVersion(Answer):
    """A methodology version with the terms that the chain holds."""

    key: str
    id: str | None
    version: str | None
    status: str | None
    project_types: list[str] | None
    unit_type: str | None
    granularity_kg: int | None
    buffer_rate_bps: int | None
    automatic_issuance: bool | None
    expires: bool | None
    durability_years: int | None
    document_hash: str | None
    uri: str | None
    registered_at: str | None
    finality: Finality
    links: list[Link]


class MethodologyPage(Answer):
    """A page of methodology versions."""

    methodologies: list[MethodologyVersion]
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]
    time_stamp: str = Field(alias="timeStamp")
    index: IndexPosition = Field(alias="ogcr:index")


class Reversal(Answer):
    """A removal that was released again, and what is still owed for it; amounts in kg CO2e."""

    id: str
    status: Literal["outstanding", "covered"]
    kg: int
    due_kg: int
    covered_kg: int
    outstanding_kg: int
    impaired_kg: int
    avoidable: bool
    project_id: str
    report_id: str
    liable: str
    unit_type: str
    evidence_hash: str
    uri: str
    recorded_at: str
    recorded_by: str
    transaction_hash: str
    finality: Finality
    links: list[Link]


class ReversalPage(Answer):
    """A page of reversals."""

    reversals: list[Reversal]
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]
    time_stamp: str = Field(alias="timeStamp")
    index: IndexPosition = Field(alias="ogcr:index")


class Supply(Answer):
    """Units of one type, kg CO2e: `issued_kg` is the sum of all others, always."""

    unit_type: Literal["CRU", "PCR", "CFS", "CSP", "SER"]
    issued_kg: int
    held_kg: int
    buffer_kg: int
    retired_kg: int
    cancelled_kg: int
    expired_kg: int
    exported_kg: int


class SupplyStatistics(Answer):
    """What became of every issued kilogram; `deficit_kg` only of a named project."""

    supply: list[Supply]
    deficit_kg: int | None = None
    index: IndexPosition = Field(alias="ogcr:index")


class ToSign(Answer):
    """What a wallet needs: a transaction, with `sender` also its `from`, `type`, `nonce`, `gas` and
    fees, as hex; or, for a `sender` and where a relayer pays, `typed_data` as
    `eth_signTypedData_v4` takes it."""

    chain_id: int
    to: str
    contract: str
    function: str
    arguments: dict[str, Any]
    data: str
    value: Literal["0x0"]
    typed_data: dict[str, Any] | None = None


class Step(Answer):
    """A state and when it began."""

    state: str
    at: str
    note: str | None = None


class ProgressStep(Answer):
    """A state on the way of a write, and when it came to it."""

    state: str
    at: str | None


class Progress(Answer):
    """How far a write has come; `outcome` is null as long as it can still come to an end."""

    done: int
    of: int
    steps: list[ProgressStep]
    outcome: Literal["succeeded", "failed", "cancelled", "expired"] | None


TaskState = Literal[
    "awaiting_signature",
    "broadcast",
    "mined",
    "indexed",
    "final",
    "reverted",
    "dropped",
    "cancelled",
    "expired",
]


class Task(Answer):
    """One write from its request to its finality."""

    id: str
    kind: str
    state: TaskState
    progress: Progress
    history: list[Step]
    created_at: str
    expires_at: str | None
    resource: str | None
    to_sign: ToSign
    documents: list[str]
    transaction_hash: str | None
    block_number: int | None
    block_hash: str | None
    error: dict[str, Any] | None
    links: list[Link]


class TaskPage(Answer):
    """A page of tasks, the newest first."""

    tasks: list[Task]
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]


class SuppliedDocument(Answer):
    """A document that is held now."""

    content_hash: str
    cid: str
    href: str


class Health(Answer):
    """What works; `faults` says in sentences what does not."""

    status: Literal["ok", "behind", "broken"]
    faults: list[str]
    index: IndexPosition | None


class Reorganisation(Answer):
    """Blocks that the chain took back after they had been read: those after `fork_block`."""

    number: int
    fork_block: int
    lost_block: int
    lost_block_hash: str
    depth: int
    below_finality: bool
    finalized_block: int
    head_block: int
    head_block_hash: str
    noticed_at: str


class ReorganisationPage(Answer):
    """A page of reorganisations."""

    reorganisations: list[Reorganisation]
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]
    time_stamp: str = Field(alias="timeStamp")
    index: IndexPosition = Field(alias="ogcr:index")


class CallError(Answer):
    """Why a call failed; `source` says how it is known: from a trace, or by calling again."""

    name: str | None
    arguments: dict[str, Any] | None
    message: str | None
    data: str | None
    source: Literal["trace", "replay", "unknown"]


class FailedCall(Answer):
    """A call that a contract refused; `sender` is whom it took for the caller, `origin` who signed
    the transaction, `through` the contract that passed the call on."""

    transaction_hash: str
    block_number: int
    block_hash: str
    time: str
    finality: Finality
    sender: str
    origin: str
    through: str | None
    contract: str
    function: str | None
    arguments: dict[str, Any] | None
    error: CallError


class FailedCallPage(Answer):
    """A page of failed calls; blocks after `searched_to_block` are not searched yet."""

    failed_calls: list[FailedCall]
    searched_to_block: int | None
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]
    time_stamp: str = Field(alias="timeStamp")
    index: IndexPosition = Field(alias="ogcr:index")


class Change(Answer):
    """A record of the change feed; those about the whole index have no table."""

    cursor: int
    kind: Literal["began", "changed", "ended", "rolled_back", "reorganised", "restarted"]
    table: str | None
    key: dict[str, Any] | None
    block_number: int
    block_hash: str | None
    log_index: int | None
    finality: Finality
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class ChangePage(Answer):
    """A part of the change feed; `next` is the cursor to ask with for what follows, `first` and
    `last` are the oldest kept and the newest given."""

    changes: list[Change]
    next: int
    first: int
    last: int
    links: list[Link]
    index: IndexPosition = Field(alias="ogcr:index")


class Landing(Answer):
    """Where to begin."""

    title: str
    description: str
    links: list[Link]


class QualityReason(Answer):
    """Why an indicator is below its best."""

    field: str
    code: str
    message: str


class QualityIndicator(Answer):
    """One side of quality: a share from 0 to 1."""

    name: str
    score: float
    reasons: list[QualityReason]


class Quality(Answer):
    """How good a document is, 0 to 100; it decides nothing (OGCR 4.4.3)."""

    score: int
    indicators: list[QualityIndicator]


class Verdict(Answer):
    """What speaks against a document, and how good it is."""

    valid: bool
    kind: str | None
    content_hash: str | None
    details: list[ProblemDetail]
    quality: Quality | None


class ValidationEntry(Answer):
    """One check of a document."""

    id: str
    at: str
    request_id: str
    kind: str | None
    document_id: str | None
    content_hash: str | None
    submitter: str | None
    dry_run: bool
    status: Literal["accepted", "open", "resolved"]
    score: int | None
    details: list[ProblemDetail]


class ValidationPage(Answer):
    """A page of checks."""

    validations: list[ValidationEntry]
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]


class ValidationStatistics(Answer):
    """Checks and faults in numbers."""

    checks: int
    accepted: int
    refused: int
    dry_runs: int
    mean_score: float | None
    by_code: list[dict[str, Any]]
    by_field: list[dict[str, Any]]
    by_submitter: list[dict[str, Any]]
    by_day: list[dict[str, Any]]


class Metrics(RootModel[str]):
    """Lines of Prometheus' text form: names, labels, numbers."""


class EventStream(RootModel[str]):
    """Server-sent events, as they come."""


class EvidenceDocument(Answer):
    """A document: its content hash, and its canonical bytes in Base64 where they are held."""

    content_hash: str
    canonical: str | None


class EvidenceAnchor(Answer):
    """The anchoring log: the header of its block, and what proves the receipt that holds it."""

    block_number: int
    block_hash: str
    header: str
    transaction_hash: str
    transaction_index: int
    log_position: int
    receipt_proof: list[str]


class EvidenceSlot(Answer):
    """A storage slot, what stands in it, and what proves that."""

    name: str
    slot: str
    value: str
    proof: list[str]


class EvidenceState(Answer):
    """The contract's storage after a block."""

    block_number: int
    block_hash: str
    header: str
    account_proof: list[str]
    slots: list[EvidenceSlot]


class Evidence(Answer):
    """A record with what proves it to whoever knows the hash of a block."""

    format: Literal["ogcr-evidence-1"]
    kind: Literal["project", "report", "unit"]
    id: str
    key: str
    chain_id: int
    contract: str
    address: str
    document: EvidenceDocument | None
    anchor: EvidenceAnchor
    state: EvidenceState


class Conformance(Answer):
    """Which standards are followed (OGC API – Features, 7.4)."""

    conforms_to: list[str] = Field(alias="conformsTo")


class Collection(Answer):
    """A collection of features: its extent and where its items are (OGC API – Features, 7.14)."""

    id: str
    title: str
    description: str
    extent: dict[str, Any]
    item_type: Literal["feature"] = Field(alias="itemType")
    crs: list[str]
    links: list[Link]


class Collections(Answer):
    """Every collection (OGC API – Features, 7.13)."""

    links: list[Link]
    collections: list[Collection]


class Listed(Answer):
    """What every page of a list says of the list."""

    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]


class ApiKey(Answer):
    """An API key of an organization; `owner` is who made it, `operator` for one made on the machine
    itself. Its secret is kept nowhere."""

    id: str
    name: str
    organization: str
    state: Literal["active", "revoked", "expired"]
    scopes: list[str]
    wallets: list[str]
    rate: str | None
    owner: str
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    revoked_by: str | None
    last_used_at: str | None


class NewApiKey(ApiKey):
    """A key that was made just now; `key` is shown this once."""

    key: str


class ApiKeyPage(Listed):
    """A page of API keys."""

    keys: list[ApiKey]


class WalletStatement(Answer):
    """What the owner of a wallet signs (`personal_sign`, EIP-191)."""

    organization: str
    wallet: str
    statement: str


class AuditMachine(Answer):
    """From where an attempt came; it can be erased."""

    address: str
    agent: str


class AuditEntry(Answer):
    """One attempt and what was decided (OGCR 4.3); `digest` covers it and the entry before."""

    sequence: int
    at: str
    actor: str
    credential: str | None
    operation: str
    resource: str
    outcome: Literal["allowed", "refused", "rejected", "failed"]
    status: int
    request_id: str
    times: int
    machine: AuditMachine | None
    digest: str


class AuditPage(Listed):
    """A page of the audit log, the newest entry first."""

    entries: list[AuditEntry]
