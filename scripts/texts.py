"""Bring the catalogues of Russian and Polish texts up to date, and compile them.

    python -m scripts.texts

Needs Debian's gettext. Says what is still to be translated, and ends with 1 if anything is.
"""

import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from itertools import product
from pathlib import Path

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.core.management import call_command
from django.core.management.commands import makemessages

from scripts import sentences

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("ru", "pl")
_NOT_THE_PRODUCT = ["tests", "docs", "scripts", "monitoring", ".*"]
# Texts that pass through gettext, and sentences that are stored in English (scripts/sentences.py).
DOMAINS = ("django", "sentences")
_PLACEHOLDER = {"django": r"%\(\w+\)[a-z]|%[sd%]", "sentences": r"\{\w+\}"}


def main() -> int:
    """Collect, compile, say what is missing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zohodocs.settings")
    os.environ.setdefault("SECRET_KEY", "only-to-collect-texts")
    django.setup()
    collect(ROOT)
    faults = []
    for language, domain in product(LANGUAGES, DOMAINS):
        catalogue = read(ROOT, language, domain)
        place(ROOT, language, domain).with_suffix(".mo").write_bytes(compiled(catalogue))
        faults += [f"{language}: {fault}" for fault in faults_of(catalogue, domain)]
    print("\n".join(faults) or "texts: complete")
    return 1 if faults else 0


def place(root: Path, language: str, domain: str) -> Path:
    """The catalogue of a language."""
    return root / "locale" / language / "LC_MESSAGES" / f"{domain}.po"


def read(root: Path, language: str, domain: str) -> Catalog:
    """The catalogue as it stands in its file."""
    with place(root, language, domain).open("rb") as file:
        return read_po(file, locale=language, domain=domain)


def compiled(catalogue: Catalog) -> bytes:
    """What Django reads: the same bytes for the same catalogue."""
    file = BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def collect(root: Path) -> None:
    """Take new texts into the catalogues, and out what the code no longer says."""
    for language, domain in product(LANGUAGES, DOMAINS):
        if not place(root, language, domain).exists():
            place(root, language, domain).parent.mkdir(parents=True, exist_ok=True)
            write(root, language, domain, Catalog(locale=language, fuzzy=False))
    _collect_texts(root)
    said = sentences.collected(root)
    for language in LANGUAGES:
        known = read(root, language, "sentences")
        catalogue = Catalog(locale=language, fuzzy=False)
        for sentence in said:
            old = known.get(sentence)
            catalogue.add(sentence, old.string if old else "")
        write(root, language, "sentences", catalogue)
        write(root, language, "django", read(root, language, "django"))


def _collect_texts(root: Path) -> None:
    command = makemessages.Command()
    # A guess from a text that is merely alike is worse than a gap, which is reported.
    command.msgmerge_options = [*command.msgmerge_options, "--no-fuzzy-matching"]
    here = Path.cwd()
    os.chdir(root)
    try:
        call_command(
            command,
            locale=list(LANGUAGES),
            ignore_patterns=_NOT_THE_PRODUCT,
            no_location=True,
            no_obsolete=True,
            no_wrap=True,
            verbosity=0,
        )
    finally:
        os.chdir(here)


def write(root: Path, language: str, domain: str, catalogue: Catalog) -> None:
    """Put the catalogue into its file; the same texts give the same bytes."""
    catalogue.header_comment = "# Texts of ZohoDocs. Made with: python -m scripts.texts"
    catalogue.project = catalogue.last_translator = catalogue.language_team = "ZohoDocs"
    catalogue.version = "1"
    # A date would make two people's catalogues differ where their texts do not.
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    with place(root, language, domain).open("wb") as file:
        write_po(file, catalogue, width=100, no_location=True, ignore_obsolete=True)


def faults_of(catalogue: Catalog, domain: str) -> Iterator[str]:
    """What is not translated, and what lost a value that is filled in."""
    places = re.compile(_PLACEHOLDER[domain])
    for message in catalogue:
        if not message.id:
            continue
        if message.fuzzy:
            yield f"only guessed: {_shown(message)}"
        for source, text in _pairs(message):
            if not text:
                yield f"not translated: {_shown(message)}"
                break
            if set(places.findall(source)) != set(places.findall(text)):
                yield f"other values are filled in: {_shown(message)} → {text!r}"


def _shown(message: Message) -> str:
    return repr(message.id)


def _pairs(message: Message) -> Iterator[tuple[str, str]]:
    """Each translated form with the English one whose values it must show."""
    if isinstance(message.id, str):
        yield message.id, str(message.string or "")
        return
    forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    for form in forms:
        yield message.id[-1], str(form or "")


if __name__ == "__main__":
    sys.exit(main())
