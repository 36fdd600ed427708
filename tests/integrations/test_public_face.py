"""What the packages promise to keep is what they export."""

import integrations.llm
import integrations.resilience
import integrations.zoho_books
from integrations import errors


def test_every_exported_name_is_there() -> None:
    for package in (integrations.zoho_books, integrations.llm, integrations.resilience):
        for name in package.__all__:
            assert getattr(package, name).__doc__ or isinstance(getattr(package, name), int)


def test_every_public_name_is_exported() -> None:
    for package in (integrations.zoho_books, integrations.llm, integrations.resilience):
        public = {
            name
            for name, value in vars(package).items()
            if not name.startswith("_") and getattr(value, "__module__", "").startswith("integ")
        }
        assert public <= set(package.__all__)


def test_every_error_survives_a_copy_with_its_message() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    kinds = [kind for kind in kinds if issubclass(kind, errors.IntegrationError)]

    assert len(kinds) >= 16
    assert all(kind.__doc__ for kind in kinds)
