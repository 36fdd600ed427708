"""The process that touches strangers' bytes: `python -m zohodocs.pipeline.reading.child PARENT`.

It loads its libraries once, gives up what it can (`confinement`), and answers one frame with one
frame until its input ends. It knows no Django, no settings and no secrets.
"""

from __future__ import annotations

from collections.abc import Callable

from zohodocs.pipeline.extraction import einvoice
from zohodocs.pipeline.reading import arranging, documents, pictures, serving
from zohodocs.pipeline.reading.serving import Answer


def _read(body: bytes, *, kind: str, max_pages: int) -> Answer:
    reading = documents.read(body, kind=kind, max_pages=max_pages)
    header = {
        "kind": reading.kind,
        "pages": [page.to_json() for page in reading.pages],
        "xml_name": reading.xml_name,
        "has_xml": reading.xml is not None,
        "notes": list(reading.notes),
    }
    return header, reading.xml or b""


def _render(body: bytes, *, kind: str, page: int, dpi: int, max_pixels: int) -> Answer:
    return {}, pictures.render(body, kind=kind, page=page, dpi=dpi, max_pixels=max_pixels)


def _pixels(body: bytes, *, kind: str, page: int, dpi: int, max_pixels: int) -> Answer:
    picture = pictures.page_picture(body, kind=kind, page=page, dpi=dpi, max_pixels=max_pixels)
    return {"width": picture.width, "height": picture.height}, picture.tobytes()


def _einvoice(body: bytes) -> Answer:
    return {"extraction": einvoice.parse(body).to_json()}, b""


def _arrange(body: bytes, *, sizes: list[int], kinds: list[str], picks: list[list[int]]) -> Answer:
    return {}, arranging.arranged(body, sizes=sizes, kinds=kinds, picks=picks)


TASKS: dict[str, Callable[..., Answer]] = {
    "read": _read,
    "render": _render,
    "pixels": _pixels,
    "einvoice": _einvoice,
    "arrange": _arrange,
}


def main() -> None:
    """Serves until the worker closes the pipe."""
    serving.serve(TASKS)


if __name__ == "__main__":
    main()
