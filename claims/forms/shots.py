"""What is said with the photos when they leave."""

from django import forms

from claims.models import ShotSet

SAFETY = [choice for choice in ShotSet.Safety.choices if choice[0]]


class SendShotsForm(forms.Form):
    """The photos have arrived before; an expert who reads « oui » comes by."""

    securite = forms.ChoiceField(
        label="Direction, freins, airbags, ceintures ou structure sont-ils touchés ?",
        choices=SAFETY,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites si un organe de sécurité est touché : l’expert décide alors de venir."},
    )
    comment = forms.CharField(
        label="Un mot pour l’expert",
        required=False,
        max_length=1000,
        error_messages={"max_length": "Écrivez 1 000 caractères au plus."},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
