"""Blocks: segments that stand under each other like an address, and what their lines say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .amounts import Amount
from .countries import US_PHONE, country_named
from .dates import DateFound
from .layout import Layout, Line, Segment
from .lexicon import Hit, Hits, chain_of
from .text import PIECE

_EMAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
_WEB = re.compile(
    r"(?:https?://|www\.)([\w-]+(?:\.[\w-]+)*)|^[\w-]+\.(?:com|net|org|de|fr|pl|eu)$", re.IGNORECASE
)
_PHONE = re.compile(r"^\s*(?:\+|00|\(?0)[\d\s()/.\-–]{6,}\d\s*$")
POSTCODE = re.compile(
    r"(?:^|[\s,])(?:[A-Z]{1,3}-)?(?:\d{2}-\d{3}|\d{3} \d{2}|\d{4} ?[A-Z]{2}|\d{4,6}|"
    r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d)(?=[\s,]|$)"
)
_STREET = re.compile(r"(?:[^\W\d_]{2,}.*\b\d{1,5}\b|\b\d{1,5}[a-z]?\b,?\s+[^\W\d_]{2,})")
LEGAL_FORM = re.compile(
    r"(?<![\w.])(?:GmbH(?: ?& ?Co\.?,? ?KG)?|GMBH|mbH|AG|a\. ?G\.|KGaA|KG|OHG|UG|e\.? ?K\.?|"
    r"e\.? ?V\.?|GbR|SE|LTD\.?|LIMITED|INC\.?|CORP\.?|Ltd\.?|Limited|LLC|L\.L\.C\.|LLP|"
    r"Inc\.?|Incorporated|Corp\.?|Corporation|"
    r"PLC|plc|Company|[Ss]p\. ?z ?o\. ?o\.?|Sp\. ?[jk]\.|s\.c\.|P\.S\.A\.|SPÓŁKA Z O\.?O\.?|"
    r"SPÓŁKA AKCYJNA|S\.A\.?|SA|S\.?r\.?l\.?s?|SRL|S\.p\.A\.?|SpA|SPA|S\.?n\.?c\.?|S\.a\.s\.?|SARL|"
    r"Sarl|SAS|SASU|EURL|S\.?L\.?U?\.?|SL|B\.?V\.?|N\.?V\.?|VOF|ASBL|SPRL|OÜ|AS|A/S|ApS|AB|Oy|Oyj|"
    r"ООО|ЗАО|ОАО|АО|ПАО|ИП|SIA|UAB|s\.r\.o\.|a\.s\.|Kft\.?|Zrt\.?|d\.o\.o\.|Lda\.?|Ltda\.?|"
    r"Pty\.?(?: Ltd\.?)?|Sdn\.? Bhd\.?)(?!\w)"
)
# No line of an address is longer.
_LONGEST_LINE = 200
# A year at the end of a date is no postcode.
_YEAR = re.compile(r"\d(?:st|nd|rd|th)?[.,/ -]+(?:[^\W\d_]+\.? )?(?:19|20)\d\d\b")
# Type heights between two lines of one block.
_LEADING = 1.15


@dataclass(slots=True)
class Block:
    """Segments under each other, aligned left, right or centred."""

    segments: list[Segment] = field(default_factory=list)

    @property
    def first(self) -> Segment:
        """The uppermost segment."""
        return self.segments[0]

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(segment.text for segment in self.segments)

    def holds(self, line: Line, offset: int) -> bool:
        """Whether this offset of the line lies in the block."""
        return any(s.line is line and s.start <= offset < s.end for s in self.segments)


@dataclass(slots=True)
class LineFacts:
    """What the finders know of each line, for telling addresses from other text."""

    hits: Hits
    dates: list[list[DateFound]]
    amounts: list[list[Amount]]
    tables: set[int]


def blocks_of(layout: Layout, *, page: int) -> list[Block]:
    """The blocks of one page in the order of their first lines."""
    blocks: list[Block] = []
    open_blocks: list[Block] = []
    for line in layout.lines:
        if line.page != page:
            continue
        open_blocks = [
            b for b in open_blocks if line.y0 - b.segments[-1].y1 < 2 * _LEADING * line.height
        ]
        for segment in line.segments:
            home = next((b for b in open_blocks if _continues(b.segments[-1], segment)), None)
            if home is None:
                home = Block()
                blocks.append(home)
                open_blocks.append(home)
            home.segments.append(segment)
    return blocks


def joined_heads(blocks: list[Block]) -> list[Block]:
    """Blocks, a line set apart in larger type joined to the street that follows under it."""
    joined: list[Block] = []
    used: set[int] = set()
    for block in blocks:
        if id(block) in used:
            continue
        if len(block.segments) == 1 and not is_street(block.first.text):
            head = block.first
            for other in blocks:
                under = other.first
                gap = under.y0 - head.y1
                if other is block or not -1 <= gap <= 1.6 * head.height:
                    continue
                if _aligned(head, under) and (is_street(under.text) or is_place(under.text)):
                    used.add(id(other))
                    joined = [b for b in joined if b is not other]
                    block = Block([head, *other.segments])
                    break
        joined.append(block)
    return joined


def _continues(above: Segment, segment: Segment) -> bool:
    if above.line is segment.line:
        return False
    tall, small = sorted((above.height, segment.height), reverse=True)
    if tall > 1.9 * small or segment.y0 - above.y1 > _LEADING * small:
        return False
    return _aligned(above, segment)


def _aligned(above: Segment, segment: Segment) -> bool:
    left = abs(above.x0 - segment.x0) < 4
    right = abs(above.x1 - segment.x1) < 4
    middle = abs(above.x0 + above.x1 - segment.x0 - segment.x1) < 6
    return left or right or middle


def emails(text: str) -> list[str]:
    """Domains of the e-mail addresses in the text."""
    if "@" not in text:
        return []
    return [domain.casefold() for domain in _EMAIL.findall(text)]


def websites(text: str) -> list[str]:
    """Domains of the web addresses in the text."""
    return [m.group(1).casefold() for m in _WEB.finditer(text) if m.group(1)]


def reaches(text: str) -> bool:
    """Whether the text is a way to reach someone: e-mail, web, telephone."""
    if len(text) > _LONGEST_LINE:
        return False
    return bool(
        _EMAIL.search(text)
        or _WEB.search(text)
        or _PHONE.match(text)
        or (US_PHONE.search(text) and len(text) < 34)
    )


def is_place(text: str) -> bool:
    """Whether the text looks like a postcode with its town."""
    if len(text) > _LONGEST_LINE:
        return False
    return bool(POSTCODE.search(text)) and not _YEAR.search(text) and not reaches(text)


def is_street(text: str) -> bool:
    """Whether the text looks like a street with its number."""
    return len(text) <= _LONGEST_LINE and bool(_STREET.search(text)) and not reaches(text)


def is_country(text: str) -> bool:
    """Whether the text is a country's name or code and nothing else."""
    return bool(country_named(text))


