"""One rendered example made to stand beside others of its kind on one page."""

from __future__ import annotations

import re

# Attributes that name an id.
_IDS = re.compile(r' (id|for|list|aria-labelledby|aria-describedby)="([^"]+)"')
# What an example must not do by itself: take the focus, ask the server.
_DEEDS = re.compile(r' autofocus\b| hx-(?:get|post|trigger|swap-oob)="[^"]*"| action="[^"]*"')
# Nor when somebody tries it: such a form only closes the dialog it stands in.
_METHOD = re.compile(r' method="(?:get|post)"')
_PICTURE = re.compile(r'src="[^"]*/(?:pages|fields)/\w+\.webp[^"]*"')
_DIALOG = re.compile(r"<dialog ")
# Parts of a page one can jump to: each has a name of its own.
_NAMED = re.compile(r'(<(?:section|nav)\b[^>]* aria-label="[^"]*)"')


def apart(html: str, number: int, *, picture: str) -> str:
    """The same, with ids of its own, at rest; a page's picture is this one, a dialog is open."""
    html = _IDS.sub(lambda found: f' {found[1]}="{_own(found[2], number)}"', html)
    html = _DEEDS.sub("", html)
    html = _METHOD.sub(' method="dialog"', html)
    html = _NAMED.sub(rf'\1 {number}"', html)
    html = _PICTURE.sub(f'src="{picture}"', html)
    return _DIALOG.sub("<dialog open ", html)


def _own(names: str, number: int) -> str:
    return " ".join(f"{name}-{number}" for name in names.split())
