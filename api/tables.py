"""The tables of this room: tasks, their signed transactions, submissions, what was found wrong.

They are application state: not derived from the chain, changed by migrations only.
"""

from typing import Any

from sqlalchemy import JSON, BigInteger, MetaData
from sqlmodel import Field, SQLModel

api_metadata = MetaData()


class ApiTable(SQLModel):
    """A table of this room; all of them share one metadata object, apart from the index."""

    metadata = api_metadata


class Task(ApiTable, table=True):
    """One write from its request to its finality. Times are UNIX seconds with fractions.

    `fingerprint` is equal for requests that ask for the same; `settled` means that nothing can
    change any more; `block_number` and `block_hash` name the block that holds the transaction.
    `request_id` is that of the signed request, for a task that the relayer delivers. `principal`
    asked for it; `wallets` are those it had proven, and whoever signed: both may read it. An
    unsigned task ends at `expires_at`; `seen` is the version of the record that the change was made
    for, where its author named one.
    """

    __tablename__ = "task"
    id: str = Field(primary_key=True)
    fingerprint: str = Field(index=True)
    kind: str
    state: str
    settled: bool = Field(default=False, index=True)
    resource: str | None = None
    chain_id: int = Field(sa_type=BigInteger)
    to: str
    contract: str
    function: str
    arguments: dict[str, Any] = Field(sa_type=JSON)
    calldata: str
    documents: list[str] = Field(sa_type=JSON)
    history: list[dict[str, Any]] = Field(sa_type=JSON)
    transaction_hash: str | None = Field(default=None, index=True)
    request_id: str | None = Field(default=None, index=True)
    block_number: int | None = Field(default=None, sa_type=BigInteger)
    block_hash: str | None = None
    error: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    seen: str | None = None
    expires_at: float | None = Field(default=None, index=True)
    created_at: float = Field(index=True)

    principal: str | None = Field(default=None, index=True)
    wallets: list[str] | None = Field(default=None, sa_type=JSON(none_as_null=True))


class TaskHolder(ApiTable, table=True):
    """A principal or wallet that a task belongs to, for the lists of tasks."""

    __tablename__ = "task_holder"
    task_id: str = Field(primary_key=True, foreign_key="task.id")
    holder: str = Field(primary_key=True, index=True)


class TaskStep(ApiTable, table=True):
    """A step of a task, for whoever wants to be told; `cursor` is given by the one process that
    tells, so that cursors grow in the order in which steps can be read."""

    __tablename__ = "task_step"
    task_id: str = Field(primary_key=True, foreign_key="task.id")
    place: int = Field(primary_key=True)
    state: str
    note: str | None = None
    at: float = Field(index=True)
    cursor: int | None = Field(default=None, sa_type=BigInteger, unique=True)


class TaskTransaction(ApiTable, table=True):
    """A signed transaction of a task, kept before it is sent; a task has several when one was
    replaced by another with the same nonce."""

    __tablename__ = "task_transaction"
    hash: str = Field(primary_key=True)
    task_id: str = Field(foreign_key="task.id", index=True)
    raw: str
    sender: str
    nonce: int = Field(sa_type=BigInteger)
    created_at: float
    sent_at: float | None = None


class ForwardRequest(ApiTable, table=True):
    """A request for the forwarder, proposed or signed; `id` is what its signer signs (EIP-712).

    `nonce` is `0x` + 64 hex digits, `deadline` UNIX seconds; `delivery_id` names the transaction of
    the relayer that carries it now.
    """

    __tablename__ = "forward_request"
    id: str = Field(primary_key=True)
    task_id: str = Field(foreign_key="task.id", index=True)
    signer: str = Field(index=True)
    nonce: str
    deadline: int = Field(sa_type=BigInteger)
    gas: int = Field(sa_type=BigInteger)
    signature: str | None = None
    delivery_id: str | None = Field(default=None, index=True)
    created_at: float


class RelayDelivery(ApiTable, table=True):
    """One nonce of the relayer and the batch that it carries for ever.

    `state` is sent, mined or lost: a lost one's nonce was used by a transaction that is not ours.
    """

    __tablename__ = "relay_delivery"
    id: str = Field(primary_key=True)
    relayer: str
    nonce: int = Field(sa_type=BigInteger)
    data: str
    gas: int = Field(sa_type=BigInteger)
    state: str
    settled: bool = Field(default=False, index=True)
    block_number: int | None = Field(default=None, sa_type=BigInteger)
    block_hash: str | None = None
    created_at: float


class RelayTransaction(ApiTable, table=True):
    """A signed transaction of a delivery, kept before it is sent; another one has higher fees (wei
    per gas) and the same nonce and data."""

    __tablename__ = "relay_transaction"
    hash: str = Field(primary_key=True)
    delivery_id: str = Field(foreign_key="relay_delivery.id", index=True)
    raw: str
    max_fee: int = Field(sa_type=BigInteger)
    priority_fee: int = Field(sa_type=BigInteger)
    created_at: float
    sent_at: float | None = None


class RelayItem(ApiTable, table=True):
    """A request that a delivery carries, or carried."""

    __tablename__ = "relay_item"
    delivery_id: str = Field(foreign_key="relay_delivery.id", primary_key=True)
    request_id: str = Field(foreign_key="forward_request.id", primary_key=True, index=True)


class Submission(ApiTable, table=True):
    """An accepted PDD that is not yet in the index: it holds its ground until `expires_at`
    (UNIX seconds)."""

    __tablename__ = "submission"
    task_id: str = Field(primary_key=True, foreign_key="task.id")
    project_id: str = Field(index=True)
    document_id: str
    pdd_hash: str = Field(index=True)
    expires_at: int = Field(sa_type=BigInteger, index=True)


class Validation(ApiTable, table=True):
    """One check of a document: whose, what came of it, and how good it was (OGCR 4.4).

    `principal` handed it in; `submitter` is the sender's address, or the `actor_id` that the
    document claims, or nothing; `at` is UNIX seconds; `score` is 0 to 100 where a quality could be
    told.
    """

    __tablename__ = "validation"
    id: str = Field(primary_key=True)
    at: int = Field(sa_type=BigInteger, index=True)
    request_id: str
    kind: str | None = None
    document_id: str | None = Field(default=None, index=True)
    document_hash: str | None = None
    submitter: str | None = Field(default=None, index=True)
    dry_run: bool
    accepted: bool
    score: int | None = None
    principal: str | None = Field(default=None, index=True)


class ValidationFault(ApiTable, table=True):
    """One fault of a check; `field` has a star for each index of an array."""

    __tablename__ = "validation_fault"
    validation_id: str = Field(primary_key=True, foreign_key="validation.id")
    place: int = Field(primary_key=True)
    code: str = Field(index=True)
    field: str
    pointer: str
    message: str


class RefusedCallRow(ApiTable, table=True):
    """A call that a contract refused when the relay tried it: who, what, why (OGCR 5.2.4).

    `at` is UNIX seconds with fractions, `sender` a lower-case address, `error` the name of the
    custom error, `status` that of the answer. Rows are added, never changed.
    """

    __tablename__ = "refused_call"
    id: str = Field(primary_key=True)
    at: float = Field(index=True)
    request_id: str
    sender: str = Field(index=True)
    contract: str
    function: str
    error: str = Field(index=True)
    status: int
