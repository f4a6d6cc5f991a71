"""A car's former plates are kept, whoever changes the plate, and are found by the search."""

from django.db import migrations, models

import claims.models.dossiers

FOLD = claims.models.dossiers.Fold
JOINED = claims.models.dossiers.Joined

# Form, import and hand-written SQL alike; nobody else writes the two columns. A plate that comes back stands once.
KEEP = """
CREATE FUNCTION keep_former_plate() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  NEW.former_plates := OLD.former_plates;
  NEW.former_keys := OLD.former_keys;
  IF plate_key(OLD.plate) NOT IN ('', plate_key(NEW.plate)) THEN
    NEW.former_plates := COALESCE((SELECT jsonb_agg(kept ORDER BY place)
        FROM jsonb_array_elements(OLD.former_plates) WITH ORDINALITY AS former (kept, place)
        WHERE plate_key(kept ->> 'plate') <> plate_key(OLD.plate)), '[]')
      || jsonb_build_object('plate', OLD.plate, 'until', (now() AT TIME ZONE 'Europe/Paris')::date);
    NEW.former_keys := (SELECT string_agg(' ' || plate_key(kept ->> 'plate') || ' ', '')
      FROM jsonb_array_elements(NEW.former_plates) AS kept);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_former_plate BEFORE UPDATE OF plate, former_plates, former_keys ON claims_dossier FOR EACH ROW
  WHEN (OLD.plate <> NEW.plate OR OLD.former_plates <> NEW.former_plates OR OLD.former_keys <> NEW.former_keys)
  EXECUTE FUNCTION keep_former_plate();
"""
# As it was: it went with its column.
INDEX = """
CREATE INDEX dossier_search ON claims_dossier USING gin (establishment_id, cabinet_id, search_text gin_trgm_ops)
  WITH (fastupdate = on, gin_pending_list_limit = 262144);
"""
PLATE_KEY = models.Func(models.F("plate"), function="plate_key", output_field=models.TextField())


def search_text(*further: str) -> models.GeneratedField:
    names = ("reference", "claim_number", PLATE_KEY, "insured_name", "make", "model", "siret", *further)
    return models.GeneratedField(expression=FOLD(JOINED(*names)), output_field=models.TextField(), db_persist=True)


class Migration(migrations.Migration):
    dependencies = [("claims", "0111_guided_photos")]
    operations = [
        migrations.AddField(
            "dossier",
            "former_plates",
            models.JSONField("immatriculations précédentes", db_default=[], default=list, editable=False),
        ),
        migrations.AddField(
            "dossier", "former_keys", models.TextField(blank=True, db_default="", default="", editable=False)
        ),
        migrations.RemoveField("dossier", "search_text"),
        migrations.AddField("dossier", "search_text", search_text("former_keys")),
        migrations.RunSQL(INDEX, "DROP INDEX dossier_search"),
        migrations.RunSQL(
            KEEP, "DROP TRIGGER keep_former_plate ON claims_dossier; DROP FUNCTION keep_former_plate();"
        ),
    ]
