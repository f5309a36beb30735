"""Decision documents of the sample's validator and verifier; each names the hash it judged."""

from collections.abc import Sequence
from typing import Any

from schemas import content_hash, to_kg

Document = dict[str, Any]
VALIDATOR_ID = "validator-nordlicht"
VERIFIER_ID = "verifier-meridian"


def validated(judged: Document, on: str, findings: Sequence[Document] = ()) -> Document:
    """A PDD is validated; `on` is a date."""
    return _decision(judged, "validated", VALIDATOR_ID, on, findings)


def pdd_rejected(
    judged: Document, on: str, reason: str, findings: Sequence[Document] = ()
) -> Document:
    """A PDD is rejected for a reason."""
    return _decision(judged, "rejected", VALIDATOR_ID, on, findings, reason=reason)


def report_rejected(
    judged: Document, on: str, reason: str, findings: Sequence[Document] = ()
) -> Document:
    """A report is rejected for a reason."""
    return _decision(judged, "rejected", VERIFIER_ID, on, findings, reason=reason)


def verified(
    judged: Document, on: str, removal: Document | None = None, vintages: Sequence[Document] = ()
) -> Document:
    """A report is verified with a removal {value, unit}: its estimate, unless another is given.

    An estimate is rounded down to whole kilograms, which is what a verification can say.
    """
    estimate = judged["properties"]["net_removal_estimate"]
    own = {"value": to_kg(estimate["value"], estimate["unit"]), "unit": "kgCO2e"}
    more: Document = {"verified_removal": removal or own}
    if vintages:
        more["vintages"] = list(vintages)
    return _decision(judged, "verified", VERIFIER_ID, on, (), **more)


def _decision(
    judged: Document,
    outcome: str,
    actor: str,
    on: str,
    findings: Sequence[Document],
    **more: Any,
) -> Document:
    document = {
        "ogcr_version": "0.1.0",
        "profile": "decision",
        "subject": content_hash(judged),
        "outcome": outcome,
        "actor_id": actor,
        "decided_on": on,
        **more,
    }
    return {**document, "findings": list(findings)} if findings else document
