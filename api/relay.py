"""The relay: checks what others signed and sends it as it is; the only place that sends."""

from __future__ import annotations

import logging
import re
import time

from api.errors import ApiError, ConflictError, Detail, MissingError, ValidationError
from api.forwarding import Forward
from api.node import Account
from api.queries import tasks as task_queries
from api.registry import Registry
from api.simulation import check_call, node_error
from api.tables import Task, TaskTransaction
from api.tasks import hold, move, refuse_ended, sign
from api.transactions import SignedTransaction
from api.writes.proposals import refuse_claims
from api.writes.unchanged import refuse_changed
from indexer import database
from indexer.errors import TryLater
from indexer.rpc import RpcError

log = logging.getLogger("api")

_KNOWN_ALREADY = re.compile(r"already (known|imported|in)|known transaction", re.IGNORECASE)


def deliver(registry: Registry, task: Task, transaction: SignedTransaction) -> None:
    """Check a signed transaction against its task, keep it, then send it.

    Idempotent: the same transaction again is at most sent again. Raises what speaks against it;
    nothing is kept then. When the node does not answer after it was kept, it is sent later.
    """
    if _is_kept(registry, task.id, transaction.hash):
        if task.state == "broadcast":
            send_again(registry, transaction.hash, transaction.raw)
        return
    check_fits(task, transaction)
    refuse_changed(registry, task)
    check_account(registry, transaction)
    if not _replaces(registry, task.id, transaction):
        check_call(registry, transaction.call)
    _keep(registry, task.id, transaction)
    try:
        send(registry, transaction.hash, transaction.raw)
    except ApiError:
        _withdraw(registry, task.id, transaction.hash)
        raise
    except TryLater:
        return


def send(registry: Registry, transaction_hash: str, raw: str) -> None:
    """Hand a kept transaction to the node; one that it has already is as good as sent.

    Raises the node's refusal as an `ApiError`, `TryLater` when it does not answer.
    """
    refused = hand_over(registry, transaction_hash, raw)
    if refused is not None:
        raise node_error(registry, refused)
    with registry.transaction() as session:
        kept = session.get(TaskTransaction, transaction_hash)
        if kept is not None:
            kept.sent_at = time.time()


def hand_over(registry: Registry, transaction_hash: str, raw: str) -> RpcError | None:
    """Give a signed transaction to the node, the one place where that is done; the node's refusal,
    unless it is that it has it already. Raises `TryLater` when it does not answer."""
    answer = registry.node.rpc.batch([("eth_sendRawTransaction", [raw])])[0]
    if isinstance(answer, RpcError) and not _has_arrived(registry, transaction_hash, answer):
        return answer
    return None


def send_again(registry: Registry, transaction_hash: str, raw: str) -> None:
    """Hand a kept transaction to the node once more; what comes of it will be seen on chain."""
    try:
        send(registry, transaction_hash, raw)
    except (ApiError, TryLater) as error:
        log.info("transaction %s is not sent again yet: %s", transaction_hash, error)


def check_chain(registry: Registry, transaction: SignedTransaction | Forward) -> str:
    """The name of our contract that a transaction calls; raises `ValidationError`."""
    found = []
    if transaction.chain_id != registry.chain_id:
        message = (
            f"It is for chain {transaction.chain_id}; this registry is on {registry.chain_id}."
        )
        found.append(Detail("/signed_transaction", "WRONG_CHAIN", message))
    name = registry.deployments.name_of(transaction.to)
    if name is None:
        message = f"{transaction.to} is none of the registry's contracts."
        found.append(Detail("/signed_transaction", "UNKNOWN_CONTRACT", message))
    if transaction.value:
        message = "It sends value; the registry takes none. Sign it with a value of zero."
        found.append(Detail("/signed_transaction", "VALUE_NOT_ZERO", message))
    if found or name is None:
        raise ValidationError("The signed transaction cannot be relayed; see the details.", found)
    return name


def check_fits(task: Task, transaction: SignedTransaction) -> None:
    """Raise `ValidationError` when a transaction is not exactly what its task asks to be signed."""
    wanted = {"chain_id": task.chain_id, "to": task.to, "value": 0, "data": task.calldata}
    wrong = [name for name, value in wanted.items() if getattr(transaction, name) != value]
    if wrong:
        details = [
            Detail(
                "/signed_transaction",
                "NOT_WHAT_THE_TASK_ASKS",
                f"Its “{name}” is not that of “to_sign”; sign exactly what the task gives.",
            )
            for name in wrong
        ]
        raise ValidationError(details[0].message, details)


