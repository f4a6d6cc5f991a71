"""The history of dossiers and documents; what the database derives, and where files lie, is no part of it."""

from django.db import migrations

from accounts.rowhistory import KeepHistory

DERIVED = [
    "search_text", "insured_key", "vehicle_key", "plate_key", "former_plates", "former_keys", "tab", "state_since",
    "received_count", "sent_count", "last_received_at", "updated_at",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0130_queues"),
        ("accounts", "0130_row_history"),
    ]

    operations = [
        KeepHistory("dossier", untold=DERIVED, dossier="id"),
        KeepHistory("document", untold=["file", "shown", "thumbnail", "pages"], dossier="dossier_id"),
    ]
