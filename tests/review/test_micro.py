"""One question, one picture, one answer: with the rights, the lock, the guard and the trail."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from PIL import Image

from review import actions, micro, questions
from tests import cast as people
from tests.cast import Cast, client_of, fresh
from tests.page import HTMX, Answer, Page, part
from zohodocs.models import AuditEvent, Correction, Document, FieldValue, ReviewItem

FIELD = "invoice_number"
FIRST = micro.code_of(FIELD, "RG-2024-0334")
SECOND = micro.code_of(FIELD, people.RUNNER_UP)


def page_of(user: User, item: ReviewItem, query: str = "") -> Page:
    return part(client_of(user).get(reverse("review:item", args=[item.code]) + query))


def send(user: User, item: ReviewItem, choice: str, version: int = 0) -> Answer:
    return client_of(user).post(
        reverse("review:answer", args=[item.code]),
        {"field": FIELD, "choice": choice, "version": version or fresh(item.document).version},
        headers=HTMX,
    )


def happened(item: ReviewItem) -> list[str]:
    events = AuditEvent.objects.filter(document=item.document, verb__startswith="review.")
    return list(events.order_by("sequence").values_list("verb", flat=True))


def test_the_one_question_that_is_left_comes_with_its_coded_answers(
    item: ReviewItem, cast: Cast
) -> None:
    page = page_of(cast.ana, item)

    quick = page.one(".quick")
    assert "Quick answer: Invoice number" in quick.text
    choices = page.all(".quick button[name=choice]")
    assert [choice.get("value") for choice in choices] == [FIRST, SECOND]
    assert page.one(".quick input[name=field]").get("value") == FIELD
    assert page.one(".quick img").get("src") == (
        reverse("field_picture", args=[item.document.code, FIELD])
        + f"?v={fresh(item.document).version}"
    )
    assert not page_of(cast.ana, item, "?whole=1").has(".quick")
    assert not page_of(cast.omar, item).has(".quick")


def test_only_one_open_question_about_a_field_is_fit(item: ReviewItem) -> None:
    [question] = [each for each in questions.of(fresh(item.document)) if each.waits]

    assert micro.fit([question]) is question
    assert micro.fit([]) is None
    assert micro.fit([question, question]) is None
    assert micro.fit([question], pairs=1) is None
    about_all = questions.Question("x", "", "Please look", ("x",), ("x",), False, False)
    assert micro.fit([about_all]) is None


def test_an_answer_corrects_the_field_and_is_in_the_trail(item: ReviewItem, cast: Cast) -> None:
    version = fresh(item.document).version
    answer = send(cast.ana, item, SECOND)

    assert answer.status_code == 200
    assert "Nothing left to decide" in answer.text
    assert not part(answer).has(".quick")
    value = FieldValue.objects.get(document=item.document, name=FIELD)
    assert (value.value, value.source, value.changed_by) == (people.RUNNER_UP, "human", "ana")
    assert (value.page, value.box) == (1, [0.1, 0.9, 0.2, 0.92])
    correction = Correction.objects.get(document=item.document)
    assert (correction.before, correction.after) == ("RG-2024-0334", people.RUNNER_UP)
    assert happened(item) == ["review.corrected"]

    # Sent twice it counts once.
    assert send(cast.ana, item, SECOND, version).status_code == 200
    assert happened(item) == ["review.corrected"]


def test_the_value_that_stands_there_can_be_confirmed(item: ReviewItem, cast: Cast) -> None:
    actions.answer(
        item=item,
        by=cast.ana,
        version=fresh(item.document).version,
        field=FIELD,
        choice=FIRST,
    )

    assert happened(item) == ["review.confirmed"]
    assert FieldValue.objects.get(document=item.document, name=FIELD).source == "human"


def test_who_may_only_look_answers_nothing(item: ReviewItem, cast: Cast) -> None:
    assert send(cast.omar, item, SECOND).status_code == 422
    assert send(cast.stine, item, SECOND).status_code == 404

    assert happened(item) == []


def test_an_answer_to_another_version_is_refused(item: ReviewItem, cast: Cast) -> None:
    seen = fresh(item.document).version
    Document.objects.filter(pk=item.document.pk).update(version=seen + 1)

    answer = send(cast.ana, item, SECOND, seen)

    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text
    assert happened(item) == []


def test_an_item_that_somebody_else_has_open_is_not_answered(item: ReviewItem, cast: Cast) -> None:
    assert actions.claim(item, cast.bob)

    answer = send(cast.ana, item, SECOND)

    assert answer.status_code == 422
    assert "bob has it open. Take it over first." in answer.text
    assert not part(answer).has(".quick")
    assert happened(item) == []


def test_what_is_said_after_a_write_is_not_covered_by_the_quick_question(
    item: ReviewItem, cast: Cast
) -> None:
    ana = client_of(cast.ana)
    document = fresh(item.document)
    typed = {"field": "gross_total", "value": "many", "version": document.version}
    verdict = {"verdict": "approve", "version": document.version}
    writes = [("comment", {"text": "Ask Becker."}), ("correct", typed), ("decide", verdict)]

    for step, sent in writes:
        answer = ana.post(reverse(f"review:{step}", args=[item.code]), sent, headers=HTMX)
        assert part(answer).has("#panel [data-question]")
        assert not part(answer).has(".quick")
    assert "no longer offered" in send(cast.ana, item, "0" * 12).text
    assert not part(send(cast.ana, item, "0" * 12)).has(".quick")
    # It comes again with the document.
    assert page_of(cast.ana, item).has(".quick")


def test_without_javascript_neither_covers_what_was_written_nor_leaves_the_queue(
    item: ReviewItem, cast: Cast
) -> None:
    ana = client_of(cast.ana)
    address = reverse("review:comment", args=[item.code]) + "?sort=amount&whole=1"

    answer = ana.post(address, {"text": "Ask Becker."}, follow=True)

    assert answer.redirect_chain[-1][0].endswith("?sort=amount&whole=1")
    assert part(answer).has("#panel [data-question]")
    assert not part(answer).has(".quick")


def test_what_follows_the_whole_document_begins_with_its_own_quick_question(
    item: ReviewItem, cast: Cast
) -> None:
    content = people.paper(**{"RG-2024-0334": "RG-77", "18.04.2024": people.printed(40)})
    people.in_review(cast.nordlicht, content, doubt=FIELD)

    answer = client_of(cast.ana).post(
        reverse("review:decide", args=[item.code]),
        {"verdict": "file", "version": fresh(item.document).version},
        headers=HTMX,
    )

    assert part(answer).has("#panel > .quick")


def test_an_answer_that_is_not_offered_is_refused(item: ReviewItem, cast: Cast) -> None:
    for choice in ("0" * 12, "nonsense", ""):
        assert send(cast.ana, item, choice).status_code == 422

    with pytest.raises(actions.Refused, match="no longer offered"):
        actions.answer(item=item, by=cast.ana, version=1, field="no_field", choice=FIRST)
    assert happened(item) == []


def test_the_picture_is_the_framed_place_of_the_field(item: ReviewItem, cast: Cast) -> None:
    answer = client_of(cast.omar).get(
        reverse("field_picture", args=[item.document.code, "gross_total"])
    )

    assert answer["Content-Type"] == "image/webp"
    assert answer["Cache-Control"] == "private, max-age=3600"
    with Image.open(BytesIO(answer.content)) as picture:
        cut = picture.convert("RGB")
    whole = client_of(cast.omar).get(reverse("page_picture", args=[item.document.code, 1]))
    with Image.open(BytesIO(whole.content)) as page:
        assert 0.4 < cut.width / page.width < 0.6
        assert 0.08 < cut.height / page.height < 0.2
    places = ((x, y) for x in range(cut.width) for y in range(cut.height))
    blue = [place for place in places if _is_blue(cut.getpixel(place))]
    assert blue, "the place is framed"
    box = FieldValue.objects.get(document=item.document, name="gross_total").box
    assert box is not None
    wide = max(x for x, _ in blue) - min(x for x, _ in blue)
    assert wide == pytest.approx((box[2] - box[0]) * 1190 + 10, abs=8)


def _is_blue(colour: object) -> bool:
    assert isinstance(colour, tuple)
    return bool(colour[2] > 150 and colour[0] < 60)


def test_a_field_without_a_place_has_no_picture(item: ReviewItem, cast: Cast) -> None:
    FieldValue.objects.filter(document=item.document, name=FIELD).update(box=None, others=[])

    for name in (FIELD, "purchase_order", "nonsense"):
        address = reverse("field_picture", args=[item.document.code, name])
        assert client_of(cast.ana).get(address).status_code == 404
