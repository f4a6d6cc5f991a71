"""Personnel: who works for the cabinet, what each may do, what each looks after.

Here and not beside the other accounts pages, because what is entrusted are the cabinet's dossiers.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.menus import ALL_MENUS, MENU_LABELS, Menu
from accounts.models import AssignedEstablishment, CabinetEstablishment, CabinetMember
from accounts.postedforms import PostedForms
from accounts.scope import Actor, Kind
from accounts.secondfactor import factors_behind
from accounts.services import staff
from accounts.services.events import Event
from accounts.tenantadmin import (
    EVENT_LABELS,
    NETWORK_ONLY,
    STAFF_KINDS,
    TenantModelAdmin,
    actor_of,
    journal_of,
)
from accounts.validators import display_siret, number_typed
from claims.admin.dossiers import matching
from claims.admin.forms import said
from claims.models import AssignedDossier, Dossier
from claims.services.assignments import entrust_dossiers, withdraw_dossiers

EVENT_LABELS.update(
    {
        Event.STAFF_INVITED: "Personne invitée dans le cabinet",
        Event.STAFF_RIGHTS: "Droits changés",
        Event.STAFF_ENTRUSTED: "Dossiers ou réparateurs confiés",
        Event.STAFF_SUSPENDED: "Accès d’une personne suspendu",
        Event.STAFF_RESUMED: "Accès d’une personne rétabli",
    }
)
SHOWN_DOSSIERS, FOUND_DOSSIERS = 200, 50
BOXES = forms.CheckboxSelectMultiple


def _keys(request: HttpRequest, name: str) -> list[int]:
    return [key for typed in request.POST.getlist(name) if (key := number_typed(typed))]


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]
    """Somebody new: they choose their own password by the link of the mail."""

    email = forms.EmailField(label="Adresse e-mail", help_text="Elle sert à se connecter ; un lien y est envoyé.")
    full_name = forms.CharField(label="Nom", max_length=120)

    class Meta:
        model = CabinetMember
        fields = ("role",)

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if not staff.is_free(email):
            raise ValidationError("Cette adresse sert déjà à un compte : il en faut une autre pour le cabinet.")
        return email


class RightsForm(forms.Form):
    """A role, and its rights one by one."""

    role = forms.ChoiceField(label="Rôle", choices=CabinetMember.Role.choices)
    menus = forms.TypedMultipleChoiceField(
        label="Droits",
        choices=[(menu.value, label) for menu, label in MENU_LABELS.items()],
        coerce=Menu,
        required=False,
        widget=BOXES,
    )


class SitesForm(forms.Form):
    """All the dossiers, or those of some shops and those entrusted one by one."""

    sees_all = forms.TypedChoiceField(
        label="Voit",
        choices=[("oui", "tous les dossiers du cabinet"), ("non", "seulement ce qui est confié ci-dessous")],
        coerce=lambda value: value == "oui",
        widget=forms.RadioSelect,
    )
    establishments = forms.TypedMultipleChoiceField(
        label="Réparateurs confiés", coerce=int, required=False, widget=BOXES
    )

    def __init__(self, *args: Any, links: "QuerySet[CabinetEstablishment]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.links = list(links.select_related("establishment").order_by("establishment__name", "establishment"))
        self.fields["establishments"].choices = [  # type: ignore[attr-defined]
            (link.establishment_id, f"{link.establishment.name} {display_siret(link.establishment.siret)}")
            for link in self.links
        ]


@admin.register(CabinetMember)
class CabinetMemberAdmin(PostedForms, TenantModelAdmin):
    """Who works for a cabinet; leaving is a date, so that what they did stays explained."""

    menu = Menu.STAFF
    adders = STAFF_KINDS
    changers = NETWORK_ONLY
    add_label = "Inviter une personne"
    list_display = ("name", "email", "cabinet", "role", "rights_shown", "part_shown", "factor", "last_seen", "access")
    list_display_links = ("name",)
    list_filter = ("role", "cabinet", "sees_all")
    list_select_related = ("user", "cabinet")
    search_fields = ("user__full_name", "user__email")
    ordering = ("cabinet", "left_at", "role", "pk")
    sortable_by = ("role", "cabinet")
    posts = {
        "droits": "grant", "confier": "entrust", "dossiers": "pick", "retirer": "withdraw",
        "suspendre": "suspend", "retablir": "resume",
    }  # fmt: skip
    post_menus = dict.fromkeys(posts.values(), Menu.STAFF)
    change_form_template = "admin/accounts/cabinetmember/change_form.html"
    add_form_template = "admin/accounts/cabinetmember/add_form.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[CabinetMember]":
        actor = actor_of(request)
        sites = AssignedEstablishment.objects.visible_to(actor).filter(member=OuterRef("pk"))
        dossiers = AssignedDossier.objects.visible_to(actor).filter(member=OuterRef("pk"))
        found: QuerySet[CabinetMember] = super().get_queryset(request)
        return found.annotate(
            site_count=Coalesce(Subquery(sites.order_by().values("member").annotate(n=Count("pk")).values("n")), 0),
            dossier_count=Coalesce(
                Subquery(dossiers.order_by().values("member").annotate(n=Count("pk")).values("n")), 0
            ),
            has_factor=Exists(factors_behind(OuterRef("user"))),
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        network = ("cabinet",) if actor_of(request).kind == Kind.NETWORK else ()
        if obj is None:
            return ("email", "full_name", *network, "role")
        shown = ("name", "email", "cabinet", "role", "joined_at", "last_seen", "factor", "access")
        return self.without_cabinet(request, shown if obj.left_at is None and not network else (*shown, "left_at"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        own = ("name", "email", "role", "joined_at", "last_seen", "factor", "access") if obj else ()
        return (*super().get_readonly_fields(request, obj), *own)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, **({} if obj else {"form": InvitationForm}), **kwargs)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        return super().add_view(request, form_url, {"save_label": "Envoyer l’invitation", **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: CabinetMember, form: Any, change: bool) -> None:
        if change:
            return super().save_model(request, obj, form, change)
        typed, actor = form.cleaned_data, actor_of(request)
        cabinet_id = actor.cabinet_ids[0] if actor.kind == Kind.STAFF else obj.cabinet_id
        made = staff.invite_staff(
            cabinet_id, email=typed["email"], full_name=typed["full_name"], role=typed["role"], actor=actor
        )
        obj.__dict__.update(made.__dict__)
        return None

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        member, actor = self.get_object(request, object_id), actor_of(request)
        sites = AssignedEstablishment.objects.visible_to(actor).filter(member=member)
        dossiers = AssignedDossier.objects.visible_to(actor).filter(member=member).select_related("dossier")
        words = request.GET.get("chercher", "").split()
        chosen: dict[str, Any] = {"sees_all": "oui" if member.sees_all else "non"}
        chosen["establishments"] = list(sites.values_list("establishment", flat=True))
        context = {
            "title": "Personnel",
            "rights_form": RightsForm(initial={"role": member.role, "menus": sorted(member.held_menus)}),
            "sites_form": SitesForm(initial=chosen, links=self._links(request, member)),
            "dossiers": dossiers.order_by("-dossier")[:SHOWN_DOSSIERS],
            "searched": " ".join(words),
            "found": self._found(member, words, actor) if words else [],
            "entries": journal_of(member, actor),
            "is_manager": member.role == CabinetMember.Role.MANAGER,
            "is_self": member.user_id == actor.user_id,
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def _links(self, request: HttpRequest, member: CabinetMember) -> "QuerySet[CabinetEstablishment]":
        return CabinetEstablishment.objects.visible_to(actor_of(request)).filter(cabinet=member.cabinet_id)

    def _found(self, member: CabinetMember, words: list[str], actor: Actor) -> list[Dossier]:
        """Dossiers of the member's cabinet that answer the words, the newest first, less those entrusted already."""
        given = AssignedDossier.objects.visible_to(actor).filter(member=member)
        rows = Dossier.objects.visible_to(actor).filter(cabinet=member.cabinet_id, pk__in=matching(words))
        rows = rows.exclude(pk__in=given.values("dossier")).select_related("establishment")
        return list(rows.order_by("-pk")[:FOUND_DOSSIERS])

    def grant(self, request: HttpRequest, member: CabinetMember) -> tuple[int, str]:
        form = RightsForm(request.POST)
        if not form.is_valid():
            return messages.ERROR, said(form)
        every = {"tout": ALL_MENUS, "rien": frozenset[Menu]()}.get(request.POST.get("tous", ""))
        menus = form.cleaned_data["menus"] if every is None else every
        staff.set_rights(member, role=form.cleaned_data["role"], menus=menus, actor=actor_of(request))
        return messages.SUCCESS, f"Les droits de {member.user} sont enregistrés : ils valent tout de suite."

    def entrust(self, request: HttpRequest, member: CabinetMember) -> tuple[int, str]:
        form = SitesForm(request.POST, links=self._links(request, member))
        if not form.is_valid():
            return messages.ERROR, said(form)
        every = [link.establishment_id for link in form.links]
        chosen = {"tout": every, "rien": []}.get(request.POST.get("tous", ""), form.cleaned_data["establishments"])
        sees_all = form.cleaned_data["sees_all"]
        staff.entrust_sites(member, sees_all=sees_all, establishments=chosen, actor=actor_of(request))
        what = "tous les dossiers du cabinet" if sees_all else "ce qui lui est confié"
        return messages.SUCCESS, f"{member.user} voit {what}."

    def pick(self, request: HttpRequest, member: CabinetMember) -> tuple[int, str]:
        """Dossiers ticked among those found, and those whose numbers were typed or pasted."""
        wanted = request.POST.get("references", "").replace(",", " ").replace(";", " ").split()
        actor, ticked = actor_of(request), _keys(request, "dossier")
        if not wanted and not ticked:
            return messages.ERROR, "Cochez au moins un dossier, ou écrivez son numéro."
        mine = Dossier.objects.visible_to(actor).filter(cabinet=member.cabinet_id)
        found = list(mine.filter(Q(reference__in=wanted) | Q(pk__in=ticked)))
        unknown = sorted(set(wanted) - {dossier.reference for dossier in found})
        if unknown:
            return messages.ERROR, f"Aucun dossier du cabinet ne porte ce numéro : {', '.join(unknown)}."
        new = entrust_dossiers(member, found, actor=actor)
        return messages.SUCCESS, f"Dossiers confiés à {member.user} : {new}."

    def withdraw(self, request: HttpRequest, member: CabinetMember) -> tuple[int, str]:
        actor, chosen = actor_of(request), _keys(request, "dossier")
        if request.POST.get("tous") == "tout":
            given = AssignedDossier.objects.visible_to(actor).filter(member=member)
            chosen = list(given.values_list("dossier", flat=True))
        if not chosen:
            return messages.ERROR, "Cochez au moins un dossier à retirer."
        gone = withdraw_dossiers(member, chosen, actor=actor)
        return messages.SUCCESS, f"Dossiers retirés à {member.user} : {gone}."

    def suspend(self, request: HttpRequest, member: CabinetMember) -> tuple[int, str]:
        staff.suspend_staff(member, actor=actor_of(request))
        return messages.SUCCESS, f"L’accès de {member.user} est suspendu, sessions ouvertes comprises."

    def resume(self, request: HttpRequest, member: CabinetMember) -> tuple[int, str]:
        staff.resume_staff(member, actor=actor_of(request))
        return messages.SUCCESS, f"L’accès de {member.user} est rétabli."

    @admin.display(description="nom")
    def name(self, member: CabinetMember) -> str:
        return member.user.full_name or member.user.email

    @admin.display(description="e-mail")
    def email(self, member: CabinetMember) -> str:
        return member.user.email

    @admin.display(description="droits")
    def rights_shown(self, member: CabinetMember) -> str:
        held = len(member.held_menus)
        return "tous" if held == len(ALL_MENUS) else f"{held} sur {len(ALL_MENUS)}"

    @admin.display(description="voit")
    def part_shown(self, member: Any) -> str:
        if member.sees_all:
            return "tout le cabinet"
        return f"{member.site_count} réparateur(s), {member.dossier_count} dossier(s) et les siens"

    @admin.display(description="second facteur")
    def factor(self, member: Any) -> str:
        return "activé" if member.has_factor else "pas encore"

    @admin.display(description="dernière connexion")
    def last_seen(self, member: CabinetMember) -> str:
        seen = member.user.last_login
        return date_format(timezone.localtime(seen), "d/m/Y à H:i") if seen else "jamais"

    @admin.display(description="accès")
    def access(self, member: CabinetMember) -> str:
        if member.left_at or not member.user.is_active:
            return "fermé"
        return "suspendu" if member.suspended_at else "ouvert"
