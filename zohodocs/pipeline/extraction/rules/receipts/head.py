"""Who gave the receipt: the first lines are the name, those after it the address."""

from __future__ import annotations

import re
from dataclasses import dataclass

from zohodocs.pipeline.extraction.rules.candidates import Candidate
from zohodocs.pipeline.extraction.rules.layout import Line

_HEAD_LINES = 16
_NAME_LINES = 8
_ADDRESS_LINES = 6
_WITH_FORM, _WITHOUT_FORM = 0.64, 0.5
_WHOLE_ADDRESS, _PART_OF_ADDRESS = 0.58, 0.35
# Legal forms that end the name of a firm; on receipts they are printed in any case.
_LEGAL = re.compile(
    r"(?:\bsdn\.?,?\s*bhd|\bs/b\b|\bbhd\b|\bpte\.?\s*ltd|\bl\.?t\.?d\b|\bllc\b|\binc\b|\bllp\b|"
    r"\bgmbh\b|\bs\.?a\.?r\.?l\b|\bsrl\b|\bs\.p\.a\b|\bsp\. ?z ?o\. ?o|\bb\.?v\.?\b|\bkg\b)"
)
# Words that firms' names end in, too, though a legal form beside them says more.
_FIRM = re.compile(r"\b(?:enterprise|trading|holdings?|co\.(?= |$)|marketing|hardware|restoran)")
_ONLY_LEGAL = re.compile(
    r"^\W*(?:\(m\)\W*)?(?:sdn\.?\s*bhd|bhd|(?:pte|pty)\.?\s*ltd|ltd|limited|llc|llp|plc|inc|gmbh|"
    r"s\.?a\.?r\.?l|s\.?r\.?l|s\.?l\.?u?|b\.?v|e\.?k|ug|kg|ohg|oy|mtu|eurl|sasu?)\W*$"
)
# "(728515-M)", "1202152-P", "(Co. No. 639240 H)": numbers of registers, no part of a name.
_REGISTERED = re.compile(
    r"\s*[\(\[]?\s*(?:(?:co|company|reg|roc|registration)[\s.,:]*(?:no|reg|number)?[\s.,:]*)?"
    r"[a-z]{0,3}\d{4,}\s?-?\s?[a-z0-9]{0,2}\s*[\)\]]?[,.\s]*$"
)
# Behind the end of a firm's name: a speck, a letter of the paper's other side.
_SPECK = re.compile(
    r"((?:\bbhd|\bs/b|\benterprise|\btrading|\bmarketing)\b[.,]?)\s+[^\s(&]{1,2}\s*$", re.IGNORECASE
)
# Figures that a word cannot have between its letters: the engine took one shape for another.
_MISTAKEN = re.compile(r"[A-Za-z]*[A-Za-z][01][A-Za-z]+|[01][A-Za-z]{3,}")
_AND = re.compile(r"(?:&|\band)\W*$")
# How alike the types of two lines are that are one name.
_ALIKE = 0.25
_NOT_A_NAME = re.compile(
    r"^\W*(?:(?:(?:tax|simplified|cash|sales?|official|guest|customer|duplicate|store|merchant)?\s*"
    r"(?:invoice|receipt|bill|copy|check|sales)|reprint|copy|order|take ?away|dine ?in|thanks?|"
    r"please|for staff|table|server|cashier|date|time|tel|fax|phone|gst|vat|www|http|e-?mail|page|"
    r"goods sold|returnable|no refund|come again|home of|member)\b|store\s*#|welcome to\b.{0,4}$)"
)
# Beginnings of what follows name and address.
_STOP = re.compile(
    r"(?:\bte[l1i]e?\b|\bte[l1i]e?\s?[.:\d]|\bprepay\b|\bchit\b|\btelep|\bfax\b|\bphone|\bph[.:]|\bh/p|\bhp[.:]|\bgst\b|"
    r"\bgstin\b|\bvat\b|\bsst\b|\btax\b|\binvoice\b|\breceipt\b|\bbill\b|\bcashier\b|\bdate\b|"
    r"\btime\b|\bwww\b|\bhttp|@|\btable\b|\bserver\b|\bhours?\b|\bhrs\b|\bitem\b|\bqty\b|"
    r"\bdescription\b|\border\b|\bcash\b|\bwelcome\b|\bcustomer|\bthank|\be-?mail|\bmember|"
    r"\btransaction|\btotal\b|\bcheck\b|\bchk\b|\bguest|\bwebsite|\bdoc(?:ument)? no|\bstation\b|"
    r"\bcounter\b|\bstaff\b|\bslip\b|\bsalesperson)"
)
_REGISTER_LINE = re.compile(
    r"^\W*(?:(?:co|company|business|roc|reg)[\s.,:]*(?:no|reg|regn|registration|number)\b|site\b|"
    r"[a-z]{0,3}\d{4,}\s?-?\s?[a-z]?\W*$|\(\s*[a-z]{0,3}\d{4,}\W*[a-z]{0,2}\W*$|roc\b|"
    r"(?:store|branch|outlet)\s*(?:no|#|:))"
)
# Numbers of registers may stand between name and address.
_BEFORE_ADDRESS = re.compile(r"\W*(?:gst|sst|tax id|vat|roc|co(?:mpany)?\b[\w\s.:]*\d)")
_DAY = re.compile(r"\d[/.-]\d{1,2}[/.-]\d{2}|\d{1,2}:\d{2}")
# A telephone number that shares the line with the end of an address.
_PHONE_AFTER = re.compile(r"[\s,;|]+(?:t|p|f|ph|te[l1i]|fax|phone|h/?p)\s?[.:]+\s*\+?[\d(].*$")
_IN_BRACKETS = re.compile(r"^\(.*\)$")
_PHONE_ONLY = re.compile(r"^[\s()+\d./-]{7,}$")
_ADDRESS = re.compile(
    r"(?:\d|\bjalan\b|\bjln\b|\bj[i1]n\b|\btaman\b|\btmn\b|\blot\b|\bno\b|\bunit\b|\broad\b|\brd\b|"
    r"\bst(?:reet)?\b|\bave(?:nue)?\b|\bblvd\b|\bfloor\b|\bplaza\b|\bmall\b|\bkampung\b|\bbandar\b|"
    r"\bstra(?:ss|s)e\b|\brue\b|\bplatz\b|\bvia\b|\bulica\b|\bul\b|\bcalle\b)"
)
_POSTCODE = re.compile(r"(?<!\d)\d{5,6}(?!\d)")
_CODE = re.compile(r"^\W*(?:[a-z]{1,3}\s?)?\d[\d\s-]*\W*$|^\W*[a-z]?\d{4,}\W*$")


