"""A statement that pages ask all day is composed once a process: its text stays, its values are put in each time.

The ORM composed the dossier's statement anew on every page, at 40 % of the page's cost. Here it does so once for each
shape of person (how many sites, with which rights), with marks where the values will stand. What the function is
given must come in as an argument: « today », looked up by itself, would stay that day (`tests/conftest.py` compares
each statement used again with one composed anew). Whether the server keeps its plan too is said by
`accounts/planned.py`.
"""

from collections.abc import Callable, Hashable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

from accounts.scope import Actor, Kind

R = TypeVar("R")
Build = Callable[..., "QuerySet[Any, R]"]
KEPT = 256  # statements a process keeps; one takes some 50 KB
_MARKS: dict[type, Callable[[int], Hashable]] = {  # what no row holds
    int: lambda n: n - 2**62,
    str: lambda n: f"\ue000{n}",
    date: lambda n: date.min + timedelta(days=n),
    UUID: lambda n: UUID(int=n),
}


class Marks:
    """A mark for each value, the same for the same one."""

    def __init__(self) -> None:
        self.values: dict[Hashable, Hashable] = {}
        self._of: dict[tuple[str, Hashable], Any] = {}

    def of(self, space: str, value: Hashable) -> Any:
        found = self._of.get((space, value))
        if found is None:
            found = self._of[space, value] = _MARKS[type(value)](len(self._of))
            self.values[found] = value
        return found

    def person(self, actor: Actor) -> Actor:
        """Somebody of the same shape, who is nobody."""
        of = self.of
        return Actor(
            actor.kind,
            user_id=of("user", actor.user_id),
            organisations=tuple([of("company", pk) for pk in actor.organisations]),
            owned=tuple([of("company", pk) for pk in actor.owned]),
            sites=tuple(
                [
                    replace(
                        site,
                        pk=of("site", site.pk),
                        siret=of("siret", site.siret),
                        name=of("name", site.name),
                        organisation_id=of("company", site.organisation_id),
                    )
                    for site in actor.sites
                ]
            ),
            cabinets=tuple(
                [
                    replace(one, pk=of("cabinet", one.pk), code=of("code", one.code), name=of("called", one.name))
                    for one in actor.cabinets
                ]
            ),
        )


@dataclass(frozen=True, slots=True)
class _Kept:
    """A statement as the ORM compiled it, and what makes rows of its answer."""

    rows: "QuerySet[Any, Any]"
    compiler: Any
    sql: str
    params: tuple[Any, ...]

    def again(self, values: Mapping[Hashable, Any]) -> "QuerySet[Any, Any]":
        """The same rows for other values, asked when iterated."""
        compiler = copy(self.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        asked = self.sql, tuple([_put(param, values) for param in self.params])
        compiler.as_sql = lambda *_args, **_options: asked
        rows = self.rows.all()
        rows.query.get_compiler = lambda *_args, **_options: compiler  # type: ignore[method-assign]
        return rows


def composed(build: "Build[R]", actor: Actor, *values: Hashable, given: Hashable = None) -> list[R]:
    """The rows of `build(actor, *values, given)`; only `given` may decide about the statement's text.

    `build` belongs to a module, looks at nothing but its arguments, and uses what it knows of the actor and the
    values (numbers, texts, dates, UUIDs) as values of the statement. Staff, and shops a cabinet suspended, have
    statements of their own: theirs are composed each time.
    """
    if actor.kind != Kind.REPAIRER or actor.suspended or not actor.sites:
        return list(build(actor, *values, given))
    return list(_again(build, actor, values, given))


def _again(build: "Build[R]", actor: Actor, values: tuple[Hashable, ...], given: Hashable) -> "QuerySet[Any, R]":
    marks = Marks()
    nobody = marks.person(actor)
    kept = _kept(build, nobody, tuple([marks.of(str(n), value) for n, value in enumerate(values)]), given)
    return kept.again(marks.values)


@lru_cache(maxsize=KEPT)
def _kept(build: "Build[R]", actor: Actor, values: tuple[Hashable, ...], given: Hashable) -> _Kept:
    rows = build(actor, *values, given)
    compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
    return _Kept(rows, compiler, *compiler.as_sql())


def _put(param: Any, values: Mapping[Hashable, Any]) -> Any:
    if isinstance(param, list):
        return [_put(one, values) for one in param]
    return values.get(param, param)
