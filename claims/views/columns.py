"""The columns of the list: what each is called, how its cell is drawn, and what it holds in a spreadsheet.

Rows are the product's hot spot: fifty of them cost a template engine four times what these few strings cost. Every
text that somebody typed goes through `escape` on its way into a cell.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from operator import attrgetter
from urllib.parse import quote

from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.scope import Actor
from accounts.sheets import Value
from accounts.typography import NO_BREAK
from accounts.validators import display_siret
from claims.converters import ReferenceConverter
from claims.models import Dossier, Expectation
from claims.models.queries import FURTHER
from claims.templatetags.display import EMPTY, amount, day, plate
from claims.workflow import State

SAFE = "!$&'()*+,;=/~:@"  # what Django's own `reverse` leaves as it is
to_url = ReferenceConverter().to_url


@dataclass(slots=True)
class Line:
    """A dossier as one person's list shows it; names come from the actor, without a join."""

    dossier: Dossier
    cabinet: str
    start: str  # of the address of the cabinet's dossiers
    site: str
    is_new: bool

    @property
    def url(self) -> str:
        """What `reverse("dossier", …)` says, many times faster."""
        return f"{self.start}{quote(to_url(self.dossier.reference), safe=SAFE)}/"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `css` places its cell, in the table and on the cards of a phone."""

    slug: str
    label: str  # short, above the column
    name: str  # in full, in the form that chooses and in an exported file
    css: str
    cell: Callable[[Line], str]
    value: Callable[[Line], Value]

    @property
    def number(self) -> bool:
        return "num" in self.css

    @property
    def opening(self) -> str:
        """A further column says its name beside its value on a card."""
        label = f' data-label="{escape(self.label)}"' if self.slug in FURTHER else ""
        return f'<td class="{self.css}"{label}>'


def lines(dossiers: Iterable[Dossier], actor: Actor) -> Iterator[Line]:
    """One after the other; whoever asked for `with_opened_at` is told what is new."""
    cabinets = {cabinet.pk: cabinet for cabinet in actor.cabinets}
    sites, start = {site.pk: site.name for site in actor.sites}, reverse("dossiers")
    for dossier in dossiers:
        cabinet = cabinets[dossier.cabinet_id]
        opened, last = getattr(dossier, "opened_at", None), dossier.last_received_at
        is_new = last is not None and (opened is None or opened < last)
        yield Line(
            dossier, cabinet.name, f"{start}{cabinet.code}/", sites.get(dossier.establishment_id or 0, ""), is_new
        )


def drawn(line: Line, columns: Sequence[Column]) -> str:
    """One row of the table, without the end tags HTML lets go: they are a fourteenth of the page."""
    return "<tr>" + "".join([column.opening + column.cell(line) for column in columns])


def rows_of(found: Iterable[Line], columns: Sequence[Column]) -> SafeString:
    """The body of the table, escaped."""
    return SafeString("\n".join([drawn(line, columns) for line in found]))


# Cells -------------------------------------------------------------------------------------------------------------


def _received(line: Line) -> str:
    count = line.dossier.received_count
    if line.is_new:
        return '<b class="new">NEW<i class="vh"> : nouveau document</i></b>'
    if not count:
        return '<b class="count zero">0<i class="vh"> : aucun document reçu</i></b>'
    many = "s" if count > 1 else ""
    return f'<b class="count">{count}<i class="vh"> document{many} reçu{many}</i></b>'


def _reference(line: Line) -> str:
    """The row's link; the logo of a procédure VE stands here, where no choice of columns hides it (BCA-27)."""
    logo = f' <b class="chip ve">{line.dossier.ve_procedure}</b>' if line.dossier.ve_procedure else ""
    return f'<a class="link" href="{escape(line.url)}">{escape(line.dossier.reference)}</a>{logo}{_incidents(line)}'


def _incidents(line: Line) -> str:
    """What stands beside the state of a dossier, while it lasts."""
    unseen = ' <b class="chip late">non vu</b>' if line.dossier.unseen_on else ""
    return unseen + (' <b class="chip late">non enlevé</b>' if line.dossier.uncollected_on else "")


def _state(line: Line) -> str:
    kind, text = turn_of(line.dossier)
    return f'<span class="chip {kind}">{text}</span>'


SHORT: dict[str, str] = {
    State.RECEIVED: "Mission reçue",
    State.AWAITING_REMOTE: "dossier EAD",
    State.AWAITING_VISIT: "date de RDV",
    State.VISIT_PLANNED: "Visite planifiée",
    State.AWAITING_DOCUMENTS: "documents",
    State.IN_PROGRESS: "En cours",
    State.AWAITING_INVOICE: "facture",
    Expectation.About.REQUEST: "documents",
    Expectation.About.DATE: "date proposée",
    Expectation.About.ANSWER: "complément",
}


