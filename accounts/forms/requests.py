"""What somebody types about their own requests: the cabinet's question, the code of a SIRET."""

from typing import Any

from django import forms

from accounts.forms.portfolio import PortalForm
from accounts.models import AccountRequest
from accounts.scope import Actor


class RequestActForm(PortalForm):
    """One act about one of one's own requests that wait: choices of a form are rows too."""

    CODE, CHECK, ANSWER = "code", "verifier", "repondre"

    request: "forms.ModelChoiceField[AccountRequest]" = forms.ModelChoiceField(
        queryset=None,  # the actor's own
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Cette demande n’attend plus : voyez ci-dessous."
        ),
    )
    act = forms.ChoiceField(choices=[(act, act) for act in (CODE, CHECK, ANSWER)])
    digits = forms.CharField(max_length=20, required=False)
    answer = forms.CharField(max_length=1000, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows: Any = self.fields["request"]
        mine = AccountRequest.objects.visible_to(actor).filter(user=actor.user_id)
        rows.queryset = mine.filter(state=AccountRequest.State.PENDING)
