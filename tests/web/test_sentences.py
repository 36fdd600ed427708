"""What the checks wrote in English is read in the reader's language."""

from __future__ import annotations

import time

import pytest
from django.utils import translation

from zohodocs.pipeline.findings import ask, note
from zohodocs.web.formats import said
from zohodocs.web.sentences import told


def test_a_sentence_without_values_is_translated() -> None:
    with translation.override("pl"):
        assert told("The total is missing. Type it in.") == "Brakuje sumy. Wpisz ją."


def test_its_values_are_taken_over() -> None:
    finding = ask(
        "due_before_issue",
        "The due date, {due}, is before the issue date, {issued}. Compare both with the page.",
        due="2026-01-02",
        issued="2026-03-04",
    )

    with translation.override("ru"):
        text = said(finding.message)

    assert text.startswith("Срок оплаты, 2 янв")
    assert "4 мар. 2026" in text


def test_words_that_fill_a_place_are_translated_too() -> None:
    finding = note(
        "four_eyes",
        "A second person must approve, too: {because}.",
        because="the vendor is new; the amount is above 5,000.00",
    )

    with translation.override("pl"):
        assert told(finding.message) == (
            "Zatwierdzić musi też druga osoba: dostawca jest nowy; kwota przekracza 5,000.00."
        )


def test_a_sentence_within_a_sentence_is_found() -> None:
    with translation.override("pl"):
        text = told("No buyer is printed. Check the buyer and, if this is ours to pay, accept it.")

    assert text == (
        "Nabywca nie jest wydrukowany. Sprawdź nabywcę i przyjmij, jeśli to my mamy zapłacić."
    )


@pytest.mark.parametrize("name", ["Total {x} (.*) GmbH", "A|B; C", "", "Müller & Söhne"])
def test_a_strange_vendor_is_taken_over_letter_by_letter(name: str) -> None:
    with translation.override("ru"):
        text = told(f"{name} is not a vendor yet. Check its details, then have it created.")

    assert text == f"{name} ещё не поставщик. Проверьте данные и создайте его."


def test_what_nobody_translated_stays_as_it_is() -> None:
    with translation.override("ru"):
        assert told("Accounts said: 4711") == "Accounts said: 4711"
    with translation.override("en"):
        assert told("The total is missing. Type it in.") == "The total is missing. Type it in."


def test_a_name_made_to_keep_us_busy_does_not() -> None:
    name = "Zoho Books already has" + " of this vendor over a of b" * 40 + " x" * 400
    ends = ", and it is not ours. Compare the two: close this one as a duplicate, or correct"
    began = time.process_time()

    with translation.override("pl"):
        for sentence in (
            f"{name} is not a vendor yet. Check its details, then have it created.",
            f"{name}{ends} the number. is not a vendor yet.",
            f"{name[:150]}{ends} the numbers.",
        ):
            told(sentence)

    assert time.process_time() - began < 2
