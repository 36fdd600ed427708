"""Bad files of the whole world: each gets its answer in time, and the next good one is read.

By default a fixed third of the collection, and all that is known to crash, swell or lock; with
HOSTILE=all every file. `../reliability.md` section 4.2 says what each group must get.
"""

import csv
import os
import random
import resource
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.reading.papers import paper
from zohodocs.domain.reading import Reading, Unreadable
from zohodocs.pipeline import reading
from zohodocs.pipeline.extraction import extract
from zohodocs.pipeline.reading import Sandbox, refusals

COLLECTION = Path(__file__).resolve().parents[2] / "../shared/hostile"
CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus"
GOOD = paper([(72, 700, "Invoice 4711")])
SHARE = 1 if os.environ.get("HOSTILE") == "all" else 3
ALWAYS = ("made/", "qpdf/enc", "opf/encryption", "pillow/oom", "pypdf/")
MUTATIONS = 200

CODES = refusals.CODES | {
    "empty_file",
    "not_a_pdf",
    "type_not_allowed",
    "xml_malformed",
    "xml_dtd_forbidden",
    "xml_encoding",
    "xml_too_deep",
    "xml_too_large",
    "xml_not_an_invoice",
}
# Group: codes it may be refused with (None: any), whether it may be accepted, seconds it may take.
DAMAGED = {"pdf_damaged", "pdf_no_pages", "not_a_pdf", "type_not_allowed", "empty_file"}
EXPECTED: dict[str, tuple[set[str], bool, float]] = {
    "pdf-malformed": (DAMAGED | {"pdf_password", "reader_crashed"}, True, 10),
    "pdf-fuzz": (DAMAGED | {"xml_malformed", "xml_encoding"}, True, 10),
    "trivial": (DAMAGED, False, 2),
    "polyglot": (DAMAGED, False, 2),
    "pdf-encrypted": ({"pdf_password"}, True, 2),
    "pdf-bomb": ({"too_large_unpacked", "too_many_pages"}, True, 10),
    "image-bomb": ({"too_many_pixels"}, False, 10),
    "zip-bomb": ({"type_not_allowed"}, False, 2),
    "zip-slip": ({"type_not_allowed"}, False, 2),
    "pdf-real-world-broken": (set(), True, 30),
    "pdf-syntax-violation": (set(), True, 30),
    "pdf-odd-valid": ({"pdf_password"}, True, 30),
    "pdf-active-content": ({"pdf_password"}, True, 10),
    "xml-bomb-xxe": (
        {"xml_dtd_forbidden", "xml_malformed", "xml_encoding", "xml_too_deep", "type_not_allowed"},
        True,
        1,
    ),
    "xml-malformed": ({"xml_malformed"}, False, 1),
    "image-crasher": ({"image_damaged", "too_many_pixels"}, True, 10),
    "image-unsupported-type": ({"type_not_allowed"}, False, 2),
    "image-bomb-or-broken": ({"image_damaged", "too_many_pixels", "type_not_allowed"}, True, 10),
    "fraud": ({"type_not_allowed"}, True, 10),
    "prompt-injection": (set(), True, 10),
    "filename": (set(), True, 10),
    "csv-injection": ({"type_not_allowed"}, True, 10),
    "xss": (set(), True, 10),
    "mail": ({"type_not_allowed"}, False, 2),
}
# Accepted, refused with a code, or nothing: exactly this for these.
KNOWN = {
    "made/pdf_flate_bomb_200MB.pdf": "too_large_unpacked",
    "made/pdf_flate_nested_1GB.pdf": "too_large_unpacked",
    "made/pdf_20000_pages.pdf": "too_many_pages",
    "made/pdf_self_form_loop.pdf": "reader_crashed",
    "made/pdf_zero_pages.pdf": "pdf_no_pages",
    "made/pdf_truncated_half.pdf": "pdf_damaged",
    "made/png_40000x40000.png": "too_many_pixels",
    "made/ubl_xxe_file.xml": "xml_dtd_forbidden",
    "made/ubl_billion_laughs.xml": "xml_dtd_forbidden",
    "made/xml_deep_nesting.xml": "xml_too_deep",
    "made/xml_utf7.xml": "xml_encoding",
    "made/exe_named.pdf": "not_a_pdf",
    "made/empty.pdf": "empty_file",
    "opf/encryption_openpassword.pdf": "pdf_password",
    "opf/encryption_notextaccess.pdf": "accepted",
    "pillow/hopper_bad_exif.jpg": "accepted",
    "pillow/truncated_app14.jpg": "accepted",
}


@dataclass(frozen=True)
class Hostile:
    """A file of the collection."""

    name: str
    group: str

    @property
    def content(self) -> bytes:
        return (COLLECTION / self.name).read_bytes()


def collection() -> list[Hostile]:
    with (COLLECTION / "MANIFEST.tsv").open(encoding="utf-8", newline="") as manifest:
        rows = csv.DictReader(manifest, delimiter="\t")
        return [Hostile(row["file"], row["group"]) for row in rows]


def chosen() -> list[Hostile]:
    return [
        file
        for number, file in enumerate(collection())
        if number % SHARE == 0 or file.name.startswith(ALWAYS) or file.name in KNOWN
    ]


@pytest.fixture(scope="module")
def child() -> Iterator[Sandbox]:
    sandbox = Sandbox()
    reading.read(GOOD, child=sandbox)  # warm: the budgets are for reading, not for starting
    yield sandbox
    sandbox.close()


