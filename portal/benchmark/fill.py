"""Dossiers as they are spread in life: a few huge shops among many small ones, rows scattered over the table.

Rule (docs/mesures.md): shops of lognormal size (median 106), three big ones, 40 cabinets of which the largest holds
a seventh, three documents a dossier. Everything is drawn from one seed; all people are invented.
"""

import random
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from psycopg import sql

BIG = {10_000: (2_000, 1_200, 900), 100_000: (20_000, 12_000, 9_000), 1_000_000: (20_000, 12_000, 9_000)}
BIG[10_000_000] = (25_000, 12_000, 9_000)
MEDIAN_SHOP = 100  # dossiers of the shop the « médian » figures are of
CABINETS, DOCUMENTS = 40, 3
PASSWORD = "Mesure-de-vitesse-sur-la-route"  # noqa: S105 -- of people who exist in the benchmark's base only
LARGEST, MEDIAN, STAFF = "grand@mesure.test", "median@mesure.test", "cabinet@mesure.test"
STAFF_KEY = 900_000_000  # of the person, beyond every shop's
TABLES = ("claims_dossier", "claims_document")
NUMBERED = ("claims_dossier", "accounts_establishment", "accounts_organisation")  # filled with keys of our own


def sizes(dossiers: int) -> list[int]:
    """How many dossiers each shop has: the three big ones, the median one, the others."""
    draw = random.Random(20261121)  # noqa: S311 -- no secret
    found = [*BIG[dossiers], MEDIAN_SHOP]
    left = dossiers - sum(found)
    while left > 0:
        found.append(min(left, max(1, round(draw.lognormvariate(4.66, 0.9)))))
        left -= found[-1]
    return found


def is_full(owner: Any, dossiers: int) -> bool:
    with owner.transaction():
        owner.execute("SELECT portal_enter_system('mesure')")
        (found,) = owner.execute("SELECT count(*) FROM claims_dossier").fetchone()
    return bool(found == dossiers)


def fill(owner: Any, dossiers: int) -> None:
    """Fill an empty base, indexes last; forced row security is back before anybody else sees the rows."""
    with owner.transaction():
        owner.execute("SELECT portal_enter_system('mesure')")
        for room in ("work_mem", "maintenance_work_mem"):  # ten million rows are sorted for each index
            owner.execute(f"SET LOCAL {room} = '512MB'")
        later = _take_keys(owner) + _take_indexes(owner)
        for table in TABLES:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute("ALTER TABLE claims_dossier ENABLE TRIGGER tally_insert")
        _people(owner, sizes(dossiers))
        _dossiers(owner)
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for definition in reversed(later):
            owner.execute(definition)
        for table in TABLES:
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    owner.execute("VACUUM ANALYZE")


def hire(owner: Any) -> None:
    """Somebody of the largest cabinet, also in a base that was filled before there was one; new dossiers get keys."""
    with owner.transaction():
        owner.execute("SELECT portal_enter_system('mesure')")
        for table in NUMBERED:
            owner.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        if owner.execute("SELECT 1 FROM accounts_user WHERE id = %s", [STAFF_KEY]).fetchone():
            return
        values = {"password": make_password(PASSWORD), "email": STAFF}
        columns = {key: sql.Literal(value).as_string(owner) for key, value in values.items()}
        _insert(owner, "accounts_user", "(SELECT 1) one", id=str(STAFF_KEY), is_active="true", **columns)
        largest = "(SELECT cabinet_id FROM claims_dossier GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1)"
        _insert(
            owner, "accounts_cabinetmember", "(SELECT 1) one",
            cabinet_id=largest, user_id=str(STAFF_KEY), role="'responsable'",
        )  # fmt: skip


def _take_keys(owner: Any) -> list[str]:
    """Foreign keys are checked in one join at the end instead of row by row."""
    rows = owner.execute(
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
           WHERE conrelid = ANY (%s::regclass[]) AND contype = 'f'""",
        [list(TABLES)],
    ).fetchall()
    for table, name, _ in rows:
        owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    return [f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for table, name, definition in rows]


def _take_indexes(owner: Any) -> list[str]:
    """Those that no constraint needs, to be built at the end."""
    rows = owner.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
           WHERE indrelid = ANY (%s::regclass[]) AND NOT indisunique""",
        [list(TABLES)],
    ).fetchall()
    for name, _ in rows:
        owner.execute(f"DROP INDEX {name}")
    return [definition for _, definition in rows]


def _people(owner: Any, shops: list[int]) -> None:
    """Cabinets, one organisation and establishment a shop, and the owners of the largest and of the median shop."""
    _insert(owner, "accounts_cabinet", f"generate_series(1, {CABINETS}) g", code="'C' || g", name="'Cabinet ' || g")
    owner.execute("CREATE TEMP TABLE mesure_shop (id bigint, n int) ON COMMIT DROP")
    with owner.cursor().copy("COPY mesure_shop FROM STDIN") as copy:
        for row in enumerate(shops, 1):
            copy.write_row(row)
    _insert(owner, "accounts_organisation", "mesure_shop s", id="s.id", name="'Garage ' || s.id")
    _insert(
        owner, "accounts_establishment", "mesure_shop s",
        id="s.id", organisation_id="s.id", siret="lpad(s.id::text, 14, '0')", name="'Atelier ' || s.id",
        postal_code="'74000'", proven_at="now()",
    )  # fmt: skip
    hashed = make_password(PASSWORD)
    for shop, email in ((1, LARGEST), (4, MEDIAN)):
        values = {"password": hashed, "email": email}
        columns = {key: sql.Literal(value).as_string(owner) for key, value in values.items()}
        _insert(owner, "accounts_user", "(SELECT 1) one", id=str(shop), is_active="true", **columns)
        _insert(
            owner, "accounts_shopmember", "(SELECT 1) one",
            organisation_id=str(shop), user_id=str(shop), role="'responsable'",
        )  # fmt: skip


