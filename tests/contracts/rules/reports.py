"""Reports, their periods, and what a verification makes issuable (contracts/MRVRegistry.sol)."""

from __future__ import annotations

import re
from datetime import date, timedelta

from eth_utils import keccak

from tests.contracts.reporting import ReportStatus, Submission, Verification
from tests.contracts.samples import ZERO_HASH, ProjectStatus, Standing

from .issuance import issue_due
from .world import (
    AMOUNT_LIMIT,
    FOREVER,
    NONE,
    REASON_LIMIT,
    URI_LIMIT,
    Check,
    Report,
    Rule,
    World,
    within,
)

TOO_LONG = "MRVRegistryTextTooLong"
EPOCH = date(1970, 1, 1)
RETURNED = (ReportStatus.Rejected, ReportStatus.Withdrawn)
UNDECIDED = (ReportStatus.Submitted, ReportStatus.PendingVerification)


def report_id_of(project_id: bytes, name: str) -> bytes:
    return keccak(project_id + name.encode())[:14]


def submit(w: World, who: str, project_id: bytes, name: str, submission: Submission) -> Rule:
    report_id = report_id_of(project_id, name)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", name):
        yield ("MRVRegistryInvalidDocumentId", name)
    if report_id in w.reports:
        yield ("MRVRegistryAlreadySubmitted", report_id)
    yield from _sound(w, who, report_id, project_id, submission)
    report = Report(project_id, ReportStatus.Submitted, *submission[:3])
    return lambda: w.reports.update({report_id: report})


def resubmit(w: World, who: str, project_id: bytes, name: str, submission: Submission) -> Rule:
    report_id = report_id_of(project_id, name)
    held = w.reports.get(report_id)
    yield from _status(report_id, held, RETURNED)
    if submission.report_hash == (held.report_hash if held else ZERO_HASH):
        yield ("MRVRegistryUnchangedReport", report_id, submission.report_hash)
    if not held:
        return None
    yield from _sound(w, who, report_id, project_id, submission)

    def effect() -> None:
        held.report_hash, held.start_day, held.end_day = submission[:3]
        held.version, held.status = held.version + 1, ReportStatus.Submitted

    return effect


def withdraw(w: World, who: str, report_id: bytes, reason: str) -> Rule:
    held = w.reports.get(report_id)
    yield from _status(report_id, held, UNDECIDED)
    yield from within(TOO_LONG, reason, REASON_LIMIT)
    if not held:
        return None
    if w.projects[held.project_id].developer != who:
        yield ("MRVRegistryNotDeveloper", held.project_id, who)
    return lambda: setattr(held, "status", ReportStatus.Withdrawn)


def assign(w: World, who: str, report_id: bytes, verifier: str) -> Rule:
    held = w.reports.get(report_id)
    yield from _status(report_id, held, UNDECIDED)
    if not held:
        return None
    project = w.projects[held.project_id]
    is_same = held.status == ReportStatus.PendingVerification and verifier == held.verifier
    standing = w.standing(verifier, "verifier", project.pdd.project_type, project.developer)
    if is_same or verifier in (project.developer, project.validator):
        yield ("MRVRegistryInvalidVerifier", report_id, verifier, Standing.Fit)
    elif standing != Standing.Fit:
        yield ("MRVRegistryInvalidVerifier", report_id, verifier, standing)

    def effect() -> None:
        held.verifier = verifier
        if held.status == ReportStatus.Submitted:
            held.terms = w.methodologies[project.pdd.methodology_key][1]
            held.developer, held.project_type = project.developer, project.pdd.project_type
            held.monitoring_end_day = years_after(held.end_day, held.terms.durability_years)
        held.status = ReportStatus.PendingVerification

    return effect


def verify(w: World, who: str, report_id: bytes, verification: Verification) -> Rule:
    held = w.reports.get(report_id)
    statement = (verification.report_hash, verification.statement_hash)
    yield from _judge(w, who, report_id, held, *statement, verification.statement_uri)
    kg = verification.verified_kg
    if kg == 0:
        yield ("MRVRegistryZeroAmount",)
    if kg > AMOUNT_LIMIT:
        yield ("MRVRegistryAmountTooLarge", report_id, kg, AMOUNT_LIMIT)
    if not held or held.status != ReportStatus.PendingVerification:
        return None
    if held.end_day >= w.day:
        yield ("MRVRegistryPeriodNotOver", report_id, held.end_day)
    yield from _breakdown(report_id, held, verification)
    if held.terms and held.terms.automatic_issuance and "units" in w.paused:
        yield ("EnforcedPause",)

    def effect() -> None:
        held.status, held.verified_kg = ReportStatus.Verified, kg
        held.vintages = list(verification.vintages) or by_days(held.start_day, held.end_day, kg)
        if held.terms and held.terms.automatic_issuance:
            issue_due(w, report_id, held)

    return effect


