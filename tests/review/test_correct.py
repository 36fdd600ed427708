"""POST /review/<uuid>/correct/: one field, picked, clicked or typed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from tests import cast as people
from tests.cast import RUNNER_UP, Cast, client_of, fresh
from tests.page import HTMX, Answer, part
from zohodocs.models import AuditEvent, Correction, FieldValue, Page, ReviewItem


def send(user: User, item: ReviewItem, htmx: bool = True, **data: object) -> Answer:
    body = {"version": fresh(item.document).version, "field": "invoice_number", **data}
    address = reverse("review:correct", args=[item.code])
    return client_of(user).post(address, body, headers=HTMX if htmx else {})


def value_of(item: ReviewItem, name: str = "invoice_number") -> FieldValue:
    return FieldValue.objects.get(document=item.document, name=name)


def test_a_picked_candidate_becomes_the_value_with_its_place(cast: Cast, item: ReviewItem) -> None:
    response = send(cast.ana, item, pick=RUNNER_UP)

    value = value_of(item)
    correction = Correction.objects.get()
    assert response.status_code == 200
    assert (value.value, value.source, value.confidence) == (RUNNER_UP, "human", Decimal(1))
    assert value.box == [0.1, 0.9, 0.2, 0.92]
    assert (correction.before, correction.after) == ("RG-2024-0334", RUNNER_UP)
    assert correction.before_confidence == Decimal("0.6")
    assert fresh(item.document).invoice_number == RUNNER_UP


def test_htmx_gets_the_fresh_panel_marks_and_card(cast: Cast, item: ReviewItem) -> None:
    whole = part(client_of(cast.ana).get(reverse("review:item", args=[item.code])))

    page = part(send(cast.ana, item, pick="RG-2024-0334"))

    assert page.ids == ["panel", "marks", f"card-{item.code}"]
    assert page.one("#marks").get("hx-swap-oob") == "true"
    assert all(whole.has(f"#{name}") for name in page.ids)
    assert page.one("#panel .left").text == "Nothing left to decide"
    assert page.one("[data-approve]").get("aria-disabled") is None


def test_without_javascript_it_goes_back_to_the_item(cast: Cast, item: ReviewItem) -> None:
    response = send(cast.ana, item, htmx=False, value="RG-7")

    assert response.status_code == 303
    assert response["Location"] == reverse("review:item", args=[item.code]) + "?whole=1"
    assert value_of(item).value == "RG-7"


def test_confirming_a_value_answers_the_question(cast: Cast, item: ReviewItem) -> None:
    send(cast.ana, item, pick="RG-2024-0334")

    events = AuditEvent.objects.filter(document=item.document)
    assert value_of(item).source == "human"
    assert events.filter(verb="review.confirmed").exists()


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("due_date", "2. Mai 2026", "2026-05-02"),
        ("due_date", "03.04.2026", "2026-04-03"),
        ("gross_total", "1.121,69 €", "1121.69"),
        ("gross_total", "1 121.7", "1121.70"),
        ("iban", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("supplier_tax_id", "USt-IdNr.: DE 811 907 980", "DE811907980"),
        ("currency", "zł", "PLN"),
        ("delivery_date", "", ""),
    ],
)
def test_a_typed_text_is_stored_in_its_form(
    cast: Cast, item: ReviewItem, field: str, typed: str, stored: str
) -> None:
    response = send(cast.ana, item, field=field, value=typed)

    assert response.status_code == 200
    assert value_of(item, field).value == stored


def test_clicked_words_are_read_by_the_server_with_their_place(
    cast: Cast, item: ReviewItem
) -> None:
    page = Page.objects.get(document=item.document, number=1)
    words = [at for at, word in enumerate(page.words) if word[0] in ("1.121,69", "€")][-2:]
    assert page.words[words[0]][0] == "1.121,69"

    send(cast.ana, item, field="gross_total", words=",".join(map(str, words)), page=1)

    value = value_of(item, "gross_total")
    assert value.value == "1121.69"
    assert value.page == 1
    assert value.box is not None
    assert value.box[0] == page.words[words[0]][1]


def test_what_is_no_date_comes_back_with_its_problem(cast: Cast, item: ReviewItem) -> None:
    response = send(cast.ana, item, field="invoice_number", value="x" * 400)

    page = part(response)
    assert response.status_code == 422
    assert page.one("#value-invoice_number").get("aria-invalid") == "true"
    problem = page.one("#value-invoice_number-problem")
    assert "too long" in problem.text
    assert page.one("#value-invoice_number").get("aria-describedby") == problem.get("id")
    assert value_of(item).source != "human"


def test_a_problem_at_a_folded_field_is_shown_there(cast: Cast, item: ReviewItem) -> None:
    page = part(send(cast.ana, item, field="due_date", value="14 Tage"))

    assert "not a date" in page.one("#value-due_date-problem").text
    assert page.one("#value-due_date").get("value") == "14 Tage"
    assert page.one("details[data-field=due_date]").has("open")


def test_an_answer_that_was_never_offered_is_refused(cast: Cast, item: ReviewItem) -> None:
    response = send(cast.ana, item, pick="INVENTED-1")

    assert response.status_code == 422
    assert value_of(item).value == "RG-2024-0334"


def test_a_stale_version_gets_409_and_who_changed_what(cast: Cast, item: ReviewItem) -> None:
    seen = item.document.version
    send(cast.bob, item, value="RG-BOB")

    response = send(cast.ana, item, value="RG-ANA", version=seen)

    page = part(response)
    assert response.status_code == 409
    assert "bob changed Invoice number from RG-2024-0334 to RG-BOB" in page.one(".notice-bad").text
    versions = {field.get("value") for field in page.all("#panel input[name=version]")}
    assert versions == {str(fresh(item.document).version)}
    assert value_of(item).value == "RG-BOB"


def test_the_same_correction_sent_twice_counts_once(cast: Cast, item: ReviewItem) -> None:
    seen = item.document.version

    first = send(cast.ana, item, value="RG-1", version=seen)
    second = send(cast.ana, item, value="RG-1", version=seen)

    assert (first.status_code, second.status_code) == (200, 200)
    assert Correction.objects.count() == 1


def test_personal_values_stand_in_the_trail_as_digests(cast: Cast, item: ReviewItem) -> None:
    send(cast.ana, item, field="supplier_name", value="Erika Mustermann")

    event = AuditEvent.objects.get(document=item.document, verb="review.corrected")
    assert "Mustermann" not in str(event.data)
    assert len(event.data["after"]) == 16


def test_who_may_only_look_changes_nothing(cast: Cast, item: ReviewItem) -> None:
    assert send(cast.omar, item, value="X").status_code == 422
    assert send(cast.stine, item, value="X").status_code == 404
    assert value_of(item).value == "RG-2024-0334"


def test_get_is_refused(cast: Cast, item: ReviewItem) -> None:
    address = reverse("review:correct", args=[item.code])

    assert client_of(cast.ana).get(address).status_code == 405


def test_a_missing_value_can_be_filled_in(cast: Cast) -> None:
    item = people.in_review(cast.nordlicht, people.paper(**{"Rechnungsnummer:": "Zeichen:"}))
    FieldValue.objects.filter(document=item.document, name="invoice_number").delete()

    send(cast.ana, item, value="RG-2024-0334")

    assert value_of(item).value == "RG-2024-0334"