def account_of(registry: Registry, sender: str) -> Account:
    """A signer's nonces and funds, once the node holds again what a reorganisation took from it:
    otherwise the nonce of a transaction that was delivered already would be given away."""
    account = registry.node.account(sender)
    with database.snapshot(registry.engine) as session:
        lost = task_queries.waiting_from(session, sender.lower(), account.next_nonce)
    for entry in lost:
        send_again(registry, entry.hash, entry.raw)
    return registry.node.account(sender) if lost else account


def check_account(registry: Registry, transaction: SignedTransaction) -> None:
    """Raise `ConflictError` when the signer's nonce or funds will not do."""
    account = account_of(registry, transaction.sender)
    if transaction.nonce < account.mined_nonce:
        raise _account_error(
            "NONCE_TOO_LOW",
            f"The nonce {transaction.nonce} is used already; sign with {account.next_nonce}.",
        )
    if transaction.nonce > account.next_nonce:
        raise _account_error(
            "NONCE_TOO_HIGH",
            f"The nonce {transaction.nonce} leaves a gap; sign with {account.next_nonce}.",
        )
    if transaction.gas * transaction.max_fee > account.balance:
        raise _account_error(
            "INSUFFICIENT_FUNDS",
            f"The account {transaction.sender} cannot pay for the gas; fund it and send the same "
            "again.",
        )


def _account_error(code: str, message: str) -> ConflictError:
    return ConflictError(message, [Detail("/signed_transaction", code, message, conflict=True)])


def _is_kept(registry: Registry, task_id: str, transaction_hash: str) -> bool:
    with database.snapshot(registry.engine) as session:
        return task_queries.task_of_transaction(session, transaction_hash) == task_id


def _keep(registry: Registry, task_id: str, transaction: SignedTransaction) -> None:
    with registry.transaction() as session:
        task = task_queries.locked_task(session, task_id)
        if task is None:
            raise MissingError(f"There is no task {task_id}.")
        refuse_ended(task)
        owner = task_queries.task_of_transaction(session, transaction.hash)
        if owner not in (None, task_id):
            raise ConflictError(f"The transaction belongs to the task {owner} already.")
        current = session.get(TaskTransaction, task.transaction_hash or "")
        if not _may_replace(task, current, transaction):
            raise ConflictError("Another transaction of this task is on its way; wait for its end.")
        refuse_claims(session, task)
        sign(session, task, transaction)


def _may_replace(
    task: Task, current: TaskTransaction | None, transaction: SignedTransaction
) -> bool:
    if task.state in ("awaiting_signature", "reverted", "dropped"):
        return True
    if current is None or task.request_id is not None:
        return task.request_id is None
    return task.state == "broadcast" and same_slot(current, transaction)


def same_slot(one: TaskTransaction, other: TaskTransaction | SignedTransaction) -> bool:
    """True when of two transactions the chain can take only one: same signer, same nonce."""
    return (one.sender, one.nonce) == (other.sender, other.nonce)


def _replaces(registry: Registry, task_id: str, transaction: SignedTransaction) -> bool:
    # On top of the waiting one the same call would fail; the chain takes one of the two.
    with database.snapshot(registry.engine) as session:
        known = task_queries.transactions_of(session, task_id)
        return any(same_slot(entry, transaction) for entry in known)


def _has_arrived(registry: Registry, transaction_hash: str, answer: RpcError) -> bool:
    # A node that mined it meanwhile says that the nonce is too low.
    return bool(_KNOWN_ALREADY.search(answer.message)) or registry.node.knows(transaction_hash)


def _withdraw(registry: Registry, task_id: str, transaction_hash: str) -> None:
    with registry.transaction() as session:
        task = task_queries.locked_task(session, task_id)
        refused = session.get(TaskTransaction, transaction_hash)
        if task is None or refused is None or task.transaction_hash != transaction_hash:
            return
        session.delete(refused)
        session.flush()
        earlier = task_queries.transactions_of(session, task_id)
        task.transaction_hash = earlier[0].hash if earlier else None
        if not earlier:
            move(session, task, "awaiting_signature", "the node refused the transaction")
            task.expires_at = time.time() + registry.settings.unsigned_seconds
            hold(session, task, int(time.time()) + registry.settings.submission_seconds)
