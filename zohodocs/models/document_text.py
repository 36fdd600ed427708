"""All words of a document in one place, so that the archive finds it by any of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db import connection, models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from . import prepared
from .document import Document, Page
from .extraction import FieldValue

_WORD = re.compile(r"[^\W_]+")
_MOST_TERMS = 8
# PostgreSQL's tsvector takes a megabyte; a contract of a hundred pages has a third of that.
_MOST_CHARACTERS = 200_000


class DocumentText(models.Model):
    """What is searched: vendor, number, file name, values and the words of all pages."""

    document = models.OneToOneField(
        Document, on_delete=models.CASCADE, primary_key=True, related_name="searched"
    )
    text = models.TextField(blank=True)

    class Meta:
        verbose_name = _("searched text")
        verbose_name_plural = _("searched texts")

    def __str__(self) -> str:
        return self.text[:60]


def keep_text(document: Document, texts: Sequence[str] | None = None) -> None:
    """Bring the searched text up to what stands now, or to these `texts` alone."""
    prepared.insert(text_of(document, _texts(document) if texts is None else texts))


def text_of(document: Document, texts: Sequence[str]) -> prepared.Rows:
    """The searched text of these."""
    row = {"document_id": document.pk, "text": searchable(texts)}
    return prepared.Rows(DocumentText, [row], unique=("document_id",), overwrite=("text",))


def _texts(document: Document) -> Sequence[str]:
    columns = Document.objects.values_list("vendor_name", "invoice_number", "filename")
    known = columns.filter(pk=document.pk).first() or ()
    values = FieldValue.objects.filter(document=document).values_list("value", flat=True)
    pages = Page.objects.filter(document=document).order_by("number")
    words = (str(word[0]) for page in pages.values_list("words", flat=True) for word in page)
    return [*known, *values, *words]


def searchable(texts: Sequence[str]) -> str:
    """Words alone: what is joined by other signs is found by its parts."""
    return " ".join(_WORD.findall(" ".join(texts).lower()))[:_MOST_CHARACTERS]


def with_words(rows: QuerySet[Document], typed: str) -> QuerySet[Document]:
    """Of these the documents in which every typed word begins some word."""
    if not _terms(typed) or connection.vendor != "postgresql":
        return with_words_read(rows, typed)
    return rows.filter(pk__in=texts_with_words(typed).values("document_id"))


def with_words_read(rows: QuerySet[Document], typed: str) -> QuerySet[Document]:
    """The same without the index: every text is read, for few rows."""
    return rows.filter(words_begin(typed, "searched__text"))


def texts_with_words(typed: str) -> QuerySet[DocumentText]:
    """By PostgreSQL's index, of all companies: whoever asks narrows the documents."""
    terms = _terms(typed)
    if not terms:
        return DocumentText.objects.none()
    # The same expression as in the index: else PostgreSQL would not use it.
    return DocumentText.objects.extra(
        where=["to_tsvector('simple', text) @@ to_tsquery('simple', %s)"],
        params=[" & ".join(f"{term}:*" for term in terms)],
    )


def words_begin(typed: str, column: str) -> Q:
    """That every typed word begins some word of this column; without a word nothing does."""
    begins = Q()
    for term in _terms(typed):
        begins &= Q(**{f"{column}__startswith": term}) | Q(**{f"{column}__contains": f" {term}"})
    return begins or Q(pk__in=[])


def _terms(typed: str) -> list[str]:
    return _WORD.findall(typed.lower())[:_MOST_TERMS]
