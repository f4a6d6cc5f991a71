"""Every component with its states on one page, for whoever carries on with the design."""

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import ActorRequest
from accounts.tenantadmin import STAFF_KINDS


class SampleForm(forms.Form):
    """One field of each kind; two of them are refused, to show how that looks."""

    name = forms.CharField(label="Nom de l’entreprise", help_text="Comme sur vos factures.")
    email = forms.EmailField(
        label="Adresse e-mail", error_messages={"invalid": "Écrivez une adresse complète, par exemple nom@exemple.fr."}
    )
    day = forms.DateField(label="Date", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    site = forms.ChoiceField(label="Établissement", choices=[("", "Choisissez"), ("1", "Atelier du Lac")])
    comment = forms.CharField(label="Commentaire", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    half = forms.ChoiceField(
        label="Moment", choices=[("am", "Matin"), ("pm", "Après-midi")], widget=forms.RadioSelect, initial="am"
    )
    shared = forms.BooleanField(label="Partager avec mes collègues", required=False)


@require_safe
def gallery(request: ActorRequest) -> HttpResponse:
    """For staff, or for anybody signed in while developing; it shows nothing of anybody."""
    if request.actor.kind not in STAFF_KINDS and not settings.DEBUG:
        raise Http404
    wrong = SampleForm({"essai-name": "Carrosserie du Lac", "essai-email": "lac", "essai-half": "am"}, prefix="essai")
    return render(request, "portal/components.html", {"form": SampleForm(), "wrong": wrong})
