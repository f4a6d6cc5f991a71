"""The outbox's fence: a person's own notifications, and their cabinet's for staff; written by the outbox alone."""

from django.db import migrations

from accounts.rowsecurity import CABINET, EVERYTHING, IsolateRows, any_of


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial"), ("accounts", "0002_isolation")]
    operations = [
        IsolateRows("notification", read=any_of("recipient_id = (SELECT scope_user())", CABINET), write=EVERYTHING),
    ]
