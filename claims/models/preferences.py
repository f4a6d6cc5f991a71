"""How a person likes their list: columns, tab and width, kept from one day and one computer to the next."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.beside import read_beside
from accounts.models import User
from accounts.scope import BY_USER, Actor, Kind, TenantModel, TenantQuerySet
from claims.models.queries import DEFAULT_COLUMNS, SORT_KEYS
from claims.workflow import Tab


class ListPreference(TenantModel):
    """One row a person who chose something; columns in the portal's own order, whatever the order they came in."""

    user = models.OneToOneField(User, models.CASCADE, related_name="+", verbose_name="utilisateur")
    columns = ArrayField(models.CharField(max_length=24), default=list, blank=True, verbose_name="colonnes")
    tab = models.CharField("onglet", max_length=24, default=Tab.ALL, choices=[(tab, tab) for tab in Tab])
    full_screen = models.BooleanField("plein écran", default=False)

    tenant_paths = {Kind.REPAIRER: BY_USER}
    objects = TenantQuerySet["ListPreference"].as_manager()

    class Meta:
        verbose_name = "préférence de liste"

    def __str__(self) -> str:
        return ", ".join(self.columns)


read_beside(
    "list",
    "SELECT jsonb_build_object('columns', p.columns, 'tab', p.tab, 'full_screen', p.full_screen)"
    " FROM claims_listpreference p WHERE p.user_id = (SELECT scope_user())",
)


def preferred(actor: Actor) -> ListPreference:
    """What this person chose, read with their scope; columns of a later release, or an earlier one, are left out."""
    kept: dict[str, Any] = actor.beside.get("list") or {}
    chosen = tuple(slug for slug in SORT_KEYS if slug in kept.get("columns", ()))
    tab = kept.get("tab", Tab.ALL)
    return ListPreference(
        user_id=actor.user_id or 0,
        columns=chosen or DEFAULT_COLUMNS,
        tab=tab if tab in set(Tab) else Tab.ALL,
        full_screen=bool(kept.get("full_screen")),
    )