def reject(
    w: World,
    who: str,
    report_id: bytes,
    report_hash: bytes,
    statement_hash: bytes,
    uri: str,
    reason: str,
) -> Rule:
    held = w.reports.get(report_id)
    yield from _judge(w, who, report_id, held, report_hash, statement_hash, uri)
    if not reason:
        yield ("MRVRegistryReasonRequired",)
    yield from within(TOO_LONG, reason, REASON_LIMIT)
    return lambda: setattr(held, "status", ReportStatus.Rejected)


def archive(w: World, who: str, report_id: bytes, reason: str) -> Rule:
    held = w.reports.get(report_id)
    yield from _status(report_id, held, (ReportStatus.Verified,))
    yield from within(TOO_LONG, reason, REASON_LIMIT)
    if not held:
        return None
    if who != held.developer and who not in w.members["operator"]:
        yield ("MRVRegistryNotDeveloperOrOperator", report_id, who)
    return lambda: setattr(held, "status", ReportStatus.Archived)


def years_after(day: int, count: int) -> int:
    """The same date so many years later, 28 February for 29; at most what 16 bits can name."""
    found = EPOCH + timedelta(day)
    if found.year + count > 2149:
        return FOREVER
    is_leap_day = (found.month, found.day) == (2, 29)
    later = found.replace(day=28) if is_leap_day else found
    target = later.replace(year=found.year + count)
    if is_leap_day and _is_leap(target.year):
        target = target.replace(day=29)
    return min((target - EPOCH).days, FOREVER)


def _is_leap(year: int) -> bool:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days == 366


def by_days(start_day: int, end_day: int, kg: int) -> list[tuple[int, int]]:
    """The split by days of each year, rounded down; the last year takes the remainder."""
    days = [(EPOCH + timedelta(day)).year for day in range(start_day, end_day + 1)]
    years = sorted(set(days))
    shares = [kg * days.count(year) // len(days) for year in years]
    shares[-1] += kg - sum(shares)
    return list(zip(years, shares, strict=True))


def _sound(w: World, who: str, report_id: bytes, project_id: bytes, new: Submission) -> Check:
    project = w.projects.get(project_id)
    if new.report_hash == ZERO_HASH:
        yield ("MRVRegistryZeroHash",)
    yield from within(TOO_LONG, new.uri, URI_LIMIT)
    if new.start_day > new.end_day:
        yield ("MRVRegistryInvalidPeriod", new.start_day, new.end_day)
    if not project or project.status != ProjectStatus.Validated:
        yield ("MRVRegistryProjectNotValidated", project_id, project.status if project else NONE)
    if not project:
        return
    if project.developer != who:
        yield ("MRVRegistryNotDeveloper", project_id, who)
    days = (project.pdd.start_day, project.pdd.end_day)
    if new.start_day < days[0] or new.end_day > days[1]:
        yield ("MRVRegistryPeriodOutsideProject", project_id, *days)
    for other_id, other in w.reports.items():
        is_taken = other.project_id == project_id and other.status not in RETURNED
        if is_taken and other.start_day <= new.end_day and new.start_day <= other.end_day:
            found = (other_id, other.start_day, other.end_day)
            yield ("MRVRegistryPeriodOverlap", project_id, *found)


def _judge(
    w: World,
    who: str,
    report_id: bytes,
    held: Report | None,
    report_hash: bytes,
    statement_hash: bytes,
    uri: str,
) -> Check:
    if statement_hash == ZERO_HASH:
        yield ("MRVRegistryZeroHash",)
    yield from within(TOO_LONG, uri, URI_LIMIT)
    yield from _status(report_id, held, (ReportStatus.PendingVerification,))
    if not held:
        return
    if who != held.verifier:
        yield ("MRVRegistryNotAssignedVerifier", report_id, who)
    standing = w.standing(who, "verifier", held.project_type, held.developer)
    if standing != Standing.Fit:
        yield ("MRVRegistryUnfitVerifier", report_id, who, standing)
    if report_hash != held.report_hash:
        yield ("MRVRegistryStaleReport", report_id, report_hash, held.report_hash)


def _breakdown(report_id: bytes, held: Report, verification: Verification) -> Check:
    if not verification.vintages:
        return
    first, last = ((EPOCH + timedelta(day)).year for day in (held.start_day, held.end_day))
    for vintage, _ in verification.vintages:
        if not first <= vintage <= last:
            yield ("MRVRegistryInvalidVintage", report_id, vintage)
        first = vintage + 1
    total = sum(kg for _, kg in verification.vintages)
    if total != verification.verified_kg:
        yield ("MRVRegistryVintageSumMismatch", report_id, verification.verified_kg, total)


def _status(report_id: bytes, held: Report | None, expected: tuple[int, ...]) -> Check:
    status = held.status if held else NONE
    if status not in expected:
        yield ("MRVRegistryUnexpectedStatus", report_id, status)


RULES = {
    "submitReport": submit,
    "resubmitReport": resubmit,
    "withdrawReport": withdraw,
    "assignVerifier": assign,
    "verifyReport": verify,
    "rejectReport": reject,
    "archiveReport": archive,
}