def worked(child: Sandbox) -> float:
    """CPU seconds of this process, of its reader and of the readers before it."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = time.process_time() + ended.ru_utime + ended.ru_stime
    if child.pid is None:
        return seconds
    # Fields 14 and 15 of proc(5) stat, counted behind the command's closing bracket.
    fields = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
    return seconds + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def read_and_extract(content: bytes, name: str, child: Sandbox) -> tuple[str, Reading | None]:
    """`accepted` or the code of the refusal; nothing else may come out."""
    read = None
    try:
        read = reading.read(content, filename=name, child=child)
        extract(read, child=child)
    except Unreadable as refused:
        outcome, message = refused.code, refused.message
    else:
        return "accepted", read
    assert outcome in CODES
    assert message.endswith(".")
    # XML that is safe and no invoice is read, and refused only when its values are asked for.
    return ("accepted", read) if outcome == "xml_not_an_invoice" else (outcome, None)


@pytest.mark.parametrize("file", chosen(), ids=lambda file: file.name)
def test_a_bad_file_gets_its_answer_in_time_and_the_next_is_read(
    file: Hostile, child: Sandbox
) -> None:
    codes, may_be_accepted, seconds = EXPECTED[file.group]
    begun = worked(child)
    outcome, _ = read_and_extract(file.content, file.name, child)
    # Seconds of work, not of the clock: the machine that runs the tests is shared.
    assert worked(child) - begun < seconds
    assert outcome in codes or (outcome == "accepted" and may_be_accepted), outcome
    assert outcome == KNOWN.get(file.name, outcome)
    assert [word.text for word in reading.read(GOOD, child=child).pages[0].words] == (
        ["Invoice", "4711"]
    )


def test_only_the_file_that_aborts_native_code_costs_a_child(child: Sandbox) -> None:
    before = child.counts.crashed
    outcome, _ = read_and_extract(
        (COLLECTION / "made/pdf_self_form_loop.pdf").read_bytes(), "loop.pdf", child
    )
    assert (outcome, child.counts.crashed - before) == ("reader_crashed", 1)
    for file in collection():
        if file.group == "pdf-malformed" and file.name.startswith("qpdf/bad"):
            read_and_extract(file.content, file.name, child)
    assert child.counts.crashed - before == 1


@pytest.mark.parametrize(
    "name", ["pdf_image_30000x30000.pdf", "pdf_huge_mediabox.pdf", "pdf_flate_nested_1GB.pdf"]
)
def test_drawing_the_page_of_a_bomb_is_bounded_too(name: str, child: Sandbox) -> None:
    begun = worked(child)
    content = (COLLECTION / "made" / name).read_bytes()
    drawn, code = b"", ""
    try:
        drawn = reading.render_page(content, 1, child=child)
    except Unreadable as refused:
        code = refused.code
    assert code in CODES or 0 < len(drawn) < 1_000_000
    assert worked(child) - begun < 10


def test_the_file_that_an_xml_points_at_appears_nowhere(child: Sandbox) -> None:
    secret = Path("/etc/passwd").read_text().splitlines()[0]
    content = (COLLECTION / "made/ubl_xxe_file.xml").read_bytes()
    with pytest.raises(Unreadable) as refused:
        reading.read(content, child=child)
    assert secret not in refused.value.message


def test_a_sentence_for_machines_in_white_is_not_read(child: Sandbox) -> None:
    content = (COLLECTION / "made/inv_prompt_injection_white.pdf").read_bytes()
    outcome, read = read_and_extract(content, "invoice.pdf", child)
    assert outcome == "accepted"
    assert read is not None
    assert "hidden_text" in read.notes
    finding = next(f for f in extract(read, child=child).findings if f.code == "hidden_text")
    assert finding.review


def test_broken_real_documents_are_still_read(child: Sandbox) -> None:
    files = [file for file in collection() if file.group == "pdf-real-world-broken"]
    read = [read_and_extract(file.content, file.name, child)[1] for file in files]
    assert sum(one is not None and one.has_text for one in read) >= 0.95 * len(files)


def good_files() -> list[Path]:
    """Papers of suppliers, e-invoices and receipts that are read as they are; pictures are few,
    because most of their time goes to recognition."""
    kinds = {
        "vendor_real/*.pdf": 60,
        "mustang/*.pdf": 9,
        "cen_en16931/*.xml": 30,
        "oca_fatturapa/*.xml": 20,
        "ksef_fa/*.xml": 20,
        "wildreceipt/*.jp*g": 8,
    }
    return [path for pattern, most in kinds.items() for path in sorted(CORPUS.glob(pattern))[:most]]


def mutated(content: bytes, chance: random.Random) -> bytes:
    """A few bytes other than they were, now and then the end cut off."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 30)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    if chance.random() < 0.3:
        del changed[chance.randrange(len(changed)) :]
    return bytes(changed)


@pytest.mark.parametrize("part", range(4))
def test_good_files_with_a_few_wrong_bytes_crash_nothing(part: int, child: Sandbox) -> None:
    # Seeded on purpose: the same files in every run.
    files = good_files()
    assert {path.suffix for path in files} >= {".pdf", ".xml"}
    crashed = child.counts.crashed
    outcomes: Counter[str] = Counter()
    for number in range(part, MUTATIONS, 4):
        chance = random.Random(20_261_123 + number)
        path = chance.choice(files)
        begun = worked(child)
        outcome, _ = read_and_extract(mutated(path.read_bytes(), chance), path.name, child)
        outcomes[outcome] += 1
        assert worked(child) - begun < 10, path.name
    assert set(outcomes) <= CODES | {"accepted"}
    assert outcomes["accepted"] > 0
    assert outcomes.total() == MUTATIONS / 4
    assert child.counts.crashed == crashed
    assert [word.text for word in reading.read(GOOD, child=child).pages[0].words] == (
        ["Invoice", "4711"]
    )
