"""Are the dates possible, and is their month still open? Today is an argument."""

from __future__ import annotations

from datetime import date, timedelta

from zohodocs.domain.case import Case
from zohodocs.domain.verdicts import Finding
from zohodocs.pipeline.findings import ask, blocking, note


def findings(case: Case) -> list[Finding]:
    """Everything the dates have against them; a missing date is told by `presence`."""
    issued, due = case.invoice.issue_date, case.invoice.due_date
    if issued is None:
        return []
    found: list[Finding] = []
    if issued > case.today + timedelta(days=case.policy.max_future_days):
        found.append(
            ask(
                "date_in_future",
                "The issue date, {date}, lies in the future. Compare day and month with the page.",
                field="issue_date",
                date=issued.isoformat(),
            )
        )
    elif issued < case.today - timedelta(days=case.policy.max_age_days):
        found.append(
            ask(
                "date_too_old",
                "The issue date, {date}, is more than {days} days ago. "
                "Compare it with the page, and check that this was not booked long ago.",
                field="issue_date",
                date=issued.isoformat(),
                days=str(case.policy.max_age_days),
            )
        )
    if due is not None and due < issued and case.invoice.document_type == "invoice":
        found.append(
            ask(
                "due_before_issue",
                "The due date, {due}, is before the issue date, {issued}. "
                "Compare both with the page.",
                field="due_date",
                due=due.isoformat(),
                issued=issued.isoformat(),
            )
        )
    return [*found, *_closed_period(case, issued)]


def _closed_period(case: Case, issued: date) -> list[Finding]:
    # Zoho locks the lock date itself, too.
    lock = case.organization.lock_date
    if lock is None or issued > lock:
        return []
    if case.policy.closed_period == "first_open_day":
        return [
            note(
                "closed_period",
                "The books are closed up to {lock}: it is posted on {open}, "
                "with its own date, {date}, in the notes.",
                field="issue_date",
                lock=lock.isoformat(),
                open=(lock + timedelta(days=1)).isoformat(),
                date=issued.isoformat(),
            )
        ]
    return [
        blocking(
            "closed_period",
            "The books are closed up to {lock} and this is dated {date}. Open the period, or "
            "accept that it is posted on {open} with its own date in the notes.",
            field="issue_date",
            overrulable=True,
            lock=lock.isoformat(),
            open=(lock + timedelta(days=1)).isoformat(),
            date=issued.isoformat(),
        )
    ]
