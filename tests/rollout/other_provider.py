"""A provider that is none of ours."""

from openfeature.provider.in_memory_provider import InMemoryFlag, InMemoryProvider


class Other(InMemoryProvider):
    """Knows one flag."""

    def __init__(self) -> None:
        super().__init__({"new_cache": InMemoryFlag("on", {"on": True, "off": False})})