@dataclass(frozen=True, slots=True)
class Head:
    """The supplier as the top of a receipt names it."""

    name: Candidate | None
    address: Candidate | None


def head_of(lines: list[Line]) -> Head:
    """Name and address from the first lines."""
    top = [line for line in lines if line.page == 1][:_HEAD_LINES]
    at = _name_at(top)
    if at is None:
        return Head(None, None)
    line = top[at]
    sure = _LEGAL.search(line.folded) or _FIRM.search(line.folded)
    text, score = _name(line), _WITH_FORM if sure else _WITHOUT_FORM
    if at and _continues(top[at - 1], line):
        text = f"{_name(top[at - 1])} {text}"
    end = at + 1
    if end < len(top) and _AND.search(line.folded) and _alike(line, top[end]):
        text, end = f"{text} {_name(top[end])}", end + 1
    if end < len(top) and _ONLY_LEGAL.match(top[end].folded):
        text, end = f"{text} {top[end].text.strip()}", end + 1
    if at > 3:
        score -= 0.1
    name = Candidate(text, score, line, 0, len(line.text))
    return Head(name, _address(top, end))


def _name_at(top: list[Line]) -> int | None:
    possible = []
    for at, line in enumerate(top[:_NAME_LINES]):
        if _is_name(line):
            possible.append(at)
        elif possible and (_STOP.search(line.folded) or _begins_address(line)):
            break
    for sign in (_LEGAL, _FIRM):
        for at in possible:
            if sign.search(top[at].folded):
                return at
    return possible[0] if possible else None


