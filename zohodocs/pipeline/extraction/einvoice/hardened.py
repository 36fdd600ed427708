"""XML from strangers: decoded by us, checked before parsing, parsed with everything off."""

from __future__ import annotations

import codecs
import re

from lxml import etree

from zohodocs.domain.reading import Unreadable

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 400_000  # elements and attributes; an invoice of 5,000 lines has half of it
_CHUNK = 64 * 1024

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Stateful or ASCII-incompatible encodings (UTF-7, UTF-32, EBCDIC, ...) can hide markup: not here.
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    # Written by tools that store a UTF-16 string as UTF-8: the declaration itself is 8-bit text.
    "utf-16": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "iso8859-1",
    "latin1": "iso8859-1",
    "iso-8859-2": "iso8859-2",
    "iso-8859-15": "iso8859-15",
    "windows-1250": "cp1250",
    "windows-1252": "cp1252",
}
_DECLARATION = re.compile(r"<\?xml\s[^>]*?\?>")
_ENCODING = re.compile(rb"""<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_START_TAG = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)[\s/>]")
_NAMESPACE = re.compile(r"""xmlns(?::[\w.-]+)?\s*=\s*["']([^"']{1,300})["']""")


def root_element(xml: bytes) -> tuple[etree._Element, str]:
    """The root with all namespaces stripped from the tags, and the root's own namespace.

    No DTD, no entities, no network, no XInclude, bounded size, depth and number of nodes.
    Raises Unreadable with `xml_too_large`, `xml_encoding`, `xml_dtd_forbidden`, `xml_too_deep` or
    `xml_malformed`.
    """
    text = _without_declaration(_decoded(xml))
    _refuse_doctype(text)
    root = _parsed(text)
    namespace = etree.QName(root).namespace or ""
    for element in root.iter("*"):
        element.tag = str(element.tag).rpartition("}")[2]
    return root, namespace


def sniff(xml: bytes, *, window: int = 16 * 1024) -> tuple[str, tuple[str, ...]]:
    """The root's local name and the namespaces declared on it, from the first bytes only.

    ("", ()) when it does not look like XML that `root_element` would take.
    """
    try:
        text = _without_declaration(_decoded(xml[:window], whole=len(xml) <= window))
        start = _prolog_end(text)
    except Unreadable:
        return "", ()
    tag = _START_TAG.match(text, start)
    if tag is None:
        return "", ()
    end = text.find(">", start)
    return tag[1], tuple(_NAMESPACE.findall(text, start, end if end > 0 else len(text)))


def _decoded(xml: bytes, *, whole: bool = True) -> str:
    if len(xml) > MAX_BYTES:
        raise Unreadable(
            "xml_too_large", "The XML is larger than 32 MB. Ask the sender for a smaller invoice."
        )
    codec, xml = _codec(xml)
    try:
        # An incremental decoder forgives a character cut off at the end of a sniffing window.
        return codecs.getincrementaldecoder(codec)().decode(xml, final=whole)
    except UnicodeDecodeError as error:
        raise _encoding_refused() from error


def _codec(xml: bytes) -> tuple[str, bytes]:
    """The codec, and the bytes without a byte order mark."""
    if xml.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise _encoding_refused()
    for mark, codec in _BYTE_ORDER_MARKS:
        if xml.startswith(mark):
            return codec, xml[len(mark) :]
    if xml.startswith(b"<\x00"):
        return "utf-16-le", xml
    if xml.startswith(b"\x00<"):
        return "utf-16-be", xml
    declared = _ENCODING.match(xml.lstrip()[:400])
    if declared is None:
        return "utf-8", xml
    try:
        return _CODECS[declared[1].decode("ascii").lower()], xml
    except KeyError as error:
        raise _encoding_refused() from error


def _without_declaration(text: str) -> str:
    """The text after `<?xml …?>`: it was decoded already, a second opinion would be a hole."""
    text = text.lstrip()
    declaration = _DECLARATION.match(text)
    return text[declaration.end() :] if declaration else text


def _refuse_doctype(text: str) -> None:
    if text[_prolog_end(text) :][:2] == "<!":
        raise Unreadable(
            "xml_dtd_forbidden",
            "The XML carries a document type definition, which invoices never need and attacks"
            " use. Ask the sender for the invoice without it.",
        )


def _prolog_end(text: str) -> int:
    """Where the first thing stands that is neither space, comment nor processing instruction."""
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if text.startswith("<!--", at):
            end, width = text.find("-->", at + 4), 3
        elif text.startswith("<?", at):
            end, width = text.find("?>", at + 2), 2
        else:
            return at
        if end < 0:
            raise _malformed()
        at = end + width


def _parsed(text: str) -> etree._Element:
    parser = etree.XMLPullParser(
        events=("start", "end"),
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    data = text.encode("utf-8", "surrogatepass")
    depth = nodes = 0
    try:
        for at in range(0, len(data), _CHUNK):
            parser.feed(data[at : at + _CHUNK])
            for event, element in parser.read_events():
                if event == "end":
                    depth -= 1
                    continue
                depth += 1
                # Always an element here; only the type of other events' payloads differs.
                nodes += 1 + (len(element.attrib) if isinstance(element, etree._Element) else 0)
                if depth > MAX_DEPTH:
                    raise _too_deep()
                if nodes > MAX_NODES:
                    raise _too_many()
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise _refused_by_parser(error) from error
    if root.getroottree().docinfo.internalDTD is not None:  # the second lock on the same door
        raise Unreadable("xml_dtd_forbidden", "The XML carries a document type definition.")
    return root


def _refused_by_parser(error: etree.XMLSyntaxError) -> Unreadable:
    # libxml2 has limits of its own and reports them as syntax errors; it names the limit in words.
    said = (error.msg or "").lower()
    if "depth" in said:
        return _too_deep()
    if "huge" in said or "too long" in said or "too big" in said:
        return _too_many()
    return _malformed()


def _encoding_refused() -> Unreadable:
    return Unreadable(
        "xml_encoding",
        "The XML is not in an encoding we accept, or its bytes do not fit the encoding it names."
        " Ask the sender for UTF-8.",
    )


def _malformed() -> Unreadable:
    return Unreadable(
        "xml_malformed", "The XML is damaged (not well-formed). Ask the sender to send it again."
    )


def _too_deep() -> Unreadable:
    return Unreadable("xml_too_deep", "The XML is nested too deeply to be an invoice.")


def _too_many() -> Unreadable:
    return Unreadable(
        "xml_too_large", "The XML has more content than an invoice can have. Ask for a smaller one."
    )
