"""What waits beside the search's index is sorted in, and found before and after."""

import pytest

from accounts import scope
from claims.models.queries import search
from claims.services import searching
from tests.factories import DossierFactory


@pytest.mark.django_db
def test_what_waits_beside_the_index_is_sorted_in_and_found_all_along():
    wanted = DossierFactory(plate="ZZ-987-YX")
    DossierFactory.create_batch(3)

    with scope.system(scope.System.UPKEEP):
        before = search(("zz987yx",))
        waited, waits = searching.settle(), searching.settle()

        assert before == search(("zz987yx",)) == (wanted.pk,)
    assert waited > 0
    assert waits == 0
