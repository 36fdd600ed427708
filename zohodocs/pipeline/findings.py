"""Ways to word a finding, and to add it to a case.

The English sentence is the source: its `{places}` are filled from the values, and the same values
are kept as the finding's data, so that a display can fill a translated sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from zohodocs.domain.case import Case
from zohodocs.domain.verdicts import Finding


def blocking(
    code: str, sentence: str, *, field: str | None = None, overrulable: bool = False, **values: str
) -> Finding:
    """It cannot be posted while this stands; `overrulable`: unless a person accepts it."""
    return Finding(
        code=code,
        message=sentence.format(**values),
        field=field,
        blocks=True,
        overrulable=overrulable,
        data=values,
    )


def ask(code: str, sentence: str, *, field: str | None = None, **values: str) -> Finding:
    """A person must look before it is posted; their approval settles it."""
    return Finding(
        code=code,
        message=sentence.format(**values),
        field=field,
        overrulable=True,
        data=values,
    )


def note(code: str, sentence: str, *, field: str | None = None, **values: str) -> Finding:
    """Worth knowing; it keeps nothing back."""
    return Finding(
        code=code, message=sentence.format(**values), field=field, review=False, data=values
    )


def needs_a_person(finding: Finding) -> bool:
    """Whether it keeps a document from being approved by itself."""
    return finding.blocks or finding.review


def with_findings(case: Case, findings: Iterable[Finding]) -> Case:
    """The case with these findings added; one that is already there is not told twice."""
    known = {(old.code, old.field, old.message) for old in case.findings}
    fresh: list[Finding] = []
    for finding in findings:
        key = (finding.code, finding.field, finding.message)
        if key not in known:
            known.add(key)
            fresh.append(finding)
    return replace(case, findings=(*case.findings, *fresh)) if fresh else case
