"""What today's pipeline would make of a document, without leaving a trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from zohodocs.domain.invoice import Extraction
from zohodocs.domain.verdicts import Finding, Stop
from zohodocs.models import Document

from . import flow
from .lookups import ports_for
from .runner import case_of, original, settled


@dataclass(frozen=True, slots=True)
class Again:
    """The reading, where the document would go, and why."""

    extraction: Extraction | None
    route: str
    reasons: Sequence[Finding]


def read_again(document: Document, arms: Mapping[str, str]) -> Again:
    """Read and decide anew, with these arms of the flags; Zoho is not asked, nothing is written."""
    case = replace(case_of(document), flags=dict(arms), overruled=frozenset())
    content = original(document)
    result = (
        content
        if isinstance(content, Stop)
        else flow.run(replace(case, content=content), ports_for(document, None))
    )
    known, decision = settled(case, result)
    return Again(known.extraction, decision.route.value, decision.reasons)
