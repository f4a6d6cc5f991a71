"""An import writes what is expected by the hundred thousand: whose rows they are is looked up once for all of them.

Row by row, under the policies of the dossier, it took a sixth of the whole import. A row that names an owner is
believed until the end of its statement, then held against its dossier; one that names none inherits at once, as
elsewhere.
"""

from django.db import migrations

BY_THE_SET = """
DROP TRIGGER inherit_tenant ON claims_expectation;
CREATE TRIGGER inherit_tenant BEFORE INSERT ON claims_expectation
  FOR EACH ROW WHEN (NEW.cabinet_id IS NULL) EXECUTE FUNCTION claims_expectation_inherit();
CREATE TRIGGER inherit_tenant_moved BEFORE UPDATE OF dossier_id, cabinet_id, establishment_id ON claims_expectation
  FOR EACH ROW EXECUTE FUNCTION claims_expectation_inherit();
CREATE FUNCTION claims_expectation_inherit_set() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  IF EXISTS (SELECT FROM written w WHERE NOT EXISTS (SELECT FROM claims_dossier d WHERE d.id = w.dossier_id)) THEN
    RAISE foreign_key_violation USING MESSAGE = 'no such row of claims_dossier in this scope';
  END IF;
  UPDATE claims_expectation x SET cabinet_id = d.cabinet_id, establishment_id = d.establishment_id
  FROM written w JOIN claims_dossier d ON d.id = w.dossier_id
  WHERE x.id = w.id AND (w.cabinet_id, w.establishment_id) IS DISTINCT FROM (d.cabinet_id, d.establishment_id);
  RETURN NULL;
END $$;
CREATE TRIGGER inherit_tenant_set AFTER INSERT ON claims_expectation
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION claims_expectation_inherit_set();
"""

ROW_BY_ROW = """
DROP TRIGGER inherit_tenant_set ON claims_expectation;
DROP FUNCTION claims_expectation_inherit_set();
DROP TRIGGER inherit_tenant_moved ON claims_expectation;
DROP TRIGGER inherit_tenant ON claims_expectation;
CREATE TRIGGER inherit_tenant BEFORE INSERT OR UPDATE OF dossier_id, cabinet_id, establishment_id ON claims_expectation
  FOR EACH ROW EXECUTE FUNCTION claims_expectation_inherit();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0220_settle_search")]
    operations = [migrations.RunSQL(BY_THE_SET, ROW_BY_ROW)]
