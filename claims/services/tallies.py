"""The ledger of counts, folded."""

from django.db import connection, transaction

FOLD = """
WITH gone AS (
  DELETE FROM claims_dossiertally WHERE id IN (SELECT id FROM claims_dossiertally FOR UPDATE SKIP LOCKED)
  RETURNING cabinet_id, establishment_id, tab, is_ve, difference)
INSERT INTO claims_dossiertally (cabinet_id, establishment_id, tab, is_ve, difference)
SELECT cabinet_id, establishment_id, tab, is_ve, sum(difference) FROM gone
GROUP BY 1, 2, 3, 4 HAVING sum(difference) <> 0
"""


@transaction.atomic
def fold() -> None:
    """Replace the committed differences by their sums; differences still being written are left for the next time."""
    with connection.cursor() as cursor:
        cursor.execute(FOLD)
