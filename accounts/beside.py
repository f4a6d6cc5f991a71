"""What nearly every page shows of the person, read in the statement that enters their scope."""

ENTERED = "portal_enter_user(%s::bigint, %s::date) AS e(found)"
_queries: dict[str, str] = {}


def read_beside(name: str, query: str) -> None:
    """Let `actor.beside[name]` hold the JSON that `query` finds once a user's scope stands.

    `query` is a scalar SELECT of ours: it names the person by `scope_user()`, and their sites as `e.found -> 'sites'`.
    """
    _queries[name] = query


def shown_to_shop(alias: str) -> str:
    """For such a query: rows of `alias` whose site the person may « consulter », not closed by its cabinet."""
    return f"""{alias}.establishment_id IN (SELECT (s->>'id')::bigint FROM jsonb_array_elements(e.found->'sites') AS s
          WHERE (s->>'owner')::boolean OR jsonb_exists(s->'rights', 'view'))
        AND NOT EXISTS (SELECT FROM jsonb_array_elements(e.found->'suspended') AS p
          WHERE (p->>0)::bigint = {alias}.cabinet_id AND (p->>1)::bigint = {alias}.establishment_id)"""  # noqa: S608


def enter_user() -> str:
    """The function stands in FROM: the queries beside it run under the scope it has just made."""
    pairs = ", ".join(f"'{name}', ({query})" for name, query in _queries.items())
    return f"SELECT e.found || jsonb_build_object('beside', jsonb_build_object({pairs})) FROM {ENTERED}"  # noqa: S608
