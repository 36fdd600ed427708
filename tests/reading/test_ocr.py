"""Print in pictures is read, whichever way the paper lies, and its place is where it is seen."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.reading.papers import drawing
from tests.reading.pictures import ACCENTED, RECEIPT, file_of, picture
from zohodocs.domain.reading import OCR, TEXT, Box, Reading, Word
from zohodocs.pipeline import reading
from zohodocs.pipeline.extraction import extract
from zohodocs.pipeline.reading import Recogniser, Sandbox
from zohodocs.pipeline.reading.ocr import engines, geometry

SAID = " ".join(text for _, _, text in RECEIPT)


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recogniser]:
    warm = Recogniser(tmp_path_factory.mktemp("ocr"))
    yield warm
    warm.close()


def text_of(read: Reading, page: int = 1) -> str:
    return " ".join(word.text for word in read.pages[page - 1].words)


def place(read: Reading, text: str) -> Box:
    (word,) = (word for word in read.pages[0].words if word.text == text)
    return word.box


def scan(page: Image.Image) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(io.BytesIO(file_of(page))), 0, 0, 595, 842)

    return draw


def test_a_picture_is_read_word_by_word_where_the_words_stand(
    child: Sandbox, recogniser: Recogniser
) -> None:
    read = reading.read(file_of(picture()), child=child, recogniser=recogniser)
    assert text_of(read) == SAID
    assert (read.notes, read.pages[0].source) == (("ocr",), OCR)
    assert all(0.8 < word.confidence <= 1 for word in read.pages[0].words)
    x0, y0, x1, y1 = place(read, "INV-2041")
    assert y0 < 116 / 1000 < y1
    assert 0.35 < x0 < 0.41
    assert 0.5 < x1 < 0.6


@pytest.mark.parametrize("degrees", [90, 180, 270, 3.0, -4.5])
def test_however_the_paper_lies_it_is_read_and_its_words_are_found_in_the_picture(
    degrees: float, child: Sandbox, recogniser: Recogniser
) -> None:
    upright = picture()
    lying = upright.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    read = reading.read(file_of(lying), child=child, recogniser=recogniser)
    assert text_of(read) == SAID
    # What stands inside the box of a word is that word.
    x0, y0, x1, y1 = place(read, "INV-2041")
    width, height = lying.size
    cut = lying.crop((int(x0 * width), int(y0 * height), int(x1 * width), int(y1 * height)))
    ink = sum(1 for level in cut.convert("L").tobytes() if level < 128) / (cut.width * cut.height)
    assert ink > 0.08
    assert abs(cut.width * cut.height - 160 * 32) < 160 * 32


def test_fields_of_a_tilted_page_are_read_as_on_a_level_one_and_shown_tilted(
    child: Sandbox, recogniser: Recogniser
) -> None:
    tilted = picture().rotate(4, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    found = extract(reading.read(file_of(tilted), child=child, recogniser=recogniser))
    assert found.fields["gross_total"].value == "119.00"
    assert found.fields["invoice_number"].value == "INV-2041"
    box = found.fields["gross_total"].box
    assert box is not None
    # The total stands on the line at 340 + 16 of 1000, 160 of 800; turned left it rises.
    assert box[1] < 0.36 < box[3] + 0.06


def test_a_photographed_sheet_is_cut_out_of_its_table(
    child: Sandbox, recogniser: Recogniser
) -> None:
    sheet, table = picture(), Image.new("RGB", (1400, 1500), (60, 50, 45))
    # Seen from below: the far edge is shorter.
    table.paste(
        sheet.transform(
            (1400, 1500),
            Image.Transform.PERSPECTIVE,
            _coefficients(
                [(300, 200), (1080, 240), (1200, 1340), (180, 1300)],
                [(0, 0), (800, 0), (800, 1000), (0, 1000)],
            ),
            Image.Resampling.BICUBIC,
            fillcolor=(60, 50, 45),
        )
    )
    read = reading.read(file_of(table), child=child, recogniser=recogniser)
    assert text_of(read) == SAID


def _coefficients(shown: list[tuple[int, int]], flat: list[tuple[int, int]]) -> tuple[float, ...]:
    return geometry.between(shown, flat)[:8]


def test_only_the_scanned_page_of_a_mixed_pdf_is_recognised(
    child: Sandbox, recogniser: Recogniser
) -> None:
    mixed = drawing(
        lambda canvas: canvas.drawString(
            72, 700, "A page that says itself what it says, in ten words"
        ),
        scan(picture()),
    )
    read = reading.read(mixed, child=child, recogniser=recogniser)
    assert read.notes == ("page_ocr:2",)
    assert [page.source for page in read.pages] == [TEXT, OCR]
    assert read.pages[0].words[0] == Word("A", read.pages[0].words[0].box, 1.0)
    assert text_of(read, 2) == SAID


def test_faint_print_is_read(child: Sandbox, recogniser: Recogniser) -> None:
    faint = picture().point([200 + level // 8 for level in range(256)] * 3)
    read = reading.read(file_of(faint), child=child, recogniser=recogniser)
    assert text_of(read) == SAID


def test_an_empty_sheet_says_that_nothing_was_read(child: Sandbox, recogniser: Recogniser) -> None:
    blank = file_of(Image.new("RGB", (600, 800), "white"))
    read = reading.read(blank, child=child, recogniser=recogniser)
    assert (read.notes, read.has_text) == (("needs_ocr",), False)


def test_letters_keep_their_marks(child: Sandbox, recogniser: Recogniser) -> None:
    words = (
        "Rechnungsübersicht",
        "Größe",
        "Straße",
        "Numéro",
        "échéance",
        "España",
        "Città",
        "più",
    )
    page = picture(
        tuple((60, 40 + 70 * row, word) for row, word in enumerate(words)), height=40, font=ACCENTED
    )
    read = reading.read(file_of(page), child=child, recogniser=recogniser)
    assert text_of(read).split() == list(words)


@pytest.mark.parametrize("name", engines.NAMES)
def test_every_engine_can_take_the_others_place(name: str, child: Sandbox, tmp_path: Path) -> None:
    with_it = Recogniser(tmp_path, engine=name)
    try:
        read = reading.read(file_of(picture()), child=child, recogniser=with_it)
        # The quickest one sometimes loses a blank.
        assert text_of(read).replace(" ", "") == SAID.replace(" ", "")
        assert min(word.confidence for word in read.pages[0].words) > 0.8
    finally:
        with_it.close()
