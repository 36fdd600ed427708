"""Text on a page that is meant for a machine: orders to a model, its marks, orders in disguise.

Papers talk to people. One that tells its reader to ignore instructions wants something; a person
should see it, and no model. A list of words catches no clever liar, so it is only the first fence.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Sequence

from zohodocs.domain.reading import PageText

# Orders: to leave off (verb) what was said (noun), in the languages of our papers and some more.
_LEAVE = (
    r"ignor\w*|disregard\w*|forget|overrid\w*|bypass\w*|missachte\w*|vergiss|vergessen sie"
    r"|oublie\w*|olvid\w*|omit[ae]\w*|dimentica\w*|trascura\w*|zignoruj\w*|zapomnij\w*|pomin\w*"
    r"|negeer\w*|vergeet|esquec\w*|desconsider\w*|bortse\w*|glom|se bort|glem|zapomen\w*"
    r"|unusta\w*|eira\w*|unohda\w*|игнориру\w*|проигнориру\w*|забудь\w*"
)
_SAID = (
    r"instruct\w*|instrukt?[cz]?\w*|instruks\w*|prompts?|rules|guidelines|anweisung\w*|vorgaben"
    r"|consigne\w*|instruc\w*|reglas|istruzion\w*|regole|polecen\w*|instructie\w*|pokyn\w*|juhis\w*"
    r"|ohje\w*|инструкци\w*|указани\w*|команд\w*"
    # A dunning letter asks to ignore it if a previous bill was paid; nobody to ignore all before.
    r"|(?:all|alles?|everything|anything|tout|todo|tudo|tutto|wszystko|всё?)"
    r" (?:\w+ ){0,3}(?:above|previous\w*|before|prior|obige|vorherige|bisherige|precedent\w*"
    r"|anterior\w*|powyzej)"
)
_ORDERS = re.compile(rf"\b(?:{_LEAVE})\b.{{0,80}}?\b(?:{_SAID})\b|\b(?:{_LEAVE}) (?:{_SAID})\b")
_SQUEEZED = re.compile(
    r"(?:ignor|disregard|forget|overrid|vergiss|missacht|oubli|olvid|dimentic|zignoruj)"
    r".{0,60}(?:instru|prompt|rules|anweisung|consigne|istruzion|polecen|previous|above)"
)
_MARKS = re.compile(
    r"<\|?/?(?:im_start|im_end|system|assistant|endoftext|user)\|?>|\[/?inst\]|<</?sys>>"
    r"|\b(?:system|developer) ?(?:prompt|override|instruction)\w*"
    r"|\b(?:new|updated|revised|real) instructions?\b|\bjailbreak\w*"
    r"|#{2,} ?(?:system|instruction|assistant)"
)
# The makers' names alone mean nothing: their invoices bear them.
_NAMES = re.compile(
    r"\b(?:large )?language model\b|\bsprachmodell\w*|\bmodele de langage\b|\bmodelo de lenguaje\b"
    r"|\bmodello linguistico\b|\bmodel jezykowy\b|\btaalmodel\b|языковая модель"
    r"|\b(?:chatgpt|gpt-?\d?\w?|claude|gemini|copilot|llm|ai|assistant|bot|model) ?[:,] ?"
    r"(?:please|ignore|set|use|report|answer|output|return|write|treat|change|extract|say)\b"
    r"|\b(?:you are|act as|behave as|pretend to be|du bist|tu es|eres|sei|jestes|je bent)"
    r" (?:now )?(?:an? |ein\w* |une? )?(?:ai|ki|ia|bot|assistant|assistent\w*|parser|machine)\b"
)
# The names of our own fields; no supplier prints them.
_FIELDS = re.compile(
    r"\b(?:gross_total|net_total|tax_total|amount_due|supplier_name|supplier_tax_id"
    r"|invoice_number|issue_date|document_text|auto_?approve\w*|document_type)\b"
)
_FAR_EASTERN = re.compile(
    "(?:忽略|无视|無視|忘记|忘れ).{0,20}(?:指令|指示|提示|说明|規則|规则|命令)"
)
_PATTERNS = (_ORDERS, _MARKS, _NAMES, _FIELDS, _FAR_EASTERN)
_ENCODED = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
_LOOK_ALIKES = str.maketrans("асеорхукі0134$@", "aceopxykioieasa")
_LONGEST_PASSAGE = 200_000


def machines(pages: Sequence[PageText]) -> bool:
    """Whether any passage of the pages seems meant for a machine."""
    return any(_is_meant(" ".join(word.text for word in page.words)) for page in pages)


def _is_meant(text: str) -> bool:
    text = text[:_LONGEST_PASSAGE]
    plain = _folded(text)
    # Orders in look-alike letters or packed in base64 are orders, too.
    ways = (plain, plain.translate(_LOOK_ALIKES), *_unpacked(text))
    return any(pattern.search(way) for way in ways for pattern in _PATTERNS) or any(
        _SQUEEZED.search(run) for run in _set_apart(plain)
    )


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l"))
    # й and ё lose their marks as é does; format characters hide between letters.
    kept = (c for c in letters if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return " ".join("".join(kept).split())


def _set_apart(plain: str) -> list[str]:
    """`i g n o r e  a l l`, or what the reader already made of it, as `ignoreall`."""
    runs = re.findall(r"(?:\b\w\b[ .\-_]{1,3}){8,}\w\b|\w{16,}", plain)
    return [re.sub(r"[\W_]", "", run) for run in runs]


def _unpacked(text: str) -> list[str]:
    found = []
    for packed in _ENCODED.findall(text):
        try:
            raw = base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
        except binascii.Error:
            continue
        found.append(_folded(raw.decode("utf-8", "replace")))
    return found
