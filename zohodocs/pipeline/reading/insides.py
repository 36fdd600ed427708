"""What a PDF carries beside its pages: an e-invoice, scripts, repairs. Runs in the child."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf

from zohodocs.domain.reading import Unreadable
from zohodocs.domain.signed_files import unwrapped
from zohodocs.pipeline.extraction.einvoice import is_einvoice

# qpdf's own remarks about a broken file would repeat what the note `repaired` says.
logging.getLogger("pikepdf").setLevel(logging.CRITICAL)

MAX_XML_BYTES = 20 * 1024 * 1024
_MAX_ATTACHMENTS = 100
_MAX_ANNOTATIONS = 2000
_MAX_PAGES_LOOKED_AT = 200
# As the standards call it; such a file is taken even when broken, so that somebody hears of it.
EINVOICE_NAMES = frozenset(
    {"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "facturx.xml", "xinvoice.xml"}
)
_ACTIVE = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/RichMediaExecute", "/GoToE"}
)


@dataclass(frozen=True, slots=True)
class Insides:
    """What was found; everything empty where the file's structure cannot be walked."""

    xml: bytes | None = None
    xml_name: str = ""
    notes: tuple[str, ...] = ()


def look(content: bytes) -> Insides:
    """Looks without opening, running or fetching anything; a file it cannot walk yields nothing."""
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            return _look(pdf)
    except (
        pikepdf.PdfError,
        pikepdf.PasswordError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        RuntimeError,
    ):
        # PDFium is the judge of whether the pages can be read.
        return Insides()


def _look(pdf: pikepdf.Pdf) -> Insides:
    notes = []
    if _is_active(pdf):
        notes.append("active_content")
    name, xml = _einvoice(pdf)
    if pdf.get_warnings():
        notes.append("repaired")
    return Insides(xml=xml, xml_name=name, notes=tuple(notes))


def _einvoice(pdf: pikepdf.Pdf) -> tuple[str, bytes | None]:
    """The attached e-invoice: by a standard's name, else the first that looks like one."""
    sniffed: tuple[str, bytes | None] = ("", None)
    for name, stream in _attached(pdf):
        known = name.lower() in EINVOICE_NAMES
        # A name proves nothing: senders attach the invoice as `data.bin` or without any ending.
        content = _bytes(stream) if known or sniffed[1] is None else None
        if content is None:
            continue
        if known:
            return name, content
        xml = _unsigned(content)
        if xml is not None and is_einvoice(xml):
            sniffed = name, xml
    return sniffed


def _unsigned(content: bytes) -> bytes | None:
    try:
        return unwrapped(content)
    except Unreadable:
        return None


def _attached(pdf: pikepdf.Pdf) -> Iterator[tuple[str, Any]]:
    """Every attached file, by the name tree and by the associated files of PDF/A-3."""
    files = [*list(_named_files(pdf))[:_MAX_ATTACHMENTS], *_array(pdf.Root.get("/AF"))]
    for file in files[:_MAX_ATTACHMENTS]:
        if not isinstance(file, pikepdf.Dictionary):
            continue
        embedded = file.get("/EF")
        if not isinstance(embedded, pikepdf.Dictionary):
            continue
        stream = embedded.get("/UF") or embedded.get("/F")
        if isinstance(stream, pikepdf.Stream):
            name = str(file.get("/UF") or file.get("/F") or "")
            yield name.replace("\\", "/").rsplit("/", 1)[-1], stream


def _named_files(pdf: pikepdf.Pdf) -> Iterator[Any]:
    names = pdf.Root.get("/Names")
    tree = names.get("/EmbeddedFiles") if isinstance(names, pikepdf.Dictionary) else None
    if isinstance(tree, pikepdf.Dictionary):
        yield from pikepdf.NameTree(tree).values()


def _bytes(stream: Any) -> bytes | None:
    try:
        content: bytes = stream.read_bytes()
    except pikepdf.PdfError:
        return None
    return content if len(content) <= MAX_XML_BYTES else None


def _is_active(pdf: pikepdf.Pdf) -> bool:
    """Scripts, programs, forms that send themselves: never run here, but people should know."""
    root = pdf.Root
    names = root.get("/Names")
    if isinstance(names, pikepdf.Dictionary) and "/JavaScript" in names:
        return True
    if "/AA" in root or _acts(root.get("/OpenAction")):
        return True
    form = root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary) and "/XFA" in form:
        return True
    looked = 0
    for page in _some_pages(pdf):
        if "/AA" in page:
            return True
        for note in _array(page.get("/Annots")):
            looked += 1
            if looked > _MAX_ANNOTATIONS:
                return False
            if isinstance(note, pikepdf.Dictionary) and (
                "/AA" in note
                or _acts(note.get("/A"))
                or note.get("/Subtype") in ("/RichMedia", "/Movie", "/Screen", "/3D")
            ):
                return True
    return False


def _some_pages(pdf: pikepdf.Pdf) -> Iterator[Any]:
    for number, page in enumerate(pdf.pages):
        if number >= _MAX_PAGES_LOOKED_AT:
            return
        yield page.obj


def _acts(action: Any) -> bool:
    return isinstance(action, pikepdf.Dictionary) and str(action.get("/S", "")) in _ACTIVE


def _array(value: Any) -> list[Any]:
    return list(value) if isinstance(value, pikepdf.Array) else []
