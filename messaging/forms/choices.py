"""The table of « je veux être informé par » (EG-81…84): a radio button a channel, and the letters of the day."""

from typing import Any

from django import forms

from accounts.scope import Kind
from messaging.models import Channel
from messaging.services.channels import lines_for
from messaging.topics import Topic


class ChannelsForm(forms.Form):
    """One field a topic that concerns this side."""

    def __init__(self, *args: Any, kind: Kind, chosen: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics, letters = lines_for(kind)
        for line in topics:
            self.fields[line.topic] = forms.ChoiceField(
                label=line.label(kind),
                choices=Channel.choices,
                initial=chosen[line.topic],
                widget=forms.RadioSelect,
                error_messages={"required": "Choisissez une des trois colonnes.", "invalid_choice": "Choix inconnu."},
            )
        for line in letters:
            on = chosen[line.topic] == Channel.MAIL
            self.fields[line.topic] = forms.BooleanField(label=line.label(kind), required=False, initial=on)
        self.topics = [self[line.topic] for line in topics]
        self.letters = [self[line.topic] for line in letters]

    def choices(self) -> dict[Topic, Channel]:
        """What was chosen, topic by topic; a letter is « mail » or « portail »."""
        typed = self.cleaned_data
        letters = {box.name for box in self.letters}
        return {
            Topic(name): (Channel.MAIL if value else Channel.PORTAL) if name in letters else Channel(value)
            for name, value in typed.items()
        }