def wordy(text: str) -> bool:
    """Whether the text has a word in it."""
    return any(any(char.isalpha() for char in word) for word in PIECE.findall(text))


_FIELD_LABELS = frozenset(
    [
        "invoice_number",
        "order_number",
        "customer_number",
        "other_number",
        "issue_date",
        "due_date",
        "delivery_date",
        "other_date",
        "net_total",
        "tax_total",
        "gross_total",
        "amount_due",
        "payment_terms",
        "iban",
        "bic",
        "currency",
        "tax_id",
        "supplier_tax_id",
        "buyer_tax_id",
        "company_id",
    ]
)
PARTY_LABELS = frozenset(("supplier", "buyer", "other_party"))


def field_label(hits: Hits, segment: Segment) -> Hit | None:
    """The label of another field that opens this segment (strong, or with a colon)."""
    for hit in hits.labels[segment.line.index]:
        if hit.start < segment.start or hit.start >= segment.end or not hit.leads:
            continue
        if not _FIELD_LABELS & hit.fields.keys():
            continue
        strong = max(hit.fields.get(name, 0.0) for name in _FIELD_LABELS)
        rest = segment.line.text[hit.end : segment.end]
        if strong < 1 and part_label(hits, segment):
            continue
        value = rest.split()[:1]
        if hit.end - hit.start <= 3 and not hit.colon and value and not _has_digit(value[0]):
            continue
        if hit.colon or (strong >= 1 and (hit.alone or any(c.isdigit() for c in rest))):
            return hit
    return None


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)


def part_label(hits: Hits, segment: Segment) -> Hit | None:
    """The label of a part of an address ("Name:", "Tel.", "Attn:") that opens this segment."""
    for hit in hits.parts[segment.line.index]:
        if segment.start <= hit.start < segment.end and hit.leads:
            if hit.colon or hit.alone or "skip" in hit.fields or "contact" in hit.fields:
                return hit
            if "salutation" in hit.fields:
                return hit
    return None


def party_label(hits: Hits, segment: Segment, names: frozenset[str] = PARTY_LABELS) -> Hit | None:
    """The label of a party that opens this segment: alone, with a colon, or a whole phrase.

    "Bill to Globex" needs no colon, "Customer service" is no label.
    """
    row = hits.labels[segment.line.index]
    for hit in row:
        here = segment.start <= hit.start < segment.end and hit.leads
        if not here or not names & hit.fields.keys():
            continue
        whole = chain_of(hit, row)
        if whole.colon or (whole.alone and not _code(segment.text)):
            return whole
        rest = segment.line.text[hit.end : segment.end].split()
        if hit.words > 1 and rest and len(rest) <= 6 and rest[0][:1].isupper():
            return hit
    return None


def _code(text: str) -> bool:
    """Whether it is rather a country code ("DE") than a small word ("de")."""
    return len(text) == 2 and text.isupper()
