"""One answer to the one question that is left, wherever it was asked: the desk, a phone, a chat."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from review import micro
from zohodocs.models import Document, FieldValue, ReviewItem

from .correcting import Reading, correct
from .guard import Refused, check_right


def answer(*, item: ReviewItem, by: User, version: int, field: str, choice: str) -> Document:
    """Set the field to the value that the choice stands for, as `correct` does.

    Raises NotAllowed, Claimed, StaleVersion; Refused for a choice that is not offered (any more).
    """
    check_right(by, item.document)
    row = FieldValue.objects.filter(document=item.document, name=field).first()
    read = micro.chosen(row, choice) if row is not None else None
    if read is None:
        raise Refused(_("This answer is no longer offered. Choose again."))
    box = read.get("box")
    reading = Reading(
        str(read["value"]), read.get("page"), (box[0], box[1], box[2], box[3]) if box else None
    )
    return correct(item=item, by=by, version=version, field=field, reading=reading)
