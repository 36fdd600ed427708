"""What the reading noticed, in words for the person who decides."""

from __future__ import annotations

from collections.abc import Iterator

from zohodocs.domain.reading import Reading, Unreadable
from zohodocs.domain.verdicts import Finding

NO_EINVOICE = Finding("no_einvoice", "This document carries no e-invoice. Please type it in.")
NO_PAGE = Finding(
    "no_page", "This e-invoice has no printed page for the rules to read. Use its own values."
)
NEEDS_OCR = Finding(
    "needs_ocr",
    "This document is a picture without readable text. Please type the values in, or wait until "
    "text recognition has read it.",
)
_NOTES = {
    "hidden_text": Finding(
        "hidden_text",
        "This PDF contains text that cannot be seen on the page. It was left out. Please check "
        "the sender before you approve.",
    ),
    "active_content": Finding(
        "active_content",
        "This PDF contains a script or starts a program. Nothing of it was run.",
        review=False,
    ),
}


def of_reading(reading: Reading) -> Iterator[Finding]:
    """The findings that follow from the notes, whatever engine reads the document."""
    silent = _numbers(reading, "page_needs_ocr")
    if silent:
        yield Finding(
            "page_needs_ocr",
            _silent_pages(silent),
            data={"pages": [int(number) for number in silent]},
        )
    partly = _numbers(reading, "page_partly_read")
    if partly:
        yield Finding(
            "page_partly_read",
            f"Some of the print on page {', '.join(partly)} could not be read; it may be in a "
            "script that text recognition does not know. Please compare every value with the page.",
            data={"pages": [int(number) for number in partly]},
        )
    other = _numbers(reading, "text_differs")
    if other:
        yield Finding(
            "text_differs",
            f"The text stored with page {', '.join(other)} is not what the picture of the page "
            "shows. The picture was read. Please compare every value with the page, and check the "
            "sender before you approve.",
            data={"pages": [int(number) for number in other]},
        )
    unchecked = _numbers(reading, "text_unchecked")
    if unchecked:
        yield Finding(
            "text_unchecked",
            f"Page {', '.join(unchecked)} is a picture with text stored behind it, and the two "
            "could not be compared. Please compare every value with the page.",
            data={"pages": [int(number) for number in unchecked]},
        )
    for note in reading.notes:
        if note in _NOTES:
            yield _NOTES[note]


def _numbers(reading: Reading, note: str) -> list[str]:
    """The pages that such notes name."""
    parts = (said.partition(":") for said in reading.notes)
    return [number for name, colon, number in parts if colon and name == note]


def unreadable_einvoice(name: str, error: Unreadable) -> Finding:
    """The attached e-invoice was of no use."""
    return Finding(
        "einvoice_unreadable",
        f"The e-invoice inside this PDF ({name}) cannot be used, so the printed page was read "
        "instead. Please compare every value with the page.",
        data={"name": name, "reason": error.code},
    )


def _silent_pages(numbers: list[str]) -> str:
    if len(numbers) == 1:
        return f"Page {numbers[0]} is a picture and was not read. Please look whether it says more."
    return (
        f"Pages {', '.join(numbers)} are pictures and were not read. "
        "Please look whether they say more."
    )
