"""Template filters: amounts, days, ages and names of things in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import template
from django.contrib.auth.models import User
from django.http import QueryDict

from review.actions.guard import holder, shown_name
from review.reasons import reason_label, short_reason
from zohodocs.models import State
from zohodocs.web import formats, labels, numbers

register = template.Library()

register.filter("money", formats.money)
register.filter("day", formats.day)
register.filter("age", formats.age)
register.filter("moment", formats.moment, expects_localtime=True)
register.filter("ago", formats.ago)
register.filter("until", formats.until)
register.filter("filesize", formats.size)
register.filter("said", formats.said)
register.filter("number", formats.number)
register.filter("percent", formats.percent)
register.filter("field_label", labels.field_label)
register.filter("channel_label", labels.channel_label)
register.filter("source_label", labels.source_label)
register.filter("holder_for", holder)


@register.filter(expects_localtime=True)
def moment_exact(at: datetime) -> str:
    """To the second."""
    return formats.moment(at, seconds=True)


@register.filter
def person(user: User) -> str:
    """A colleague's name."""
    return shown_name(user)


@register.filter
def state_label(state: str) -> str:
    """A document's state in words."""
    return str(State(state).label) if state in State.values else state


@register.simple_tag
def changed_query(query: QueryDict, **changes: object) -> str:
    """The present query with some values changed; an empty value takes its key out."""
    pairs = [
        (key, value)
        for key, values in query.lists()
        if key not in changes
        for value in values
        if value
    ]
    pairs += [(key, str(value)) for key, value in changes.items() if value not in (None, "")]
    return f"?{urlencode(pairs)}" if pairs else "?"


@register.simple_tag
def box_side(start: float, end: float) -> str:
    """The length of a box's side, never negative."""
    return f"{max(0.0, end - start):.4f}"


@register.simple_tag
def document_type(kind: str) -> str:
    """The kind of paper in words."""
    return formats.shown("document_type", kind)


@register.filter
def short(code: str) -> str:
    """A reason in a few words; empty where only its sentence says it."""
    return short_reason(code)


@register.simple_tag
def reason(code: str) -> str:
    """A reason's few words."""
    return reason_label(code)


@register.filter
def counted(number: int) -> str:
    """A number of the day: beyond where counting ends, that it is more."""
    return str(number) if number < numbers.MOST else f"{numbers.MOST - 1}+"


@register.filter
def iban(number: str) -> str:
    """A bank account in groups of four."""
    return formats.shown("iban", number)


@register.filter
def shown_as(value: str, field: str) -> str:
    """A field's stored value as it is shown."""
    return formats.shown(field, value)


@register.simple_tag
def how(source: str) -> str:
    """How an account was chosen, in a word or two."""
    return str(labels.HOW_LABELS.get(source, source))


@register.simple_tag
def call_outcome(outcome: str) -> str:
    """What came of a call to Zoho, in a word or two."""
    return labels.call_outcome_label(outcome)


@register.filter
def pretty(content: object) -> str:
    """What was sent, readable."""
    return json.dumps(content, indent=1, ensure_ascii=False)


@register.simple_tag
def account_type(kind: str) -> str:
    """Zoho's type code of an account, readable."""
    return kind.replace("_", " ").capitalize()


@register.filter
def bare(amount: Decimal | None, currency: str) -> str:
    """An amount with the currency's decimals, without its sign."""
    return formats.bare(amount, currency)


@register.simple_tag(takes_context=True)
def sent(context: Mapping[str, Any], name: str, otherwise: object = "") -> object:
    """What was just sent under this name, so that a refused form keeps it; else this."""
    request = context.get("request")
    return request.POST.get(name, otherwise) if request is not None else otherwise
