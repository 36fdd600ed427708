"""The sentences that the checks and the posting write into the database, found in the code.

They are English there, because the database, the audit trail and the commands are; the pages show
them in the reader's language (`zohodocs/web/sentences.py`).
"""

import ast
from collections.abc import Iterator
from pathlib import Path

# Where sentences for accountants are written that do not pass through gettext.
SPEAKING = (
    "zohodocs/arrivals",
    "zohodocs/clients",
    "zohodocs/domain",
    "zohodocs/pipeline",
    "zohodocs/posting",
    "zohodocs/rollout/shadow.py",
    "zohodocs/operations/repairing.py",
    "integrations/errors.py",
)
# What fills their places, and what the rule below does not take for a sentence.
WORDS = (
    "Accepted by a person: {0}",
    "A document",
    "A document of {0}",
    "A bill in Zoho Books",
    "A bill in Zoho Books of {0}",
    "{0} % ({1})",
    "the amount is above {0}",
    "the amount cannot be compared with the limit in another currency",
    "the bank details are new or changed",
    "the vendor is new",
    "type of document",
    "vendor",
    "vendor's VAT number",
    "invoice number",
    "issue date",
    "currency",
    "total amount",
    "net amount",
    "tax amount",
    "VAT number",
    "name",
    "standard",
    "zero-rated",
    "exempt",
    "reverse charge",
    "purchase within the EU",
    "export",
    "outside the scope of tax",
    "petty cash",
    "business card",
    "a proforma",
    "not an invoice",
    "it was deleted",
    "it was made void",
    "its file was removed",
    "a PDF, an e-invoice (XML) or a picture (JPEG, PNG, TIFF or WebP)",
)
_TOLD_BY_GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext"}
_FEWEST_WORDS = 3
_LONGEST = 400  # longer is an instruction to a language model


def collected(root: Path) -> list[str]:
    """Every sentence once, in the order of the code; what an f-string fills in is `{0}`, `{1}` …"""
    found = dict.fromkeys(WORDS)
    for place in SPEAKING:
        path = root / place
        for file in [path] if path.suffix else sorted(path.rglob("*.py")):
            found.update(dict.fromkeys(_sentences(ast.parse(file.read_text(encoding="utf-8")))))
    return list(found)


def _sentences(module: ast.Module) -> Iterator[str]:
    passed_over: set[int] = set()
    for node in ast.walk(module):
        if id(node) in passed_over:
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed_over.add(id(node.value))  # a docstring
        elif isinstance(node, ast.Call) and _name(node.func) in _TOLD_BY_GETTEXT:
            passed_over.update(id(argument) for argument in node.args)
        elif isinstance(node, ast.JoinedStr):
            passed_over.update(id(part) for part in ast.walk(node) if part is not node)
            yield from _if_said(_of_parts(node))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _if_said(node.value)


def _name(function: ast.expr) -> str:
    return getattr(function, "id", "") or getattr(function, "attr", "")


def _of_parts(node: ast.JoinedStr) -> str:
    text, filled = "", 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        else:
            text += f"{{{filled}}}"
            filled += 1
    return text


def _if_said(text: str) -> Iterator[str]:
    """What a person is told: begins like a sentence, ends like one, and has some words."""
    begins = text[:1].isupper() or text[:1] == "{"
    ends = text[-1:] in (".", "?")
    if begins and ends and len(text.split()) >= _FEWEST_WORDS and len(text) <= _LONGEST:
        yield text
