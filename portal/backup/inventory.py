"""What a database holds, so that two can be told equal: rows by table, structure, fences, rights and roles.

A table's rows are summed up by count and by two sums of halves of each row's MD5: the order of rows does not matter, a
single different bit does. It guards against accidents; who may write the database needs no collision.
"""

import re
from typing import Any, TypedDict

from psycopg import Connection, sql

SECTIONS = {
    "colonnes": """
      SELECT format('%s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        pg_get_expr(d.adbin, d.adrelid))
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d
        ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND a.attnum > 0
        AND NOT a.attisdropped""",
    "contraintes": """
      SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
      WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype <> 'n'""",
    "index": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "cloisonnement": """
      SELECT format('%s actif=%s forcé=%s', relname, relrowsecurity, relforcerowsecurity) FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')""",
    "politiques": """
      SELECT format('%s %s %s %s %s USING %s CHECK %s', tablename, policyname, permissive, roles, cmd, qual,
        with_check)
      FROM pg_policies WHERE schemaname = 'public'""",
    "droits": """
      SELECT format('%s %s de %s : %s à %s', c.relkind, c.relname, pg_get_userbyid(c.relowner), x.privilege_type,
        CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee) END)
      FROM pg_class c, aclexplode(COALESCE(c.relacl, acldefault(
        CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))) x
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
      UNION ALL
      SELECT format('schéma %s de %s : %s à %s', n.nspname, pg_get_userbyid(n.nspowner), x.privilege_type,
        CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee) END)
      FROM pg_namespace n, aclexplode(n.nspacl) x WHERE n.nspname = 'public'""",
    "fonctions": """
      SELECT format('%s de %s %s %s %s', p.oid::regprocedure, pg_get_userbyid(p.proowner), p.prosecdef, p.proacl,
        md5(pg_get_functiondef(p.oid)))
      FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')""",
    "declencheurs": """
      SELECT format('%s %s', pg_get_triggerdef(t.oid), t.tgenabled)
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
      WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal""",
    "sequences": "SELECT format('%s %s', sequencename, last_value) FROM pg_sequences WHERE schemaname = 'public'",
    "extensions": "SELECT extname FROM pg_extension",
    "roles": """
      SELECT format('%s super=%s bypassrls=%s login=%s createrole=%s membre de %s', r.rolname, r.rolsuper,
        r.rolbypassrls, r.rolcanlogin, r.rolcreaterole, ARRAY(SELECT pg_get_userbyid(m.roleid) FROM pg_auth_members m
          WHERE m.member = r.oid ORDER BY 1))
      FROM pg_roles r WHERE r.rolname LIKE 'portal\\_%'""",
}
ROWS = """
SELECT count(*), COALESCE(sum(('x' || left(h, 16))::bit(64)::bigint::numeric), 0)::text,
  COALESCE(sum(('x' || right(h, 16))::bit(64)::bigint::numeric), 0)::text
FROM (SELECT md5(whole::text) AS h FROM {table} AS whole) AS hashed"""
TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname"""


class Inventory(TypedDict):
    """`tables`: count and sums by table; `structure`: sorted lines by section."""

    tables: dict[str, list[Any]]
    structure: dict[str, list[str]]


def take(connection: Connection[Any]) -> Inventory:
    """In the connection's transaction, as a role that reads everything."""
    for setting in ("timezone = 'UTC'", "datestyle = 'ISO'", "extra_float_digits = 1", "search_path = public"):
        connection.execute(f"SET LOCAL {setting}")
    names = [name for (name,) in connection.execute(TABLES)]
    tables = {}
    for name in names:
        row = connection.execute(sql.SQL(ROWS).format(table=sql.Identifier("public", name))).fetchone()
        tables[name] = list(row or ())
    structure = {
        section: sorted(settled(str(line)) for (line,) in connection.execute(query))
        for section, query in SECTIONS.items()
    }
    return {"tables": tables, "structure": structure}


def settled(line: str) -> str:
    """PostgreSQL writes `(ARRAY['a'::varchar])::text[]` back as `ARRAY[('a'::varchar)::text]`: the same, otherwise."""
    whole = re.sub(r"\(ARRAY\[([^\]]*)\]\)::text\[\]", r"ARRAY[\1]", line)
    return re.sub(r"ARRAY\[[^\]]*\]", lambda found: re.sub(r"[()]|::character varying|::text", "", found[0]), whole)


def differences(before: Inventory, after: Inventory) -> list[str]:
    """What is not the same, in sentences; nothing when both are equal."""
    found = []
    for name in sorted(before["tables"].keys() | after["tables"].keys()):
        there, here = before["tables"].get(name), after["tables"].get(name)
        if there != here:
            counts = [rows[0] if rows else "absente" for rows in (there, here)]
            found.append(
                f"table {name} : {counts[0]} ligne(s) copiées, {counts[1]} restaurée(s), ou contenu différent"
            )
    for section, lines in before["structure"].items():
        other = after["structure"].get(section, [])
        found += [f"{section}, manque : {line}" for line in sorted(set(lines) - set(other))]
        found += [f"{section}, en trop : {line}" for line in sorted(set(other) - set(lines))]
    return found


def reads_everything(connection: Connection[Any]) -> bool:
    row = connection.execute("SELECT (rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row[0])
