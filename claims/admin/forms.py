"""What staff type on a dossier's page."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import AccountRequest, CabinetEstablishment
from accounts.scope import Actor
from accounts.services import STAFF_CHECKS
from accounts.validators import clean_siret
from claims.models import Document, Dossier
from claims.models.documents import RECEIVED_KINDS
from claims.workflow import DATE_ACTIONS, Action

# Those with a form of their own, and those only an import does.
ELSEWHERE = frozenset(
    {
        Action.PUBLISH_DOCUMENT,
        Action.REQUEST_DOCUMENTS,
        Action.CORRECT_SIRET,
        Action.RECEIVE,
        Action.SYNCHRONISE,
        *DATE_ACTIONS,
    }
)
BUTTONS = [action for action in Action if action not in ELSEWHERE]


class ActionForm(forms.Form):
    """A button of the state table; whether it may be pressed now is the table's answer, not the form's."""

    action = forms.TypedChoiceField(
        choices=[(action.value, action.label) for action in BUTTONS],
        coerce=Action,
        error_messages={
            "required": "Choisissez une action.",
            "invalid_choice": "Cette action n’existe pas sur cette page.",
        },
    )


class PublishForm(forms.Form):
    """A document for the shop."""

    kind = forms.TypedChoiceField(
        label="Type",
        choices=[("", "Choisissez…"), *((kind.value, kind.label) for kind in RECEIVED_KINDS)],
        coerce=Document.Kind,
        error_messages={"required": "Choisissez le type du document."},
    )
    file = forms.FileField(
        label="Fichier (PDF, JPEG ou PNG, 25 Mo au plus)",
        allow_empty_file=True,
        error_messages={"required": "Choisissez un fichier."},
    )
    label = forms.CharField(label="Libellé", max_length=160, required=False, help_text="Vide : le nom du fichier.")
    replaces = forms.ModelChoiceField(
        label="Remplace",
        queryset=Document.objects.none(),
        required=False,
        empty_label="rien de particulier",
        help_text="Un rapport remplace de lui-même le rapport précédent, une prise en charge la précédente.",
        error_messages={"invalid_choice": "Ce document n’est pas parmi ceux qui sont publiés dans ce dossier."},
    )

    def __init__(self, *args: Any, dossier: Dossier, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        replaces: Any = self.fields["replaces"]
        published = Document.objects.visible_to(actor).filter(dossier=dossier, replaced_at=None).received()
        replaces.queryset = published.newest_first()
        replaces.label_from_instance = lambda one: f"{one.get_kind_display()} – {one.label}"


class SiretForm(forms.Form):
    """The right SIRET of a dossier: one of a shop the dossier's cabinet works with."""

    siret = forms.CharField(
        label="SIRET du réparateur", max_length=40, error_messages={"required": "Écrivez le SIRET du réparateur."}
    )

    def __init__(self, *args: Any, dossier: Dossier, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.links = CabinetEstablishment.objects.visible_to(actor).filter(cabinet=dossier.cabinet_id)
        self.link: CabinetEstablishment | None = None

    def clean_siret(self) -> str:
        siret = clean_siret(self.cleaned_data["siret"])
        self.link = self.links.filter(establishment__siret=siret).select_related("establishment").first()
        if self.link is None:
            raise ValidationError("Ce SIRET n’est pas celui d’un réparateur de ce cabinet.", code="unknown")
        return siret


class ApprovalForm(forms.Form):
    """How the staff made sure that the SIRET is the requester's; a code already received is one more way."""

    how = forms.ChoiceField(
        label="Comment avez-vous vérifié ?",
        error_messages={
            "required": "Dites comment vous avez vérifié que le SIRET est celui du demandeur.",
            "invalid_choice": "Choisissez une vérification de la liste.",
        },
    )
    note = forms.CharField(
        label="Précision",
        max_length=500,
        required=False,
        help_text="Par exemple le nom de la personne jointe ; le demandeur ne la lit pas.",
    )

    def __init__(self, *args: Any, account_request: AccountRequest | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        received = [AccountRequest.Check.CODE] if account_request and account_request.checked_how else []
        how: Any = self.fields["how"]
        how.choices = [("", "Choisissez…"), *((check.value, check.label) for check in (*received, *STAFF_CHECKS))]


class QuestionForm(forms.Form):
    """What the staff want to know before they decide."""

    question = forms.CharField(
        label="Question au demandeur",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        error_messages={"required": "Écrivez la question : elle est envoyée au demandeur."},
    )


class RefusalForm(forms.Form):
    """Why an account is refused: the requester reads it."""

    reason = forms.CharField(
        label="Motif du refus",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        error_messages={"required": "Écrivez le motif : il est envoyé au demandeur."},
    )


class AnswerForm(forms.Form):
    """What the shop reads about the dossier it does not see."""

    answer = forms.CharField(
        label="Réponse au réparateur",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        error_messages={"required": "Écrivez la réponse : le réparateur la lit telle quelle."},
    )


def said(form: forms.Form) -> str:
    """Every refusal of a form as one sentence or more, for a message at the top of the page."""
    return " ".join(str(problem) for problems in form.errors.values() for problem in problems)