def _continues(above: Line, line: Line) -> bool:
    """Whether the name began on the line above: this one has but one word before the legal form,
    or the two are joined by an "and"."""
    if not _is_name(above) or _LEGAL.search(above.folded) or not _alike(above, line):
        return False
    if _AND.search(above.folded) or line.folded.lstrip().startswith("&"):
        return True
    legal = _LEGAL.search(line.folded)
    return legal is not None and len(re.findall(r"[a-z]{3,}", line.folded[: legal.start()])) == 1


def _alike(one: Line, other: Line) -> bool:
    """Whether two lines are set in the same type, one right under the other."""
    high = max(one.height, other.height)
    near = 0 <= other.y0 - one.y1 + _ALIKE * high < high
    return near and abs(one.height - other.height) <= _ALIKE * high


def _is_name(line: Line) -> bool:
    text = line.folded.strip()
    letters = sum(char.isalpha() and char.isascii() for char in text)
    if letters < 3 or letters < 0.45 * len(text.replace(" ", "")) or len(text) > 60:
        return False
    if (
        _ONLY_LEGAL.match(text)
        or _NOT_A_NAME.match(text)
        or _CODE.match(text)
        or _REGISTER_LINE.match(text)
    ):
        return False
    if _LEGAL.search(text) or _FIRM.search(text):
        return True
    if _STOP.search(text) or _begins_address(line):
        return False
    # Somebody's hand, in small letters, above the print.
    return not line.text.strip().islower()


def _begins_address(line: Line) -> bool:
    text = line.folded.strip()
    if _LEGAL.search(text):
        return False
    return bool(
        re.match(r"(?:no|lot|unit|jalan|jln|block|blk)\b", text)
        or re.match(r"\W*\d+[a-z]?[ ,-]", text)
        or (_POSTCODE.search(text) and re.search(r"[a-z]{3}", text))
    )


def _name(line: Line) -> str:
    """The line without ornaments and without the number of a register."""
    text = line.text.replace("\t", " ").strip(" *=-~|:.,'\"_#")
    found = _REGISTERED.search(text.lower())
    if found and found.start() > 3:
        text = text[: found.start()]
    text = _SPECK.sub(r"\1", text)
    return _MISTAKEN.sub(_respelled, text.strip(" *=-~|:,'\"_#"))


def _respelled(found: re.Match[str]) -> str:
    """A word of letters with the noughts and ones in it read as the letters they look like."""
    word = found.group()
    if sum(char.isalpha() for char in word) < 3:
        return word
    small = sum(char.islower() for char in word) > sum(char.isupper() for char in word)
    return word.replace("0", "o" if small else "O").replace("1", "l" if small else "I")


def _address(top: list[Line], start: int) -> Candidate | None:
    pieces: list[Line] = []
    for line in top[start:]:
        text = line.folded.strip()
        if not pieces and (_BEFORE_ADDRESS.match(text) or _IN_BRACKETS.match(text)):
            continue
        shared = _PHONE_AFTER.search(text)
        if shared and shared.start() > 0 and not _STOP.search(text[: shared.start()]):
            pieces.append(line)
            break
        if _STOP.search(text) or _PHONE_ONLY.match(text) or _DAY.search(text):
            break
        if _REGISTER_LINE.match(text):
            if pieces:
                break
            continue
        if not pieces and not _ADDRESS.search(text):
            continue
        if sum(char.isalpha() for char in text) < 2:
            break
        pieces.append(line)
        if len(pieces) >= _ADDRESS_LINES:
            break
    if not pieces:
        return None
    said = [_without_phone(piece) for piece in pieces]
    whole = bool(any(_POSTCODE.search(piece.folded) for piece in pieces))
    first = pieces[0]
    score = _WHOLE_ADDRESS if whole else _PART_OF_ADDRESS
    return Candidate(", ".join(said), score, first, 0, len(first.text))


def _without_phone(line: Line) -> str:
    shared = _PHONE_AFTER.search(line.folded)
    text = line.text[: shared.start()] if shared else line.text
    return text.replace("\t", " ").strip(" ,;*")
