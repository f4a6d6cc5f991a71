"""Row-level security as a migration operation: ENABLE, FORCE and one policy a table, naming what it protects."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# Sub-selects without correlation: PostgreSQL evaluates each once per statement.
EVERYTHING = "(SELECT scope_all())"
CABINET = "cabinet_id = ANY ((SELECT scope_ids('portal.cabinets'))::bigint[])"
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


class IsolateRows(Operation):
    """Let a table show and take only the rows of the scope; without a scope, none."""

    reversible = True

    def __init__(self, model_name: str, read: str, write: str | None = None) -> None:
        """`read` and `write` are SQL conditions; `write` is also what a new row must satisfy (default: `read`)."""
        self.model_name = model_name
        self.read = read
        self.write = write or read

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Policies are no part of the models' state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = self._table(app_label, schema_editor, to_state)
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"CREATE POLICY scope_read ON {table} FOR SELECT USING ({self.read})")
        schema_editor.execute(f"CREATE POLICY scope_insert ON {table} FOR INSERT WITH CHECK ({self.write})")
        schema_editor.execute(
            f"CREATE POLICY scope_update ON {table} FOR UPDATE USING ({self.write}) WITH CHECK ({self.write})"
        )
        schema_editor.execute(f"CREATE POLICY scope_delete ON {table} FOR DELETE USING ({self.write})")

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = self._table(app_label, schema_editor, from_state)
        for name in ("read", "insert", "update", "delete"):
            schema_editor.execute(f"DROP POLICY IF EXISTS scope_{name} ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Isolate the rows of {self.model_name}"

    def _table(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, state: ProjectState) -> str:
        model: Any = state.apps.get_model(app_label, self.model_name)
        return schema_editor.quote_name(model._meta.db_table)


class InheritTenant(Operation):
    """Copy cabinet and establishment from the parent dossier, by trigger: a child names no owner but its parent's.

    The parent is read under the writer's own policies, so that a row may not be hung on a dossier one cannot see.
    """

    reversible = True

    def __init__(self, model_name: str, parent: str, foreign_key: str) -> None:
        self.model_name = model_name
        self.parent = parent
        self.foreign_key = foreign_key

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Triggers are no part of the models' state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table, parent = f"{app_label}_{self.model_name}", f"{app_label}_{self.parent}"
        name, key = f"{table}_inherit", self.foreign_key
        schema_editor.execute(f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
            BEGIN
              SELECT cabinet_id, establishment_id INTO NEW.cabinet_id, NEW.establishment_id
                FROM {parent} WHERE id = NEW.{key};
              IF NOT FOUND THEN
                RAISE foreign_key_violation USING MESSAGE = 'no such {self.parent} in this scope';
              END IF;
              RETURN NEW;
            END $$;
            CREATE TRIGGER inherit_tenant BEFORE INSERT OR UPDATE OF {key}, cabinet_id, establishment_id ON {table}
              FOR EACH ROW EXECUTE FUNCTION {name}();
            CREATE FUNCTION {name}_follow() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
            BEGIN
              UPDATE {table} SET establishment_id = NEW.establishment_id WHERE {key} = NEW.id;
              RETURN NULL;
            END $$;
            CREATE TRIGGER {name}_follow AFTER UPDATE OF establishment_id ON {parent} FOR EACH ROW
              WHEN (OLD.establishment_id IS DISTINCT FROM NEW.establishment_id) EXECUTE FUNCTION {name}_follow();
        """)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table, parent = f"{app_label}_{self.model_name}", f"{app_label}_{self.parent}"
        schema_editor.execute(f"""
            DROP TRIGGER {table}_inherit_follow ON {parent};
            DROP FUNCTION {table}_inherit_follow();
            DROP TRIGGER inherit_tenant ON {table};
            DROP FUNCTION {table}_inherit();
        """)

    def describe(self) -> str:
        return f"{self.model_name} inherits its owner from {self.parent}"
