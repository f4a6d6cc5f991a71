"""Which documents of a dossier to show."""

from collections.abc import Callable
from typing import Any

from django import forms

from claims.models import Document

PAPER_ORDERS: dict[str, tuple[str, Callable[[Document], Any], bool]] = {  # label, key, whether the largest comes first
    "-date": ("Les plus récents d’abord", lambda paper: paper.published_at, True),
    "date": ("Les plus anciens d’abord", lambda paper: paper.published_at, False),
    "libelle": ("Libellé", lambda paper: paper.label.casefold(), False),
    "type": ("Type", lambda paper: paper.get_kind_display(), False),
    "-taille": ("Les plus lourds d’abord", lambda paper: paper.size, True),
}


class PapersForm(forms.Form):
    """Which of a dossier's documents to show, and in what order; what makes no sense is left out."""

    type = forms.ChoiceField(label="Type", required=False)
    tri = forms.ChoiceField(
        label="Ordre", required=False, choices=[(slug, label) for slug, (label, *_) in PAPER_ORDERS.items()]
    )
    format = forms.ChoiceField(
        required=False, choices=[("", ""), ("photos", ""), ("pdf", "")], widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, papers: list[Document], **kwargs: Any) -> None:
        """`papers` are all of the dossier that the person may see, newest first; only their kinds are offered."""
        super().__init__(*args, **kwargs)
        self.papers = papers
        kinds: Any = self.fields["type"]
        kinds.choices = [
            ("", "Tous"),
            *sorted({(p.kind, p.get_kind_display()) for p in papers}, key=lambda kind: kind[1]),
        ]
        self.is_valid()
        self.chosen = {name: self.cleaned_data.get(name, "") for name in self.fields}

    def _of_kind(self) -> list[Document]:
        wanted = self.chosen["type"]
        return [paper for paper in self.papers if wanted in {"", paper.kind}]

    def count(self, slug: str) -> int:
        """How many of the chosen type have this format."""
        return sum(slug == "" or paper.is_photo == (slug == "photos") for paper in self._of_kind())

    def kept(self) -> list[Document]:
        shown = self.chosen["format"]
        found = [paper for paper in self._of_kind() if not shown or paper.is_photo == (shown == "photos")]
        _, key, backwards = PAPER_ORDERS[self.chosen["tri"] or "-date"]
        return found if self.chosen["tri"] in {"", "-date"} else sorted(found, key=key, reverse=backwards)

    @property
    def nothing(self) -> str:
        """What an empty part says when something is filtered."""
        return "Aucun document de ce type ou de ce format." if self.chosen["type"] or self.chosen["format"] else ""
