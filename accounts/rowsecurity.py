"""Row-level security as a migration operation: ENABLE, FORCE and one policy a table, naming what it protects.

How a new table joins: what hangs on a dossier is an `OfDossier` with a field `dossier`, its owners filled by
`InheritTenant`, and takes `any_of(CABINET_OF_DOSSIER, ESTABLISHMENT)`; what belongs to a shop without a dossier takes
`any_of(CABINET_OF_SITE, ESTABLISHMENT)`; what is the cabinet's own business takes `any_of(CABINET)`. In the model,
`tenant_paths` says the same to `visible_to`; a field `dossier` is all it takes to follow what is entrusted to whom.
`tests/test_fences.py` asks every table with a dossier whether a member of staff who sees a part reads that part only.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# Sub-selects without correlation: PostgreSQL evaluates each once per statement.
EVERYTHING = "(SELECT scope_all())"
CABINET = "cabinet_id = ANY ((SELECT scope_ids('portal.cabinets'))::bigint[])"
# Staff who see the whole cabinet, nearly all of them, are known by one value a statement: the rest is never run. What
# is entrusted to the others one by one was found when the scope was entered (`IN (SELECT unnest…)` is hashed, `= ANY`
# is walked); what they are the expert of may be thousands, and is asked of the dossiers.
WHOLE_CABINET = "(SELECT COALESCE(current_setting('portal.restricted', true), '') = '')"
ENTRUSTED_SITE = "establishment_id = ANY ((SELECT scope_ids('portal.assigned'))::bigint[])"


def entrusted_dossier(column: str) -> str:
    return f"{column} IN (SELECT unnest(scope_ids('portal.dossiers')))"


EXPERT = "NULLIF(current_setting('portal.member', true), '')::bigint"
OWN_DOSSIER = f"expert_id = (SELECT {EXPERT})"


def expert_dossier(column: str) -> str:
    return f"EXISTS (SELECT FROM claims_dossier own WHERE own.id = {column} AND own.{OWN_DOSSIER})"


def of_cabinet(*parts: str) -> str:
    """Rows of the staff's cabinet: all, or of those who see a part of it the rows that one of these lets through."""
    return f"({CABINET} AND ({' OR '.join((WHOLE_CABINET, *parts))}))"


# What hangs on a dossier.
CABINET_OF_DOSSIER = of_cabinet(ENTRUSTED_SITE, entrusted_dossier("dossier_id"), expert_dossier("dossier_id"))
CABINET_OF_SITE = of_cabinet(ENTRUSTED_SITE)  # what belongs to a shop and to no dossier
# The pairs a cabinet has suspended are nearly always none: then no text is put together, row after row.
ESTABLISHMENT = (
    "(establishment_id = ANY ((SELECT scope_ids('portal.establishments'))::bigint[])"
    " AND ((SELECT scope_texts('portal.suspended') = '{}') OR (COALESCE(cabinet_id, 0) || ':' || establishment_id)"
    " <> ALL ((SELECT scope_texts('portal.suspended'))::text[])))"
)
ORGANISATION = "organisation_id = ANY ((SELECT scope_ids('portal.organisations'))::bigint[])"
USER = "user_id = (SELECT scope_user())"


def any_of(*conditions: str) -> str:
    """A policy that lets a row through for any of these reasons, the system scope included."""
    return " OR ".join((*conditions, EVERYTHING))


class DatabaseOnly(Operation):
    """SQL that belongs to a model's table and changes nothing in the models' state."""

    reversible = True
    model_name: str

    def forwards(self, table: str) -> list[str]:
        raise NotImplementedError

    def backwards(self, table: str) -> list[str]:
        raise NotImplementedError

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Policies and triggers are no part of the models' state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for statement in self.forwards(f"{app_label}_{self.model_name}"):
            schema_editor.execute(statement)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for statement in self.backwards(f"{app_label}_{self.model_name}"):
            schema_editor.execute(statement)


class IsolateRows(DatabaseOnly):
    """Let a table show and take only the rows of the scope; without a scope, none."""

    def __init__(self, model_name: str, read: str, write: str | None = None) -> None:
        """`read` and `write` are SQL conditions; `write` is also what a new row must satisfy (default: `read`)."""
        self.model_name = model_name
        self.read = read
        self.write = write or read

    def forwards(self, table: str) -> list[str]:
        return [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY scope_read ON {table} FOR SELECT USING ({self.read})",
            f"CREATE POLICY scope_insert ON {table} FOR INSERT WITH CHECK ({self.write})",
            f"CREATE POLICY scope_update ON {table} FOR UPDATE USING ({self.write}) WITH CHECK ({self.write})",
            f"CREATE POLICY scope_delete ON {table} FOR DELETE USING ({self.write})",
        ]

    def backwards(self, table: str) -> list[str]:
        names = ("read", "insert", "update", "delete")
        return [
            *(f"DROP POLICY IF EXISTS scope_{name} ON {table}" for name in names),
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY",
        ]

    def describe(self) -> str:
        return f"Isolate the rows of {self.model_name}"


class InheritTenant(DatabaseOnly):
    """Copy cabinet and establishment from the parent dossier, by trigger: a child names no owner but its parent's.

    The parent is read under the writer's own policies, so that a row may not be hung on a dossier one cannot see.
    """

    def __init__(self, model_name: str, parent: str, foreign_key: str) -> None:
        """`parent` is a table: `claims_dossier`."""
        self.model_name = model_name
        self.parent = parent
        self.foreign_key = foreign_key

    def forwards(self, table: str) -> list[str]:
        name, key, parent = f"{table}_inherit", self.foreign_key, self.parent
        return [
            f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
            BEGIN
              SELECT cabinet_id, establishment_id INTO NEW.cabinet_id, NEW.establishment_id
                FROM {parent} WHERE id = NEW.{key};
              IF NOT FOUND THEN
                RAISE foreign_key_violation USING MESSAGE = 'no such row of {parent} in this scope';
              END IF;
              RETURN NEW;
            END $$""",
            f"""CREATE TRIGGER inherit_tenant BEFORE INSERT OR UPDATE OF {key}, cabinet_id, establishment_id ON {table}
            FOR EACH ROW EXECUTE FUNCTION {name}()""",
            f"""CREATE FUNCTION {name}_follow() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
            BEGIN
              UPDATE {table} SET establishment_id = NEW.establishment_id WHERE {key} = NEW.id;
              RETURN NULL;
            END $$""",
            f"""CREATE TRIGGER {name}_follow AFTER UPDATE OF establishment_id ON {parent} FOR EACH ROW
            WHEN (OLD.establishment_id IS DISTINCT FROM NEW.establishment_id) EXECUTE FUNCTION {name}_follow()""",
        ]

    def backwards(self, table: str) -> list[str]:
        name = f"{table}_inherit"
        return [
            f"DROP TRIGGER {name}_follow ON {self.parent}",
            f"DROP FUNCTION {name}_follow()",
            f"DROP TRIGGER inherit_tenant ON {table}",
            f"DROP FUNCTION {name}()",
        ]

    def describe(self) -> str:
        return f"{self.model_name} inherits its owner from {self.parent}"