def turn_of(dossier: Dossier) -> tuple[str, str]:
    """Who must act, in words, from the shop's side; the first says which pictogram stands before them.

    What the shop must do was decided with everything else that is expected, and came with the row as `asked`.
    """
    if not dossier.is_open:
        return "done", "Terminé"
    asked: str | None = getattr(dossier, "asked", None)
    if asked is not None:
        return "you", f"À vous{NO_BREAK}: {SHORT.get(asked, 'répondre')}"
    text = SHORT[dossier.state]
    return "them", f"Au cabinet{NO_BREAK}: {text}" if text[0].islower() else text


def _siret(line: Line) -> str:
    return escape(display_siret(line.dossier.siret))


def _insurer(line: Line) -> str:
    return line.dossier.insurer_code or line.dossier.insurer_name


def _text(slug: str, label: str, name: str, css: str, field: str) -> Column:
    take = attrgetter(f"dossier.{field}")
    return Column(slug, label, name, css, lambda line: escape(take(line)) or EMPTY, take)


def _cut(slug: str, label: str, name: str, css: str, field: str) -> Column:
    """A text that may be longer than its column is wide; `rows.js` tells it in full where the pointer rests."""
    take = attrgetter(field)
    return Column(slug, label, name, css, lambda line: escape(take(line)) or EMPTY, take)


def _day(slug: str, label: str, name: str, css: str, field: str) -> Column:
    take = attrgetter(f"dossier.{field}")
    return Column(slug, label, name, css, lambda line: day(take(line)), take)


def _amount(slug: str, label: str, name: str, css: str, field: str) -> Column:
    take = attrgetter(f"dossier.{field}")
    return Column(slug, label, name, f"num {css}", lambda line: amount(take(line)), take)


def _plate(line: Line) -> str:
    return plate(line.dossier.plate) if line.dossier.plate else ""


COLUMNS: dict[str, Column] = {
    column.slug: column
    for column in (
        Column("documents", "Docs", "Documents reçus", "docs", _received, attrgetter("dossier.received_count")),
        _day("date_sinistre", "Sinistre", "Date du sinistre", "claim", "claim_on"),
        _day("date_expertise", "Expertise", "Date d’expertise", "visit", "expertise_on"),
        Column("reference", "N° de dossier", "N° de dossier", "ref", _reference, attrgetter("dossier.reference")),
        _cut("assure", "Assuré", "Assuré", "who", "dossier.insured_name"),
        _cut("vehicule", "Véhicule", "Véhicule", "car", "dossier.vehicle"),
        Column("immatriculation", "Immat.", "Immatriculation", "plate", lambda line: escape(_plate(line)), _plate),
        Column("assurance", "Assurance", "Assurance", "gta", lambda line: escape(_insurer(line)) or EMPTY, _insurer),
        _amount("dernier_chiffrage", "Chiffrage", "Dernier chiffrage", "amount", "last_estimate"),
        Column("siret", "SIRET", "SIRET", "siret", _siret, attrgetter("dossier.siret")),
        _cut("cabinet", "Cabinet", "Cabinet", "cab", "cabinet"),
        _text("reference_sinistre", "Réf. sinistre", "Référence du sinistre", "more", "claim_number"),
        _text("type_choc", "Choc", "Type de choc", "more", "impact"),
        _day("date_rdv", "RDV", "Date de RDV", "more", "appointment_on"),
        _amount("montant_ht", "Montant HT", "Montant HT", "more", "amount_excl_tax"),
        _text("procedure_ve", "VE", "Procédure VE", "more", "ve_procedure"),
        _cut("etablissement", "Site", "Établissement", "more site", "site"),
        _cut("interlocuteur", "Interlocuteur", "Interlocuteur au cabinet", "more mail", "dossier.expert_email"),
        Column("etat", "État", "État", "state", _state, lambda line: turn_of(line.dossier)[1]),
    )
}
DESCENDING_FIRST = {"documents", "date_sinistre", "date_expertise", "dernier_chiffrage", "date_rdv", "montant_ht"}
ALWAYS = "reference"  # the row's link stands there


def chosen(slugs: Iterable[str]) -> list[Column]:
    """These columns, in the one order there is; the number of the dossier is always among them."""
    wanted = {*slugs, ALWAYS}
    return [column for slug, column in COLUMNS.items() if slug in wanted]
