"""What a paper says it is."""

import pytest

from tests.extraction.typewriter import typed
from zohodocs.pipeline.extraction.rules import extract


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("INVOICE", "invoice"),
        ("Tax invoice", "invoice"),
        ("Rechnung", "invoice"),
        ("R E C H N U N G", "invoice"),
        ("Faktura VAT", "invoice"),
        ("Счет-фактура", "invoice"),
        ("Arve", "invoice"),
        ("Credit note", "credit_note"),
        ("Gutschrift", "credit_note"),
        ("Stornorechnung", "credit_note"),
        ("Facture d'avoir", "credit_note"),
        ("Faktura korygująca", "credit_note"),
        ("Nota di credito", "credit_note"),
        ("Factura rectificativa", "credit_note"),
        ("Creditnota", "credit_note"),
        ("Kreeditarve", "credit_note"),
        ("Proforma invoice", "proforma"),
        ("Proformarechnung", "proforma"),
        ("Faktura pro forma", "proforma"),
        ("Factura proforma", "proforma"),
        ("Receipt", "receipt"),
        ("Paragon fiskalny", "receipt"),
        ("Scontrino", "receipt"),
        ("Delivery note", "other"),
        ("Lieferschein", "other"),
        ("Statement of account", "other"),
        ("Purchase order", "other"),
        ("Mahnung", "other"),
        ("Zamówienie", "other"),
        ("Devis", "other"),
    ],
)
def test_the_title_says_what_the_paper_is(title: str, kind: str) -> None:
    paper = f"{title}\n\nAcme Ltd.\n12 High Street\nLondon SW1A 1AA\n\nTotal   GBP 12.00\n"
    assert extract(typed(paper)).document_type == kind


def test_self_billing_is_an_invoice() -> None:
    paper = "Gutschrift\nAbrechnung im Gutschriftsverfahren\nBelegnummer: 7\nBetrag  12,00 EUR"
    assert extract(typed(paper)).document_type == "invoice"


def test_a_reference_to_an_invoice_leaves_a_credit_note_one() -> None:
    paper = "CREDIT NOTE\n\nCredit note no: C-9\nOriginal invoice: 1233\nTotal   GBP -12.00\n"
    found = extract(typed(paper))
    assert found.document_type == "credit_note"
    assert found.fields["invoice_number"].value == "C-9"
    assert found.fields["gross_total"].value == "-12.00"


def test_a_paper_that_says_nothing_is_other_and_unsure() -> None:
    found = extract(typed("Dear Sir,\nit was a pleasure to meet you."))
    assert found.document_type == "other"
    assert found.fields["document_type"].confidence < 0.5


def test_an_empty_paper_reads_as_nothing() -> None:
    found = extract(typed(""))
    assert found.fields == {}
    assert extract(()).fields == {}
