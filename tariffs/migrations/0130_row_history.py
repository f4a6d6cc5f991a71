"""The history of rates: versions never change, and whoever changes one by hand all the same is written down."""

from django.db import migrations

from accounts.rowhistory import KeepHistory


class Migration(migrations.Migration):
    dependencies = [
        ("tariffs", "0002_ledger"),
        ("accounts", "0130_row_history"),
    ]

    operations = [
        KeepHistory("tariffversion", added=True),
        KeepHistory("tariffrate"),
        KeepHistory("transmission"),
    ]
