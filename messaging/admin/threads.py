"""The cabinet's side of threads: whose turn it is, answers, what waits for an expert, questions to shops."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

from accounts.adminlists import Column, ExportedList
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.models import CabinetMember
from accounts.postedforms import PostedForms
from accounts.scope import Kind
from accounts.tenantadmin import EVENT_LABELS, STAFF_KINDS, TenantModelAdmin, actor_of
from accounts.validators import number_typed
from accounts.waiting import Queue, announce
from claims.admin.dossiers import matching
from claims.admin.entrusting import MineFilter
from claims.admin.forms import said
from claims.calendar import add_working_days
from claims.models import Dossier
from claims.services.assignments import holding
from messaging.forms.staff import AnswerForm, AssignForm, DecisionForm, QuestionForm
from messaging.models import Message, Thread
from messaging.models.threads import Fact
from messaging.services import answers

EVENT_LABELS.update(
    {
        Fact.MESSAGE_FOR_CABINET: "Message du réparateur",
        Fact.MESSAGE_FOR_SHOP: "Message au réparateur",
        Fact.QUESTION_FOR_SHOP: "Question au réparateur",
        Fact.ANSWER_TO_VALIDATE: "Réponse à valider",
        Fact.ANSWER_APPROVED: "Réponse validée",
        Fact.ANSWER_CHANGED: "Réponse modifiée ou refusée",
        Fact.THREAD_ASSIGNED: "Échange confié",
    }
)
QUESTION_DAYS = 3  # working days offered for an answer; staff choose another


class FollowedFilter(admin.SimpleListFilter):
    """Mine or all (ASP-34), and what waits for somebody who may decide."""

    title = "suivi"
    parameter_name = "suivi"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        mine = [("moi", "Mes échanges")] if actor_of(request).kind == Kind.STAFF else []
        return [*mine, ("a-valider", "Réponses à valider")]

    def queryset(self, request: HttpRequest, queryset: Any) -> "QuerySet[Thread]":
        actor = actor_of(request)
        found: QuerySet[Thread] = queryset
        if self.value() == "a-valider":
            return found.filter(pk__in=Message.objects.visible_to(actor).waiting().values("thread"))
        if self.value() == "moi":
            own = Q(assignee__user=actor.user_id)
            return found.filter(own | Q(assignee=None, reader="expert", dossier__expert__user=actor.user_id))
        return found


class OfMyDossiersFilter(MineFilter):
    """What the dashboard counts under « Mes dossiers », whoever answers: beside the other, which says who does."""

    title = "dossiers"
    parameter_name = "dossiers"


class LateFilter(admin.SimpleListFilter):
    title = "en retard"
    parameter_name = "retard"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("cabinet", "Au cabinet"), ("reparateur", "Au réparateur")]

    def queryset(self, request: HttpRequest, queryset: Any) -> "QuerySet[Thread]":
        state = {"cabinet": Thread.State.CABINET, "reparateur": Thread.State.SHOP}.get(self.value() or "")
        found: QuerySet[Thread] = queryset
        return found.filter(state=state, due_on__lt=timezone.localdate()) if state else found


COLUMNS: list[Column] = [
    ("Objet", lambda row: row.title),
    ("Dossier", lambda row: row.dossier.reference if row.dossier else ""),
    ("Réparateur", lambda row: row.establishment.name if row.establishment else ""),
    ("État", lambda row: row.get_state_display()),
    ("Suivi par", lambda row: str(row.assignee.user) if row.assignee else ""),
    ("Réponse attendue le", lambda row: row.due_on),
    ("Dernier message le", lambda row: timezone.localdate(row.last_message_at)),
]


@admin.register(Thread)
class ThreadAdmin(ExportedList, PostedForms, TenantModelAdmin):
    """Nothing of a thread is typed over: one answers, assigns, closes, decides; adding one is asking a question."""

    menu = Menu.MESSAGES
    columns = COLUMNS
    file_name = "echanges"
    view_menus = {"export": Menu.MESSAGES}
    adders = STAFF_KINDS
    list_display = ("title", "dossier", "shop", "reader", "follower", "state_shown", "due_shown", "last_shown")
    list_filter = (FollowedFilter, OfMyDossiersFilter, "state", LateFilter, "reader", "is_question")
    list_select_related = ("dossier", "establishment", "assignee__user", "cabinet")
    search_fields = ("title",)  # shows the box; `get_search_results` does the search
    search_help_text = "Référence, n° de sinistre, immatriculation, assuré, véhicule, SIRET"
    ordering = ("-last_message_at", "-pk")
    sortable_by = ()
    posts = {"repondre": "reply", "decider": "decide", "confier": "hand", "clore": "end"}
    post_menus = dict.fromkeys(posts.values(), Menu.MESSAGES)
    change_form_template = "admin/messaging/thread/change_form.html"
    add_form_template = "admin/messaging/thread/add_form.html"

    def get_ordering(self, request: HttpRequest) -> Any:
        """What waits for the cabinet: first what should have been answered first."""
        return ("due_on", "pk") if request.GET.get("state__exact") == Thread.State.CABINET else self.ordering

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Thread]":
        waiting = Message.objects.visible_to(actor_of(request)).waiting().filter(thread=OuterRef("pk"))
        found: QuerySet[Thread] = super().get_queryset(request)
        return found.annotate(is_waiting=Exists(waiting))

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Thread]", search_term: str
    ) -> tuple["QuerySet[Thread]", bool]:
        """By the dossier, with the one indexed search."""
        words = search_term.split()
        return (queryset.filter(dossier__in=matching(words)) if words else queryset), False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("cle", "reference", "title", "reader", "body", "due_on", "file")
        return ("dossier_shown", "shop", "cabinet", "reader", "follower", "state_shown", "due_on", "created_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj) if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change=change, **kwargs)
        form = super().get_form(request, obj, change=change, form=QuestionForm, fields=("title", "reader"))
        dossiers = Dossier.objects.visible_to(actor_of(request))
        due_on = add_working_days(timezone.localdate(), QUESTION_DAYS)

        class Bound(form):  # type: ignore[misc, valid-type]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, dossiers=dossiers, due_on=due_on, **kwargs)

        return Bound

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"reference": request.GET.get("dossier", "")[:40]}

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {
            "title": "Poser une question au réparateur",
            "waits": not answers.answers_alone(actor_of(request)),
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        try:
            return super().add_view(request, form_url, context | (extra_context or {}))
        except (NotAllowed, ValidationError) as refusal:
            told = refusal.messages if isinstance(refusal, ValidationError) else [str(refusal)]
            self.message_user(request, " ".join(told), messages.ERROR)
            return redirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Thread, form: Any, change: bool) -> None:
        typed = form.cleaned_data
        made = answers.ask(
            form.dossier,
            title=typed["title"],
            body=typed["body"],
            due_on=typed["due_on"],
            reader=typed["reader"],
            file=typed["file"],
            actor=actor_of(request),
            key=typed["cle"],
        )
        obj.__dict__.update(made.__dict__)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The question itself is in the journal."""

    def response_add(self, request: HttpRequest, obj: Thread, post_url_continue: str | None = None) -> HttpResponse:
        asked = obj.message_count > 0
        told = "La question est envoyée au réparateur." if asked else "La question attend la validation d’un expert."
        self.message_user(request, told, messages.SUCCESS)
        return redirect("admin:messaging_thread_change", obj.pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        thread, actor = self.get_object(request, object_id), actor_of(request)
        rows = Message.objects.visible_to(actor).filter(thread=thread).with_papers().select_related("author")
        context = {
            "title": thread.title,
            "said": list(rows.order_by("pk")),
            "answer_form": AnswerForm() if actor.kind == Kind.STAFF else None,
            "assign_form": AssignForm(staff=self._staff(request, thread), initial={"member": thread.assignee_id}),
            "may_decide": answers.may_decide(actor),
            "waits": not answers.answers_alone(actor),
            "me": actor.user_id,
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def _staff(self, request: HttpRequest, thread: Thread) -> "QuerySet[CabinetMember]":
        staff = CabinetMember.objects.visible_to(actor_of(request)).filter(cabinet=thread.cabinet_id)
        return holding(staff, Menu.MESSAGES).select_related("user").order_by("role", "pk")

    def reply(self, request: HttpRequest, thread: Any) -> tuple[int, str]:
        form = AnswerForm(request.POST, request.FILES)
        if not form.is_valid():
            return messages.ERROR, said(form)
        typed = form.cleaned_data
        sent = answers.answer(
            thread,
            body=typed["body"],
            file=typed["file"],
            due_on=typed["due_on"],
            key=typed["cle"],
            actor=actor_of(request),
        )
        if sent.state == Message.State.WAITING:
            return messages.SUCCESS, "Votre réponse attend la validation d’un expert : elle part dès qu’il l’approuve."
        return messages.SUCCESS, "Votre réponse est envoyée : le réparateur en est averti."

    def after_post(self, request: HttpRequest, row: Any, *, done: bool) -> HttpResponse:
        """Back to the dossier, when it was there that somebody answered."""
        if request.POST.get("retour") == "dossier":
            return redirect(f"{reverse('admin:claims_dossier_change', args=[row.dossier_id])}#messages")
        return super().after_post(request, row, done=done)

    def decide(self, request: HttpRequest, thread: Any) -> tuple[int, str]:
        message = self._message(request, thread)
        form = DecisionForm(request.POST)
        if not form.is_valid():
            return messages.ERROR, said(form)
        if request.POST.get("decision") == "refuser":
            answers.refuse(message, actor=actor_of(request), reason=form.cleaned_data["reason"])
            return messages.SUCCESS, "La réponse ne part pas : son auteur lit pourquoi."
        done = answers.approve(message, actor=actor_of(request), body=form.cleaned_data["body"])
        amended = "modifiée par vous" if done.was_amended else "telle qu’elle était écrite"
        return messages.SUCCESS, f"La réponse est partie, {amended}."

    def _message(self, request: HttpRequest, thread: Thread) -> Message:
        """A row of this thread, or the one answer an absent and a foreign one get."""
        rows = Message.objects.visible_to(actor_of(request)).filter(thread=thread).select_related("thread__dossier")
        found = rows.filter(pk=number_typed(request.POST.get("message", ""))).first()
        if found is None:
            raise Http404
        return found

    def hand(self, request: HttpRequest, thread: Any) -> tuple[int, str]:
        form = AssignForm(request.POST, staff=self._staff(request, thread))
        if not form.is_valid():
            return messages.ERROR, "Choisissez une personne de la liste."
        member = form.cleaned_data["member"]
        answers.assign(thread, member, actor=actor_of(request))
        return messages.SUCCESS, f"L’échange est suivi par {member.user if member else 'qui lit son objet'}."

    def end(self, request: HttpRequest, thread: Any) -> tuple[int, str]:
        answers.close(thread, actor=actor_of(request))
        return messages.SUCCESS, "L’échange est clos ; un message du réparateur le rouvrirait."

    @admin.display(description="réparateur")
    def shop(self, thread: Thread) -> str:
        return thread.establishment.name if thread.establishment else "–"

    @admin.display(description="réponse attendue le")
    def due_shown(self, thread: Thread) -> str:
        waits = thread.state in {Thread.State.CABINET, Thread.State.SHOP}
        late = waits and thread.due_on is not None and thread.due_on < timezone.localdate()
        shown = date_format(thread.due_on, "SHORT_DATE_FORMAT") if thread.due_on else "–"
        return format_html('<strong class="late">{}, en retard</strong>', shown) if late else shown

    @admin.display(description="dernier message")
    def last_shown(self, thread: Thread) -> str:
        return date_format(timezone.localtime(thread.last_message_at), "d/m/Y H:i")

    @admin.display(description="dossier")
    def dossier_shown(self, thread: Thread) -> str:
        return thread.dossier.reference

    @admin.display(description="suivi par")
    def follower(self, thread: Thread) -> str:
        return str(thread.assignee.user) if thread.assignee else "–"

    @admin.display(description="où en est-on")
    def state_shown(self, thread: Any) -> str:
        if getattr(thread, "is_waiting", False):
            return "réponse à valider"
        return str(thread.get_state_display())


announce(
    Queue(
        "Messages de réparateurs sans réponse",
        Menu.MESSAGES,
        lambda actor: Thread.objects.visible_to(actor).filter(state=Thread.State.CABINET, message_count__gt=0),
        "admin:messaging_thread_changelist",
        place=50,
        query={"state__exact": "cabinet"},
        late=lambda _actor: Q(due_on__lt=timezone.localdate()),
        dossier="dossier",
        only_mine="dossiers",
    ),
    Queue(
        "Réponses à valider avant envoi",
        Menu.MESSAGES,
        lambda actor: Thread.objects.visible_to(actor).filter(
            pk__in=Message.objects.visible_to(actor).waiting().values("thread")
        ),
        "admin:messaging_thread_changelist",
        place=55,
        query={"suivi": "a-valider"},
        dossier="dossier",
        only_mine="dossiers",
    ),
)