PLATE = "upper(left(md5(g::text), 2) || '-' || lpad((g % 1000)::text, 3, '0') || '-' || right(md5(g::text), 2))"
NAMES = "'MARTIN','LEFÈVRE','DURAND','PETIT','NGUYEN','BERNARD','MOREAU','GARCIA','ROUX','LEROY'"
MAKES = "'Renault','Peugeot','Citroën','Dacia','Volkswagen','Toyota','Ford'"
STATES = (
    "'mission_recue','attente_ead','attente_rdv','visite_planifiee','attente_documents','en_cours','attente_facture',"
    "'termine','termine','termine','termine'"
)
# Each shop works with three cabinets, drawn so that few cabinets hold most dossiers.
CABINET = f"1 + floor({CABINETS} * power(abs(hashint8(shop * 31 + g % 3)) / 2147483648.0, 2))::int"


def _dossiers(owner: Any) -> None:
    owner.execute(  # every word of it is written in this file
        f"""CREATE TEMP TABLE mesure_place ON COMMIT DROP AS
        SELECT g, shop, (SELECT min(id) FROM accounts_cabinet) - 1 + {CABINET} AS cabinet
        FROM (SELECT row_number() OVER (ORDER BY hashint8(s.id * 1000003 + k)) AS g, s.id AS shop
              FROM mesure_shop s, generate_series(1, s.n) k) placed"""
    )
    _insert(
        owner, "claims_dossier", "mesure_place p",
        id="g", cabinet_id="cabinet", establishment_id="shop", siret="lpad(shop::text, 14, '0')",
        reference="'R' || g", claim_number="'SIN' || g", mission_on="date '2026-01-01' + (g % 300)::int",
        claim_on="date '2025-06-01' + (g * 31 % 500)::int", expertise_on="date '2026-01-01' + (g % 300)::int",
        insured_name=f"(ARRAY[{NAMES}])[1 + abs(hashint8(g)) % 10] || ' ' || left(md5(g::text), 6)",
        make=f"(ARRAY[{MAKES}])[1 + abs(hashint8(g + 7)) % 7]", model="'Modèle ' || g % 50",
        plate=PLATE,
        insurer_code="(400 + g % 40)::text", last_estimate="g * 37 % 5000",
        ve_procedure="CASE WHEN g % 40 = 0 THEN 'VGE' ELSE '' END",
        state=f"(ARRAY[{STATES}])[1 + abs(hashint8(g + 13)) % 11]",
        received_count=str(DOCUMENTS), last_received_at="now() - interval '1 day' * (g % 90)",
    )  # fmt: skip
    _insert(
        owner, "accounts_cabinetestablishment",
        "(SELECT DISTINCT cabinet, shop FROM mesure_place) pairs", cabinet_id="cabinet", establishment_id="shop",
    )  # fmt: skip
    _insert(
        owner, "claims_document", f"mesure_place p, generate_series(1, {DOCUMENTS}) d",
        dossier_id="g", cabinet_id="cabinet", establishment_id="shop", direction="'received'",
        kind="(ARRAY['ordre_mission','rapport','photo'])[d]", label="'Document ' || d", file="'mesure/document'",
        size="2000000", sha256="md5(g::text) || md5(d::text)",
        content_type="CASE d WHEN 3 THEN 'image/jpeg' ELSE 'application/pdf' END",
    )  # fmt: skip


FILLERS = {
    "boolean": "false", "uuid": "gen_random_uuid()", "timestamp with time zone": "now()", "date": "current_date",
    "jsonb": "'{}'", "ARRAY": "'{}'", "character varying": "''", "text": "''",
}  # fmt: skip


def _insert(owner: Any, table: str, source: str, **columns: str) -> None:
    """INSERT … SELECT; a column that must be something, and is none of ours, gets the plainest value of its type."""
    needed = owner.execute(
        """SELECT column_name, data_type FROM information_schema.columns
           WHERE table_schema = 'public' AND table_name = %s AND is_nullable = 'NO' AND column_default IS NULL
             AND is_generated = 'NEVER' AND is_identity = 'NO'""",
        [table],
    ).fetchall()
    given = {name: FILLERS.get(kind, "0") for name, kind in needed} | _defaults(owner, table) | columns
    overriding = "OVERRIDING SYSTEM VALUE" if "id" in columns else ""
    owner.execute(
        f"INSERT INTO {table} ({', '.join(given)}) {overriding} SELECT {', '.join(given.values())} FROM {source}"
    )


def _defaults(owner: Any, table: str) -> dict[str, str]:
    """What the model says a column holds when nobody says otherwise."""
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    fields = [field for field in model._meta.concrete_fields if field.has_default() and not callable(field.default)]
    return {field.column: sql.Literal(field.get_default()).as_string(owner) for field in fields if field.column}
