"""What Zoho would refuse after the hold is said before the approval."""

from __future__ import annotations

import pytest

from review import actions
from tests import cast as people
from tests.cast import Cast, fresh
from tests.factories import ConnectionFactory
from zohodocs.models import State, Tax


@pytest.mark.django_db
@pytest.mark.parametrize("connected", [True, False])
def test_a_rate_without_a_tax_in_zoho_is_refused_before_the_hold(
    cast: Cast, connected: bool
) -> None:
    if connected:
        ConnectionFactory(organization=cast.nordlicht)
    Tax.objects.all().delete()
    item = people.in_review(cast.nordlicht, people.paper())
    document = fresh(item.document)
    item.document = document

    if not connected:
        actions.approve(item=item, by=cast.ana, version=document.version, accept_doubts=True)
        assert fresh(document).state == State.APPROVED
        return
    with pytest.raises(actions.Blocked) as refused:
        actions.approve(item=item, by=cast.ana, version=document.version, accept_doubts=True)
    assert str(refused.value).endswith(".")
    assert fresh(document).state == State.IN_REVIEW
