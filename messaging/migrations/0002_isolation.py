"""The outbox's fence: a person's own notifications, and their cabinet's for staff; written by the outbox alone."""

from django.db import migrations

from accounts.rowsecurity import ENTRUSTED_SITE, EVERYTHING, IsolateRows, any_of, entrusted_dossier, of_cabinet

# A notification has no dossier of its own: its subject may be one.
ABOUT = f"(subject_type = 'claims.dossier' AND {entrusted_dossier('subject_id')})"
OF_NOTHING = "(establishment_id IS NULL AND starts_with(subject_type, 'accounts.'))"


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial"), ("accounts", "0002_isolation")]
    operations = [
        IsolateRows(
            "notification",
            read=any_of("recipient_id = (SELECT scope_user())", of_cabinet(ENTRUSTED_SITE, ABOUT, OF_NOTHING)),
            write=EVERYTHING,
        ),
    ]
