"""The ledger's fence, its immutability, and the rows every grid begins with."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.rowsecurity import (
    CABINET,
    CABINET_OF_SITE,
    ESTABLISHMENT,
    EVERYTHING,
    USER,
    DatabaseOnly,
    IsolateRows,
    any_of,
)

OWN_SITE = "site_id = ANY ((SELECT scope_ids('portal.establishments'))::bigint[])"


def transmitted(version: str) -> str:
    """The cabinet asking has received this version; the transmissions' own policy speaks first."""
    return f"EXISTS (SELECT FROM tariffs_transmission t WHERE t.version_id = {version} AND t.{CABINET})"


OWN_VERSION = (
    f"({OWN_SITE} AND EXISTS (SELECT FROM tariffs_tariffversion v"
    " WHERE v.id = tariffs_tariffrate.version_id AND v.site_id = tariffs_tariffrate.site_id))"
)

IMMUTABLE = """
CREATE FUNCTION tariff_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE restrict_violation USING MESSAGE = 'a tariff version never changes: send a new one';
END $$;
CREATE TRIGGER settled BEFORE UPDATE OR DELETE ON tariffs_tariffversion
  FOR EACH ROW EXECUTE FUNCTION tariff_settled();
CREATE TRIGGER settled BEFORE UPDATE OR DELETE ON tariffs_tariffrate
  FOR EACH ROW EXECUTE FUNCTION tariff_settled();
-- Rows come with their version, in its transaction, or not at all; only the portal itself may write history.
CREATE FUNCTION tariff_row_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT scope_all() AND EXISTS (SELECT FROM tariffs_tariffversion v
      WHERE v.id = NEW.version_id AND v.sent_at < transaction_timestamp()) THEN
    RAISE restrict_violation USING MESSAGE = 'this tariff version is settled: send a new one';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER in_time BEFORE INSERT ON tariffs_tariffrate FOR EACH ROW EXECUTE FUNCTION tariff_row_in_time();
"""

UNDO = """
DROP TRIGGER in_time ON tariffs_tariffrate;
DROP FUNCTION tariff_row_in_time();
DROP TRIGGER settled ON tariffs_tariffrate;
DROP TRIGGER settled ON tariffs_tariffversion;
DROP FUNCTION tariff_settled();
"""


class SettledVersions(DatabaseOnly):
    """Nobody changes a version, whatever the scope."""

    model_name = "tariffversion"

    def forwards(self, table: str) -> list[str]:
        return [IMMUTABLE]

    def backwards(self, table: str) -> list[str]:
        return [UNDO]


# The rows of the network's grid as it is used today (EG-72); its administrator keeps them in the admin.
PAYERS = ("PUBLIC", "TAUX CAPSAUTO", "TAUX ELEXIA", "TAUX ASSERCAR", "MACIF", "COVEA", "MATMUT", "MAIF")


def seed(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    payers = apps.get_model("tariffs", "DefaultPayer").objects.using(schema_editor.connection.alias)
    for position, name in enumerate(PAYERS):
        payers.get_or_create(key=name.casefold(), defaults={"name": name, "position": position * 10})


class Migration(migrations.Migration):
    dependencies = [("tariffs", "0001_initial"), ("accounts", "0004_delegation_scope")]
    operations = [
        IsolateRows(
            "tariffversion", read=any_of(OWN_SITE, transmitted("tariffs_tariffversion.id")), write=any_of(OWN_SITE)
        ),
        IsolateRows(
            "tariffrate",
            read=any_of(OWN_SITE, transmitted("tariffs_tariffrate.version_id")),
            write=any_of(OWN_VERSION),
        ),
        IsolateRows("transmission", read=any_of(CABINET_OF_SITE, ESTABLISHMENT), write=EVERYTHING),
        IsolateRows("tariffdraft", read=any_of(USER), write=any_of(f"({USER} AND {OWN_SITE})")),
        IsolateRows("tariffpdf", read=any_of(OWN_SITE, transmitted("tariffs_tariffpdf.version_id")), write=EVERYTHING),
        SettledVersions(),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
