"""What is learnt from a person's decision, as soon as it is taken."""

from __future__ import annotations

from zohodocs.learning import layouts
from zohodocs.pipeline.extraction import layout_memory


def learn(*, document_id: int, **_: object) -> None:
    """Keep the layout of a corrected and approved document; safe to run twice."""
    layouts.remember(document_id, learn=layout_memory.learn)
