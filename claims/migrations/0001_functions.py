"""The SQL functions that stored columns and indexes are made of."""

from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension, UnaccentExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        BtreeGinExtension(),
        migrations.RunSQL(
            """
            -- Immutable, so that it can be stored and indexed: the dictionary is named, not looked up.
            -- In plpgsql, as a SQL function that cannot be inlined takes twice the time of each imported row.
            CREATE FUNCTION fold(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
            BEGIN
              RETURN lower(public.unaccent('public.unaccent'::regdictionary, value));
            END $$;
            -- A plate for comparing: in capitals, without the dashes, dots and spaces that come and go.
            CREATE FUNCTION plate_key(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
              RETURN upper(translate(value, E' -./_\t\u00a0\u2011\u202f', ''));
            """,
            "DROP FUNCTION plate_key(text); DROP FUNCTION fold(text);",
        ),
    ]
