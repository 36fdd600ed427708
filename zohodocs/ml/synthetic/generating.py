"""From a seed to papers: the same seed makes the same papers on every machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from zohodocs.domain.reading import PageText

from .damage import scanned
from .invoices import print_invoice
from .letters import print_letter
from .paper import SUBJECTS, make_paper, told
from .receipts import print_receipt
from .sheet import Sheet
from .speech import LANGUAGES, Lexicon, speech_of

# Kind of paper -> how many of a hundred.
FAMILIES = {"invoice": 44, "receipt": 26, "credit_note": 8, "proforma": 7, "other": 15}
_SCANNED = {"receipt": 0.75}
_SCANNED_USUALLY = 0.3
_LETTERS = ("statement", "contract", "reminder")
_POSTED = {kind: FAMILIES[kind] for kind in ("invoice", "receipt", "credit_note")}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a paper shall be; an empty language or kind is left to chance."""

    language: str = ""
    kind: str = ""
    subject: str = ""


# What collections of real papers lack: pages of these languages, and papers that are not posted.
SETS: Mapping[str, _Wanted] = {
    "russian": _Wanted(language="ru"),
    "estonian": _Wanted(language="et"),
    "polish": _Wanted(language="pl"),
    "italian": _Wanted(language="it"),
    "spanish": _Wanted(language="es"),
    "proforma": _Wanted(kind="proforma"),
    "statement": _Wanted(kind="other", subject="statement"),
    "contract": _Wanted(kind="other", subject="contract"),
    "delivery_note": _Wanted(kind="other", subject="delivery_note"),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One paper: its pages as read, what it truly says, and the sheets it was printed on."""

    name: str
    language: str
    kind: str
    subject: str
    scan: bool
    pages: tuple[PageText, ...]
    fields: Mapping[str, str]
    sheets: tuple[Sheet, ...]


def papers(count: int, *, seed: int, lexicon: Lexicon) -> Iterator[Sample]:
    """So many papers; each depends on its own number and the seed only."""
    for number in range(count):
        # Papers, not keys: what matters is that they can be made again.
        rng = Random(f"{seed}/{number}")  # noqa: S311 - reproducible on purpose
        yield _sample(rng, f"{seed}-{number:05d}", lexicon)


def papers_of(name: str, count: int, *, seed: int, lexicon: Lexicon) -> Iterator[Sample]:
    """So many papers of the named set (`SETS`); those not to be posted in every language."""
    wanted = SETS[name]
    for number in range(count):
        # Of a stream of their own: no model has learnt from these.
        rng = Random(f"{name}/{seed}/{number}")  # noqa: S311 - reproducible on purpose
        language = wanted.language or LANGUAGES[number % len(LANGUAGES)]
        kind = wanted.kind or rng.choices(list(_POSTED), weights=list(_POSTED.values()))[0]
        made = _Wanted(language, kind, wanted.subject)
        yield _made(rng, f"{name}-{seed}-{number:05d}", lexicon, made)


def _sample(rng: Random, name: str, lexicon: Lexicon) -> Sample:
    kind = rng.choices(list(FAMILIES), weights=list(FAMILIES.values()))[0]
    language = rng.choice(
        (*LANGUAGES, "en", "en") if kind != "receipt" else (*LANGUAGES, *("en",) * 8)
    )
    subject = rng.choice(SUBJECTS) if kind == "other" else ""
    return _made(rng, name, lexicon, _Wanted(language, kind, subject))


def _made(rng: Random, name: str, lexicon: Lexicon, wanted: _Wanted) -> Sample:
    language, kind, subject = wanted.language, wanted.kind, wanted.subject
    paper = make_paper(rng, speech_of(language, lexicon), kind=kind, subject=subject)
    if kind == "receipt" and rng.random() < 0.92:
        sheets, truth = print_receipt(rng, paper)
    elif subject in _LETTERS:
        sheets, truth = print_letter(rng, paper)
    else:
        sheets, truth = print_invoice(rng, paper)
    truth = told(paper, truth, " ".join(run.text for sheet in sheets for run in sheet.runs))
    scan = rng.random() < _SCANNED.get(kind, _SCANNED_USUALLY)
    pages = tuple(sheet.page(number) for number, sheet in enumerate(sheets, 1))
    if scan:
        pages = tuple(scanned(rng, page) for page in pages)
    return Sample(name, language, kind, subject, scan, pages, truth, tuple(sheets))
